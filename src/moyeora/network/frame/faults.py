"""What can be wrong with what a person asked, and how the pages say it.

``Fault`` is a value: where, what is wrong, what to do. ``Refused`` ends an action with all its
faults together; nothing has been done then. Pages show faults at their fields; the API answers
with problem+json (:mod:`.problems`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus

from allauth.account.internal.flows.reauthentication import suspend_request
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse


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

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, NotAllowed):
            if not request.user.is_authenticated:
                return redirect(f"{reverse('account_login')}?next={request.path}")
            return forbidden(request)
        if isinstance(error, NotFresh):
            return suspend_request(request, "account_reauthenticate")
        if isinstance(error, Refused):
            if request.method == "POST" and request.htmx.current_url_abs_path is None:
                for fault in error.faults:
                    messages.error(request, str(fault))
                came_from = request.headers.get("Referer")
                if came_from:
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
    return render(request, "frame/missing.html", status=HTTPStatus.NOT_FOUND)


def broken(request: HttpRequest) -> HttpResponse:
    return render(request, "frame/broken.html", status=HTTPStatus.INTERNAL_SERVER_ERROR)
