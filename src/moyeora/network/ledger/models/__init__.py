"""What is stored of money."""

from moyeora.network.ledger.models.books import Account, Posting, Transfer
from moyeora.network.ledger.models.payouts import Batch, Payout
from moyeora.network.ledger.models.receipts import Book, CostClaim, Hold, Receipt, Statement

__all__ = [
    "Account",
    "Batch",
    "Book",
    "CostClaim",
    "Hold",
    "Payout",
    "Posting",
    "Receipt",
    "Statement",
    "Transfer",
]
