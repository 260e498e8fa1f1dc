"""Who gets what, exact to the last won, and why.

An agreement, a receipt and the state left by the receipts before it give a statement and the
next state::

    agreement = load_agreement(Path("agreement.toml"))
    receipt = load_receipt(Path("receipt.toml"), agreement)
    made, state = statement(agreement, receipt, first_state(agreement))
    print(why_text(made, "bakery"))

The rules stand alone too: :func:`divide_claims`, :func:`shapley`, :func:`nucleolus` with its
:func:`certificate`, and the games of :mod:`moyeora.sharing.games`. Money is integers of the
currency's smallest unit, ratios are :class:`fractions.Fraction`; no float touches either.
"""

from moyeora.sharing.agreement import Agreement, load_agreement, read_agreement
from moyeora.sharing.certificate import NotProven, certificate, check_certificate
from moyeora.sharing.claims import CLAIMS_RULES, divide_claims
from moyeora.sharing.compare import Comparison, compare
from moyeora.sharing.faults import Fault, Refused, SharingError
from moyeora.sharing.games import Game, from_function, from_values
from moyeora.sharing.nucleolus import nucleolus
from moyeora.sharing.receipt import Receipt, load_receipt, read_receipt
from moyeora.sharing.scenarios import Scenarios, load_scenarios, read_scenarios
from moyeora.sharing.sensitivity import Effect, sensitivity
from moyeora.sharing.shapley import shapley, shapley_sampled
from moyeora.sharing.solutions import GAME_RULES, Properties, properties, tau
from moyeora.sharing.state import State, first_state, load_state, state_from_json, state_to_json
from moyeora.sharing.statement import Statement, replay, statement, statement_to_json
from moyeora.sharing.why import why, why_text

__all__ = [
    "CLAIMS_RULES",
    "GAME_RULES",
    "Agreement",
    "Comparison",
    "Effect",
    "Fault",
    "Game",
    "NotProven",
    "Properties",
    "Receipt",
    "Refused",
    "Scenarios",
    "SharingError",
    "State",
    "Statement",
    "certificate",
    "check_certificate",
    "compare",
    "divide_claims",
    "first_state",
    "from_function",
    "from_values",
    "load_agreement",
    "load_receipt",
    "load_scenarios",
    "load_state",
    "nucleolus",
    "properties",
    "read_agreement",
    "read_receipt",
    "read_scenarios",
    "replay",
    "sensitivity",
    "shapley",
    "shapley_sampled",
    "state_from_json",
    "state_to_json",
    "statement",
    "statement_to_json",
    "tau",
    "why",
    "why_text",
]
