"""Firms: admitted, changed, suspended, left; their certificates."""

from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from moyeora.network.frame.clock import today
from moyeora.network.frame.faults import Fault, Refused
from moyeora.network.journal.action import Act, action
from moyeora.network.journal.audience import ASSOCIATION, PUBLIC
from moyeora.network.members.cells import Unreadable, read_cell
from moyeora.network.members.models import Certificate, Firm, Holding, Offer
from moyeora.network.members.search.index import index
from moyeora.network.members.terms import COLUMNS, Values, read_firm

PROFILE = ("name", "name_en", "region", "latitude", "longitude", "employees", "profile", "website")


@action("members.firm.admit")
def admit(act: Act, subject: None, *, written: Mapping[str, str]) -> Firm:
    """Take a firm in. ``written``: the firm's columns as typed, ``firm`` its number."""
    values, faults = read_firm(written)
    if values.get("firm") and Firm.objects.filter(number=values["firm"]).exists():
        faults.append(
            Fault(
                "firm",
                _("A firm with the number %(number)s is here already.")
                % {"number": values["firm"]},
                _("Look it up in the list of firms."),
                "repeated",
            )
        )
    if faults:
        raise Refused(faults)
    firm = Firm.objects.create(joined=today(), **firm_fields(values))
    set_certificates(firm, values["certificates"])
    act.record(
        "firm.admitted",
        subject=firm.id,
        facts={"number": firm.number, "name": firm.name, "trade": firm.trade},
        audience=PUBLIC,
    )
    index([firm.id])
    return firm


@action("members.firm.change")
def change(act: Act, firm: Firm, *, written: Mapping[str, str]) -> Firm:
    """Change how others see the firm. Number and trade are the registry's: they stay."""
    given = {**written, "firm": firm.number, "trade": firm.trade}
    if written.get("region", "").strip() == firm.region:
        given.setdefault("latitude", str(firm.latitude))
        given.setdefault("longitude", str(firm.longitude))
    values, faults = read_firm(given)
    faults = [fault for fault in faults if fault.field not in {"firm", "trade"}]
    if faults:
        raise Refused(faults)
    fields = {**firm_fields(values), **{name: written.get(name, "").strip() for name in _FREE}}
    changed = [name for name in PROFILE if getattr(firm, name) != fields[name]]
    for name in changed:
        setattr(firm, name, fields[name])
    firm.save(update_fields=[*changed, "changed"])
    act.record("firm.changed", subject=firm.id, facts={"fields": changed}, audience=PUBLIC)
    index([firm.id])
    return firm


@action("members.firm.suspend")
def suspend(act: Act, firm: Firm, *, reason: str) -> None:
    """The firm is not asked into consortia until the suspension ends; its people still sign in."""
    _pass(firm, Firm.Standing.MEMBER, Firm.Standing.SUSPENDED)
    if not reason.strip():
        raise Refused(Fault("reason", _("Nothing is written here."), _("Say why, in a sentence.")))
    act.record(
        "firm.suspended", subject=firm.id, facts={"reason": reason.strip()}, audience=ASSOCIATION
    )
    index([firm.id])


@action("members.firm.resume")
def resume(act: Act, firm: Firm) -> None:
    """The suspension ends."""
    _pass(firm, Firm.Standing.SUSPENDED, Firm.Standing.MEMBER)
    act.record("firm.resumed", subject=firm.id, facts={}, audience=ASSOCIATION)
    index([firm.id])


@action("members.firm.leave", signs=True)
def leave(act: Act, firm: Firm) -> None:
    """The firm leaves: its offers are retired and its offices end. Its past stays."""
    if firm.standing == Firm.Standing.LEFT:
        raise Refused(Fault("", _("The firm has left already.")))
    firm.standing = Firm.Standing.LEFT
    firm.save(update_fields=["standing", "changed"])
    Offer.objects.filter(firm=firm, active=True).update(active=False)
    Holding.objects.filter(firm=firm, ended__isnull=True).update(ended=act.at)
    firm.invitations.filter(ended__isnull=True).update(ended=act.at)
    act.record("firm.left", subject=firm.id, facts={"number": firm.number}, audience=PUBLIC)
    index([firm.id])


@action("members.certificate.add")
def add_certificate(act: Act, firm: Firm, *, name: str, expires: date | None) -> Certificate:
    """A certificate that the firm has, until when (None: without an end)."""
    faults = []
    try:
        name = read_cell(COLUMNS["line"], name)  # a short text
    except Unreadable as wrong:
        faults.append(wrong.fault("name"))
    if not name:
        faults.append(Fault("name", _("Nothing is written here."), _("Write it as on paper.")))
    elif ";" in name:
        faults.append(
            Fault("name", _("There is a semicolon in it."), _("Enter each certificate by itself."))
        )
    elif Certificate.objects.filter(firm=firm, name=name).exists():
        faults.append(
            Fault("name", _("“%(name)s” is there already.") % {"name": name}, "", "repeated")
        )
    if expires is not None and expires < today():
        faults.append(
            Fault("expires", _("This day has passed."), _("Enter certificates that are valid."))
        )
    if faults:
        raise Refused(faults)
    certificate = Certificate.objects.create(firm=firm, name=name, expires=expires)
    act.record(
        "certificate.added",
        subject=firm.id,
        facts={"name": name, "expires": expires and expires.isoformat()},
        audience=PUBLIC,
    )
    index([firm.id])
    return certificate


@action("members.certificate.remove")
def remove_certificate(act: Act, certificate: Certificate) -> None:
    """The certificate is no longer shown."""
    act.record(
        "certificate.removed",
        subject=certificate.firm_id,
        facts={"name": certificate.name},
        audience=PUBLIC,
    )
    certificate.delete()
    index([certificate.firm_id])


_FREE = ("name_en", "profile", "website")


def firm_fields(values: Values) -> Values:
    """Read values as the fields of :class:`Firm`."""
    named = ("name", "trade", "region", "latitude", "longitude", "employees")
    return {"number": values["firm"], **{name: values[name] for name in named}}


def set_certificates(firm: Firm, names: tuple[str, ...]) -> None:
    """The firm has these certificates; those that it had keep their expiry."""
    had = set(firm.certificates.values_list("name", flat=True))
    firm.certificates.exclude(name__in=names).delete()
    Certificate.objects.bulk_create(
        Certificate(firm=firm, name=name) for name in names if name not in had
    )


def _pass(firm: Firm, before: str, after: str) -> None:
    with transaction.atomic():
        if not Firm.objects.filter(id=firm.id, standing=before).update(standing=after):
            raise Refused(
                Fault(
                    "", _("The firm is %(standing)s.") % {"standing": firm.get_standing_display()}
                )
            )
    firm.standing = after
