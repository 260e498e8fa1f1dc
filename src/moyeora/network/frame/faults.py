"""What can be wrong with what a person asked, and how the pages say it.

``Fault`` is a value: where, what is wrong, what to do. ``Refused`` ends an action with all its
faults together; nothing has been done then. Pages show faults at their fields; the API answers
with problem+json (:mod:`.problems`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from moyeora.network.frame.freshness import ask_again, forget_elsewhere


class NetworkError(Exception):
    """The base of every error of this application; ``code`` is stable."""

    code = "network"


@dataclass(frozen=True)
class Fault:
    """``field`` names the field of the form or the key of the request ("" for the whole);
    ``problem`` and ``remedy`` are whole sentences in the reader's language.
    """

    field: str
    problem: str
    remedy: str = ""
    code: str = "wrong"

    def __str__(self) -> str:
        return f"{self.problem} {self.remedy}".strip()


class Refused(NetworkError):
    """The action was not done, for the reasons in ``faults``."""

    code = "refused"

    def __init__(self, *faults: Fault | Iterable[Fault] | str) -> None:
        gathered: list[Fault] = []
        for fault in faults:
            if isinstance(fault, str):
                gathered.append(Fault("", fault))
            elif isinstance(fault, Fault):
                gathered.append(fault)
            else:
                gathered.extend(fault)
        self.faults = tuple(gathered)
        super().__init__(" ".join(map(str, self.faults)))


class NotAllowed(NetworkError):
    """The actor may not do this; ``permission`` names what is missing."""

    code = "not-allowed"

    def __init__(self, permission: str) -> None:
        self.permission = permission
        super().__init__(permission)


class NotFresh(NetworkError):
    """Signing needs the password again."""

    code = "not-fresh"


class FaultMiddleware:
    """Turns what actions raise into pages: 403, the password again, or back with the reasons."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> None:
        forget_elsewhere(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, NotAllowed):
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            return forbidden(request)
        if isinstance(error, NotFresh):
            return ask_again(request)
        if isinstance(error, Refused):
            came_from = request.headers.get("Referer", "")
            ours = url_has_allowed_host_and_scheme(came_from, {request.get_host()})
            if request.method == "POST" and ours and not request.htmx:
                for fault in error.faults:
                    messages.error(request, str(fault))
                return redirect(came_from)
            return render(
                request,
                "frame/refused.html",
                {"faults": error.faults},
                status=HTTPStatus.UNPROCESSABLE_ENTITY,
            )
        return None


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "frame/forbidden.html", status=HTTPStatus.FORBIDDEN)


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if request.path.startswith("/api/"):  # an id that is none: no operation saw it
        body = {
            "type": "urn:moyeora:not-found",
            "title": "There is no such thing that you may see.",
            "status": HTTPStatus.NOT_FOUND,
        }
        return JsonResponse(body, status=404, content_type="application/problem+json")
    return render(request, "frame/missing.html", status=HTTPStatus.NOT_FOUND)


def broken(request: HttpRequest) -> HttpResponse:
    """A page that asks nothing of the database, the session or the person."""
    page = render_to_string("frame/broken.html")
    return HttpResponse(page, status=HTTPStatus.INTERNAL_SERVER_ERROR)


def misshapen(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    title = _("This could not be read")
    what = _("What your browser sent is not what our pages send. Go back and try it once more.")
    context = {"title": title, "what": what}
    return render(request, "frame/bad.html", context, status=HTTPStatus.BAD_REQUEST)


def too_many(request: HttpRequest) -> HttpResponse:
    """More tries than a person makes; allauth counts them (ACCOUNT_RATE_LIMITS)."""
    title = _("Too many tries in a short time")
    what = _("Please wait some minutes, then try again.")
    context = {"title": title, "what": what}
    return render(request, "frame/bad.html", context, status=HTTPStatus.TOO_MANY_REQUESTS)


def locked_out(
    request: HttpRequest, response: HttpResponse | None, credentials: Any = None
) -> HttpResponse:
    """Wrong passwords up to the limit; axes counts them (AXES_*)."""
    context = {
        "failure_limit": settings.AXES_FAILURE_LIMIT,
        "cooloff_minutes": round(settings.AXES_COOLOFF_TIME.total_seconds() / 60),
    }
    status = HTTPStatus.TOO_MANY_REQUESTS
    return render(request, "account/locked_out.html", context, status=status)


def stale(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token (CSRF): the page was open too long, or it is not ours."""
    title = _("This page was open too long")
    what = _("Nothing was done. Go back, load the page again, and send it once more.")
    context = {"title": title, "what": what}
    return render(request, "frame/bad.html", context, status=HTTPStatus.FORBIDDEN)
