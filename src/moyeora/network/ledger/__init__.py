"""The ledger: receipts, statements, payouts; double entry in whole units, balanced by construction.

:mod:`.books` posts, :mod:`.receipts` divides what came in by the agreement, :mod:`.payouts`
instructs the bank, :mod:`.balance` proves that nothing was lost. Moyeora instructs payments and
keeps the books; it never holds money.
"""
