"""Customer files and the rules over them in, one frozen table out.

:mod:`~moyeora.press.records.freeze` does it; what it leaves is told in
:mod:`~moyeora.press.records.frozen`, which needs none of the rest.
"""
