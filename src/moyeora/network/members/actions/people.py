"""People: invited by a link, given offices, and relieved of them; their API tokens."""

from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection
from django.utils.translation import gettext as _

from moyeora.network.frame.actor import OF_A_FIRM, OF_THE_ASSOCIATION, Office
from moyeora.network.frame.faults import Fault, NotFresh, Refused
from moyeora.network.journal.action import Act, action
from moyeora.network.journal.audience import ASSOCIATION, Audience, firms
from moyeora.network.members.changes import office_ended, office_taken
from moyeora.network.members.models import Firm, Holding, Invitation, Person, Token
from moyeora.network.members.secrets import digest_of, new_secret

INVITATION_LASTS: Final = timedelta(days=7)
TOKENS_MOST: Final = 20
OFFICES_WITHOUT_FIRM: Final = (*OF_THE_ASSOCIATION, Office.REVIEWER)
"""An auditor is not among them: that one is named by the firms of a consortium."""


@action("members.person.invite")
def invite(
    act: Act, firm: Firm | None, *, email: str, name: str, office: str
) -> tuple[Invitation, str]:
    """Invite somebody into an office of ``firm`` (None: the association or the agency).

    Gives the invitation and the secret of its link, which is kept nowhere. A new invitation to
    the same office takes the place of the one that is open.
    """
    email = email.strip().lower()
    faults = wrong_person(email, name)
    allowed = OF_A_FIRM if firm else OFFICES_WITHOUT_FIRM
    if office not in allowed:
        faults.append(Fault("office", _("There is no such office here.")))
    elif firm and act.actor.office == Office.COORDINATOR:
        faults += _not_by_the_association(act, firm, email, office)
    if firm and firm.standing == Firm.Standing.LEFT:
        faults.append(Fault("", _("The firm has left the network.")))
    if Holding.objects.filter(
        person__email=email, firm=firm, office=office, ended__isnull=True
    ).exists():
        faults.append(Fault("email", _("This person holds the office already."), "", "repeated"))
    if faults:
        raise Refused(faults)
    Invitation.objects.filter(email=email, firm=firm, office=office, ended__isnull=True).update(
        ended=act.at
    )
    return _open(act, email=email, name=name.strip(), office=office, firm=firm)


def invite_auditor(
    act: Act, *, email: str, name: str, consortium: UUID, place: str, until: date
) -> tuple[Invitation, str]:
    """The invitation of a consortium's auditor, within an action of the room that knows consortia.

    It takes the place of one that is open.
    """
    withdraw_auditor(act, consortium)
    about = {"consortium": consortium, "place": place, "until": until}
    return _open(act, email=email, name=name, office=Office.AUDITOR.value, **about)


def withdraw_auditor(act: Act, consortium: UUID) -> None:
    """The link of a consortium's auditor no longer works."""
    Invitation.objects.filter(consortium=consortium, ended__isnull=True).update(ended=act.at)


def _open(act: Act, **about: Any) -> tuple[Invitation, str]:
    secret, digest = new_secret()
    invitation = Invitation.objects.create(
        **about,
        digest=digest,
        invited_by=act.actor.person,
        made=act.at,
        expires=act.at + INVITATION_LASTS,
    )
    act.record(
        "person.invited",
        subject=invitation.id,
        facts={name: about[name] for name in ("name", "email", "office")},
        audience=_about(invitation.firm_id),
    )
    return invitation, secret


@action("members.person.withdraw")
def withdraw(act: Act, firm: Firm | None, *, invitation: Invitation) -> None:
    """The link no longer works."""
    open_ones = Invitation.objects.filter(
        id=invitation.id, firm=firm, consortium=None, ended__isnull=True
    )
    if not open_ones.update(ended=act.at):
        raise Refused(Fault("", _("This invitation is not open.")))
    act.record(
        "person.invitation_withdrawn",
        subject=invitation.id,
        facts={"office": invitation.office},
        audience=_about(invitation.firm_id),
    )


def invitation_by(secret: str, at: object) -> Invitation | None:
    """The open invitation of a link, or None when it is used, withdrawn, past or made up."""
    return (
        Invitation.objects.filter(digest=digest_of(secret), ended__isnull=True, expires__gt=at)
        .select_related("firm")
        .first()
    )


@action("members.person.accept")
def accept(act: Act, secret: str, *, password: str) -> Holding:
    """Take the office. Who is new chooses a password; who has an account gives that one's."""
    invitation = invitation_by(secret, act.at)
    if invitation is None:
        raise Refused(Fault("", _("This link is no longer valid."), _("Ask for a new invitation.")))
    person = Person.objects.filter(email=invitation.email).first()
    if person is None:
        person = Person(email=invitation.email, name=invitation.name)
        try:
            validate_password(password, person)
        except ValidationError as wrong:
            raise Refused(Fault("password", text) for text in wrong.messages) from None
        person.set_password(password)
        person.save()
    elif not (person.is_active and person.check_password(password)):
        raise Refused(
            Fault(
                "password",
                _("This is not the password of %(email)s.") % {"email": person.email},
                _("You have an account here already: give its password."),
            )
        )
    # The same condition again: of two clicks at once the second updates nothing.
    if not Invitation.objects.filter(id=invitation.id, ended__isnull=True).update(ended=act.at):
        raise Refused(Fault("", _("This link has been used.")))
    holding, _new = Holding.objects.get_or_create(
        person=person,
        office=invitation.office,
        firm=invitation.firm,
        consortium=invitation.consortium,
        ended=None,
        defaults={"since": act.at, "place": invitation.place, "until": invitation.until},
    )
    office_taken.send(Holding, holding=holding, act=act)
    act.record(
        "office.taken",
        subject=person.id,
        facts={
            "name": person.name,
            "office": holding.office,
            "invited_by": invitation.invited_by and str(invitation.invited_by),
        },
        audience=_about(holding.firm_id),
    )
    return holding


@action("members.holding.end")
def end(act: Act, holding: Holding) -> None:
    """The person no longer holds the office; its tokens end with it.

    The last owner of a firm and the last coordinator cannot go: nobody could act any more.
    """
    if holding.firm_id:
        lock(holding.firm_id)
    held = Holding.objects.filter(ended__isnull=True, firm=holding.firm_id, office=holding.office)
    if holding.office in {Office.OWNER, Office.COORDINATOR} and held.count() == 1:
        raise Refused(
            Fault(
                "",
                _("This is the last %(office)s.") % {"office": Office(holding.office).label},
                _("Invite another one first, and wait until the invitation is taken."),
                "last-one",
            )
        )
    end_holding(act, holding)


def end_holding(act: Act, holding: Holding) -> None:
    """End an office and its tokens, within an action that may."""
    if not Holding.objects.filter(id=holding.id, ended__isnull=True).update(ended=act.at):
        raise Refused(Fault("", _("The office has ended already.")))
    holding.tokens.all().delete()
    office_ended.send(Holding, holding=holding, act=act)
    act.record(
        "office.ended",
        subject=holding.person_id,
        facts={"name": holding.person.name, "office": holding.office},
        audience=_about(holding.firm_id),
    )


@action("members.token.make")
def make_token(act: Act, holding: Holding, *, label: str) -> tuple[Token, str]:
    """An API token for an office of one's own: the token, and its text, which is shown once.

    Wants the password again: a token outlives the open screen at which it could be made.
    """
    if not act.actor.fresh:
        raise NotFresh
    faults = []
    if not label.strip():
        faults.append(
            Fault("label", _("Nothing is written here."), _("Say what the token is for."))
        )
    if holding.ended is not None:
        faults.append(Fault("", _("The office has ended.")))
    if holding.tokens.count() >= TOKENS_MOST:
        faults.append(
            Fault("", _("There are %(most)d tokens.") % {"most": TOKENS_MOST}, _("Revoke some."))
        )
    if faults:
        raise Refused(faults)
    secret, digest = new_secret("moyeora_")
    token = Token.objects.create(holding=holding, label=label.strip()[:60], digest=digest)
    act.record(
        "token.made",
        subject=token.id,
        facts={"label": token.label},
        audience=_about(holding.firm_id),
    )
    return token, secret


@action("members.token.revoke")
def revoke_token(act: Act, token: Token) -> None:
    """The token no longer opens anything."""
    act.record(
        "token.revoked",
        subject=token.id,
        facts={"label": token.label},
        audience=_about(token.holding.firm_id),
    )
    token.delete()


def lock(firm: UUID) -> None:
    """One at a time where two changes together would break what each alone keeps.

    SQLite's transactions are one at a time anyway.
    """
    if connection.features.has_select_for_update:
        list(Firm.objects.select_for_update(no_key=True).filter(id=firm).values_list("id"))


def wrong_person(email: str, name: str) -> list[Fault]:
    faults = []
    try:
        validate_email(email)
    except ValidationError:
        faults.append(
            Fault("email", _("This is not an e-mail address."), _("Write it as name@example.com."))
        )
    if not name.strip() or len(name.strip()) > 60:
        faults.append(Fault("name", _("Write a name of at most 60 characters.")))
    return faults


def _not_by_the_association(act: Act, firm: Firm, email: str, office: str) -> list[Fault]:
    # A coordinator who could name an owner whenever he likes could sign for any firm.
    faults = []
    if office != Office.OWNER:
        faults.append(
            Fault(
                "office",
                _("The association invites a firm's first owner only."),
                _("Its owner invites the others."),
            )
        )
    if Holding.objects.filter(firm=firm, office=Office.OWNER, ended__isnull=True).exists():
        faults.append(
            Fault("", _("The firm has an owner already."), _("Its owner invites the others."))
        )
    if Person.objects.filter(id=act.actor.person, email=email).exists():
        faults.append(
            Fault(
                "email",
                _("You cannot make yourself the owner of a firm."),
                _("Another coordinator can invite you."),
            )
        )
    return faults


def _about(firm: UUID | None) -> Audience:
    return firms(firm) if firm else ASSOCIATION
