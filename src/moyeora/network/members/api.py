"""The API of ``members``."""

from ninja import Router

router = Router(tags=["members"])
