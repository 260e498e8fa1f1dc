"""Errors of the API as problem+json (RFC 9457), the same codes as in the pages."""

from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from moyeora.network.frame.faults import Fault, NotAllowed, NotFresh, Refused

_SHAPE: Final = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "description": "stable: urn:moyeora:refused and the like"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "faults": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    name: {"type": "string"} for name in ("field", "code", "problem", "remedy")
                },
            },
        },
    },
}
_REFUSALS: Final = {
    400: "This could not be read",
    401: "Not signed in",
    403: "Not for this office",
    404: "There is no such thing that you may see",
    422: "Refused, with all that is wrong",
}


class Api(NinjaAPI):
    """Ninja's, with the refusals that every operation can answer in its description."""

    def get_openapi_schema(self, **options: Any) -> Any:
        schema = super().get_openapi_schema(**options)
        content = {"application/problem+json": {"schema": _SHAPE}}
        for item in schema["paths"].values():
            for operation in item.values():
                for status, meaning in _REFUSALS.items():
                    told = {"description": meaning, "content": content}
                    if str(status) not in map(str, operation["responses"]):
                        operation["responses"][status] = told
        return schema


def problem(status: int, code: str, title: str, faults: tuple[Fault, ...] = ()) -> HttpResponse:
    """One answer: ``type`` is stable, ``faults`` tell field, problem and remedy."""
    body: dict[str, Any] = {"type": f"urn:moyeora:{code}", "title": title, "status": status}
    if faults:
        body["faults"] = [
            {"field": f.field, "code": f.code, "problem": f.problem, "remedy": f.remedy}
            for f in faults
        ]
    return JsonResponse(body, status=status, content_type=MEDIA)


MEDIA: Final = "application/problem+json"
_TITLES: Final = {
    400: "The request cannot be read.",
    401: "Nobody is signed in, and there is no token.",
    403: "This person may not do it.",
    404: "There is no such thing that this person may see.",
    422: "Refused, with all faults.",
}
_TEXT: Final = {"type": "string"}
_PROBLEM: Final = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer"},
        "faults": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "problem", "remedy"],
                "properties": dict.fromkeys(("field", "code", "problem", "remedy"), _TEXT),
            },
        },
    },
}


def problems(*statuses: int) -> dict[str, Any]:
    """What an operation declares of its errors: ``openapi_extra=problems(401, 403, 404)``."""
    return {
        "responses": {
            status: {
                "description": _TITLES[status],
                "content": {MEDIA: {"schema": _PROBLEM}},
            }
            for status in statuses
        }
    }


def answer_faults(api: NinjaAPI) -> None:
    """Teach ``api`` to answer what actions and Ninja raise."""

    @api.exception_handler(Refused)
    def refused(request: HttpRequest, error: Refused) -> HttpResponse:
        return problem(422, error.code, str(error), error.faults)

    @api.exception_handler(NotAllowed)
    def not_allowed(request: HttpRequest, error: NotAllowed) -> HttpResponse:
        return problem(403, error.code, str(error))

    @api.exception_handler(NotFresh)
    def not_fresh(request: HttpRequest, error: NotFresh) -> HttpResponse:
        return problem(403, error.code, "Signing needs the password again, on a page.")

    @api.exception_handler(AuthenticationError)
    def who(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        return problem(401, "not-signed-in", "Sign in, or send a token of yours.")

    @api.exception_handler(Http404)
    def nothing(request: HttpRequest, error: Http404) -> HttpResponse:
        return problem(404, "not-found", "There is no such thing that you may see.")

    @api.exception_handler(ValidationError)
    def wrong(request: HttpRequest, error: ValidationError) -> HttpResponse:
        faults = tuple(
            Fault(".".join(map(str, one["loc"])), one["msg"], code=one["type"])
            for one in error.errors
        )
        return problem(422, "refused", "Some fields are wrong.", faults)

    @api.exception_handler(HttpError)
    def http(request: HttpRequest, error: HttpError) -> HttpResponse:
        return problem(error.status_code, "bad-request", str(error))
