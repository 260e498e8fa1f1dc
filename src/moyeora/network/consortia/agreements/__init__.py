"""The agreement: one source of terms from which the paper and the arithmetic are both made.

:mod:`.terms` (what was agreed) -> :mod:`.program` (how :mod:`moyeora.sharing` divides),
:mod:`.paper` (what people sign), :mod:`.rules` (divisions to choose from), :mod:`.comparison`
(*what I would get*); :mod:`.actions` and :mod:`.ballots` (what may be done).
"""
