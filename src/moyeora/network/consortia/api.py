"""The API of ``consortia``."""

from ninja import Router

router = Router(tags=["consortia"])
