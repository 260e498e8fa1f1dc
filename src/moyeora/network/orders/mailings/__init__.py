"""A mailing as a work package: a job of :mod:`moyeora.press` in one encrypted folder.

:mod:`.vault` (the folder), :mod:`.upload` (what comes in is never plain on the disk),
:mod:`.actions` (from consent to destruction), :mod:`.work` (what the
worker does).
"""
