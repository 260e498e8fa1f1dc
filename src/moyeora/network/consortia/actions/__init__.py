"""What may be done, from an item to accepted seats. Pages, API and jobs call these."""

from moyeora.network.consortia.actions.items import (
    change_item,
    close_item,
    create_item,
    delete_draft,
    open_item,
)
from moyeora.network.consortia.actions.leaving import dissolve, leave, withdraw
from moyeora.network.consortia.actions.proposing import propose, write_answer
from moyeora.network.consortia.actions.questions import ask
from moyeora.network.consortia.actions.repairs import ask_repair, take_repair
from moyeora.network.consortia.actions.seats import accept, decline, expire, invite

__all__ = [
    "accept",
    "ask",
    "ask_repair",
    "change_item",
    "close_item",
    "create_item",
    "decline",
    "delete_draft",
    "dissolve",
    "expire",
    "invite",
    "leave",
    "open_item",
    "propose",
    "take_repair",
    "withdraw",
    "write_answer",
]
