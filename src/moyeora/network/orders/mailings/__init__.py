"""A mailing as a work package: a job of :mod:`moyeora.press` in one encrypted folder.

:mod:`.vault` (the folder), :mod:`.upload` (what comes in is never plain on the disk),
:mod:`.actions` (consent, upload, proofs, the customer's yes, print, destroy), :mod:`.work` (what the
worker does).
"""
