"""Moyeora (모여라, "gather!"): many small firms act as one.

Four libraries and one application; each room is used on its own:

- :mod:`moyeora.press`: many mailings, each a little different, at nearly the price of one.
- :mod:`moyeora.sharing`: who gets what of the proceeds, exact to the last won, and why.
- :mod:`moyeora.resolution`: a difference and the manual: the next step, its day, its remedy.
- :mod:`moyeora.formation`: the proven best consortium for a business item, and why.
"""

__version__ = "0.1.0"
