"""The password again before what binds a firm: meanwhile the act waits, then it goes on by itself.

What the form sent is kept in the session. It is dropped as soon as the person opens another page,
or after some minutes, so that an act somebody turned away from is never done later by surprise.
"""

import time
from dataclasses import replace
from typing import Any, Final

from allauth.account.internal.flows.reauthentication import (
    STATE_SESSION_KEY,
    stash_and_reauthenticate,
    suspend_request,
)
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import resolve
from django.utils.translation import gettext as _

PATIENCE_SECONDS: Final = 600
_ASKING: Final = {"account_reauthenticate", "mfa_reauthenticate", "language"}


def ask_again(request: HttpRequest) -> HttpResponse:
    """To the page that asks for the password; what a form sent waits in the session."""
    if request.method != "POST":
        return suspend_request(request, "account_reauthenticate")
    state = {
        "path": request.path_info,
        "post": request.POST.urlencode(),
        "referer": request.headers.get("Referer", ""),
        "at": time.time(),
    }
    return stash_and_reauthenticate(request, state, f"{__name__}.go_on")


def go_on(request: HttpRequest, state: dict[str, Any]) -> HttpResponse:
    """What allauth calls when the password was right: the request becomes the one that waited."""
    if time.time() - state["at"] > PATIENCE_SECONDS:
        messages.warning(request, _("That took too long. Nothing was done; please send it again."))
        return redirect(state["path"])
    request.method, request.path_info, request.path = "POST", state["path"], state["path"]
    request.GET, request.POST = QueryDict(), QueryDict(state["post"])
    request.META["HTTP_REFERER"] = state["referer"]
    request.__dict__.pop("headers", None)  # Django keeps them from the first look
    request.actor = replace(request.actor, fresh=not request.actor.by_token)
    request.resolver_match = match = resolve(request.path_info)
    return match.func(request, *match.args, **match.kwargs)


def forget_elsewhere(request: HttpRequest) -> None:
    """Drop what waits when the person opens another page; htmx's small requests open none."""
    name = request.resolver_match.url_name if request.resolver_match else ""
    if name not in _ASKING and not request.htmx and STATE_SESSION_KEY in request.session:
        del request.session[STATE_SESSION_KEY]
