"""The shapes of what the API of ``ledger`` takes and answers."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Field, Schema

from moyeora.network.ledger.receipts import MOST

Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2099, 12, 31))]


NO_NUL = r"^[^\x00]*$"
Reference = Annotated[str, Field(max_length=60, pattern=NO_NUL)]
Line = Annotated[str, Field(max_length=120, pattern=NO_NUL)]
Reason = Annotated[str, Field(max_length=200, pattern=NO_NUL)]


class Exchange(Schema):
    """The realised rate, a decimal: units of the agreement's currency (the smallest) for one of the
    receipt's; the bank's ``charges`` in the agreement's currency.
    """

    rate: Annotated[str, Field(pattern=r"^[0-9]{1,9}(\.[0-9]{1,9})?$")]
    charges: Annotated[int, Field(ge=0, le=MOST)] = 0


class ReceiptIn(Schema):
    """What the bank shows. The same ``bank_reference`` is the same receipt and is kept once.

    ``evidence``: SHA-256 of the bank's document, hexadecimal, so that it cannot be exchanged later.
    ``facts``: what the agreement asks of a receipt, by the ids of its facts (days late, say).
    ``credit_of``: the receipt that this one takes back. ``currency``: the agreement's, if left out.
    """

    on: Day
    amount: Annotated[int, Field(ge=0, le=MOST)]
    bank_reference: Reference
    evidence: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    invoice: UUID | None = None
    facts: dict[str, Annotated[int, Field(ge=0, le=10**9)]] = Field(
        default_factory=dict, max_length=40
    )
    currency: Annotated[str, Field(pattern=r"^([A-Z]{3})?$")] = ""
    exchange: Exchange | None = None
    credit_of: UUID | None = None
    final: bool = False


class ReceiptOut(Schema):
    id: UUID
    number: int
    on: date
    amount: int
    currency: str
    bank_reference: str
    evidence: str
    invoice: UUID | None
    facts: dict[str, int]
    exchange: Exchange | None
    credit_of: UUID | None
    final: bool
    state: Literal["recorded", "divided"]
    recorded: datetime


class LineOut(Schema):
    name: str
    amount: int
    why: str


class StepOut(Schema):
    """One clause: ``mine`` is the own firm's part and ``why`` how it comes about; ``total`` is
    everybody's. ``lines`` are everybody's one by one, for the auditor alone.
    """

    clause: str
    title: str
    why: str
    mine: int | None
    total: int
    lines: list[LineOut]


class StatementOut(Schema):
    """``due``: the sum of the own firm's lines; ``state``: SHA-256 of where the division stands."""

    receipt: UUID
    received: date
    number: int
    currency: str
    amount: int
    due: int
    state: str
    steps: list[StepOut]


class PositionOut(Schema):
    name: str
    currency: str
    due: int
    held: int
    transit: int
    paid: int


class RowOut(Schema):
    """An account's debits and credits; the balances of a currency sum to zero."""

    kind: str
    account: str
    whose: str
    currency: str
    debits: int
    credits: int
    balance: int


class PayoutOut(Schema):
    """``party`` is a business number, "tax" or "association"; ``reason``: why it came back."""

    id: UUID
    batch: UUID
    party: str
    name: str
    amount: int
    currency: str
    state: Literal["instructed", "sent", "confirmed", "bounced"]
    reason: str
    ended: datetime | None


class BatchOut(Schema):
    id: UUID
    number: int
    made: datetime
    sent: datetime | None
    payouts: list[PayoutOut]


class BouncedIn(Schema):
    reason: Reason


class CostIn(Schema):
    """``document``: the tax invoice's or receipt's number."""

    what: Line
    amount: Annotated[int, Field(ge=1, le=MOST)]
    document: Line


class CostOut(Schema):
    """``firm`` is a business number."""

    id: UUID
    firm: str
    what: str
    amount: int
    currency: str
    document: str
    state: Literal["claimed", "approved", "refused", "counted"]
    claimed: datetime


class CostAnswerIn(Schema):
    approve: bool


class HoldOut(Schema):
    """``firm`` is the business number of whose due it is."""

    id: UUID
    firm: str
    amount: int
    currency: str
    reason: str
    held: datetime
    released: datetime | None


def same(thing: Any, schema: type[Schema], but: tuple[str, ...] = ()) -> dict[str, Any]:
    """The fields of a schema that are called the same in ``thing``."""
    return {name: getattr(thing, name) for name in schema.model_fields if name not in but}
