"""The API of ``journal``."""

from ninja import Router

router = Router(tags=["journal"])
