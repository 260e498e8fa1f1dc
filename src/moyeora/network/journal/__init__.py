"""The journal: what was done, by whom and when, for ever. Append-only, hash-chained.

:mod:`.action` is how anything is done at all: one action, one transaction, with its entries.
"""
