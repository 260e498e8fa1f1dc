"""From a request to an actor: which person, in which office, how lately signed in."""

import hashlib
import time
from collections.abc import Callable

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django_scopes import scope
from ninja.security import HttpBearer, SessionAuth

from moyeora.network.frame.actor import ANYONE, OFFICE_KEY, Actor, Office
from moyeora.network.frame.clock import now, today
from moyeora.network.members.models import Holding, Token


class ByInvitation(DefaultAccountAdapter):
    """Nobody signs up: an account comes with an invitation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_notification_mail(self, template_prefix, user, context=None, email=None):  # type: ignore[no-untyped-def]
        """To the one address that a person has."""
        super().send_notification_mail(template_prefix, user, context, email or user.email)


class ActorMiddleware:
    """Sets ``request.actor``, ``request.holding`` (the office acted in now), ``request.held`` (all
    offices of the person), and the scope of all queries.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.holding, request.actor = acting(request)
        with scope(**request.actor.scopes()):
            response = self.get_response(request)
            if hasattr(response, "render") and not getattr(response, "is_rendered", True):
                response = response.render()
            return response


def acting(request: HttpRequest) -> tuple[Holding | None, Actor]:
    """The office chosen in the session, or the person's first."""
    request.held = []
    if not request.user.is_authenticated:
        token = bearer(request)
        return (token.holding, actor_of(token.holding, by_token=True)) if token else (None, ANYONE)
    request.held = list(request.user.holdings.filter(live()).select_related("firm"))
    chosen = request.session.get(OFFICE_KEY)
    first = request.held[0] if request.held else None
    holding = next((one for one in request.held if str(one.id) == chosen), first)
    if holding is None:
        return None, ANYONE
    return holding, actor_of(holding, fresh=gave_password(request))


def gave_password(request: HttpRequest) -> bool:
    """Whether the person gave the password or the second factor again a moment ago.

    Not allauth's own answer: that is yes for a person without a password, and asks the database
    three times for each page.
    """
    given = [
        record["at"]
        for record in get_authentication_records(request, request.user)
        if record.get("reauthenticated")
    ]
    return bool(given) and time.time() - given[-1] < app_settings.REAUTHENTICATION_TIMEOUT


def live(path: str = "") -> Q:
    """The holdings that somebody acts in today: neither ended nor past their term."""
    lasts = Q(**{f"{path}until": None}) | Q(**{f"{path}until__gte": today()})
    return Q(**{f"{path}ended": None}) & lasts


def actor_of(holding: Holding, *, by_token: bool = False, fresh: bool = False) -> Actor:
    """The actor of somebody who holds an office."""
    return Actor(
        office=Office(holding.office),
        person=holding.person_id,
        firm=holding.firm_id,
        consortium=holding.consortium,
        by_token=by_token,
        fresh=fresh and not by_token,
    )


def bearer(request: HttpRequest) -> Token | None:
    """The token of the header ``Authorization: Bearer ...``, on the API's addresses alone."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not request.path.startswith("/api/"):
        return None
    digest = hashlib.sha256(value.strip().encode()).hexdigest()
    token = (
        Token.objects.filter(live("holding__"), digest=digest, holding__person__is_active=True)
        .select_related("holding__person", "holding__firm")
        .first()
    )
    if token is not None:
        Token.objects.filter(id=token.id).update(used=now())
    return token


class ByToken(HttpBearer):
    """The API's first way in: the actor that a token made."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        return request.actor if request.actor.by_token else None


class BySession(SessionAuth):
    """The API's second way in: the signed-in person, with the CSRF token on what changes."""

    def __call__(self, request: HttpRequest) -> Actor | None:
        """Who is not signed in hears that, and nothing of a CSRF token."""
        return super().__call__(request) if request.user.is_authenticated else None

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:
        return request.actor if request.user.is_authenticated and request.holding else None
