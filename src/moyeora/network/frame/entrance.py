"""Who knocks: the name that was typed and the line it came from, for axes to count."""

from typing import Any

from allauth.core.internal.httpkit import get_client_ip
from django.http import HttpRequest


def typed_name(request: HttpRequest | None, credentials: dict[str, Any] | None = None) -> str:
    """The mail address with which somebody tried to sign in, in small letters."""
    typed = (credentials or {}).get("email") or (request.POST.get("login") if request else None)
    return (typed or "").strip().lower()


def address(request: HttpRequest) -> str | None:
    """The IP address of the caller, behind our own proxy too."""
    return get_client_ip(request)
