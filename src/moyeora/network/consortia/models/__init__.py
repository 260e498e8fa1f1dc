"""What is stored from a business item to its signed agreement."""

from moyeora.network.consortia.models.agreement import (
    Agreement,
    Ballot,
    Draft,
    Signature,
    Vote,
    Worth,
)
from moyeora.network.consortia.models.auditor import Appointment
from moyeora.network.consortia.models.consortium import Consortium, Party, Seat, SeatTerms
from moyeora.network.consortia.models.item import Item, Need
from moyeora.network.consortia.models.proposal import Proposal, Question, Sealed

__all__ = [
    "Agreement",
    "Appointment",
    "Ballot",
    "Consortium",
    "Draft",
    "Item",
    "Need",
    "Party",
    "Proposal",
    "Question",
    "Sealed",
    "Seat",
    "SeatTerms",
    "Signature",
    "Vote",
    "Worth",
]
