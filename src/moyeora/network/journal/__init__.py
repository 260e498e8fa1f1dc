"""The journal: what was done, by whom and when, for ever. Append-only, hash-chained.

:mod:`.action` is how anything is done at all: one action, one transaction, with its entries.
:mod:`.append_only` is what the databases themselves hold, :mod:`.checkpoints` what the parties hold
against whoever could change a database, and :mod:`.verify` how anybody checks it without us.
"""
