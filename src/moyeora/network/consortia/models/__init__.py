"""What is stored from a business item to its signed agreement."""

from moyeora.network.consortia.models.consortium import Consortium, Party, Seat, SeatTerms
from moyeora.network.consortia.models.item import Item, Need
from moyeora.network.consortia.models.proposal import Proposal, Question, Sealed

__all__ = [
    "Consortium",
    "Item",
    "Need",
    "Party",
    "Proposal",
    "Question",
    "Sealed",
    "Seat",
    "SeatTerms",
]
