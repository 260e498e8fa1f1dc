"""What pages of members begin with: who may come in, and how a form reaches an action."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import rules
from django.forms import Form
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from moyeora.network.frame.faults import NotAllowed, Refused
from moyeora.network.frame.forms import tell
from moyeora.network.members.models import Firm


def need(request: HttpRequest, permission: str, subject: Any = None) -> None:
    """Raise NotAllowed unless the reader has the permission."""
    if not rules.has_perm(permission, request.actor, subject):
        raise NotAllowed(permission)


def the_firm(request: HttpRequest, firm: UUID, permission: str) -> Firm:
    """The firm of an address, for who has the permission on it."""
    found = get_object_or_404(Firm, id=firm)
    need(request, permission, found)
    return found


def done(form: Form, act: Callable[[dict[str, Any]], Any]) -> Any:
    """What ``act`` gave for a valid form, or None with all faults at the form's fields."""
    if not form.is_valid():
        return None
    try:
        return act(form.cleaned_data) or True
    except Refused as refused:
        tell(form, refused)
        return None
