"""Offers: entered, changed and retired by the firm's owner; free capacity also by its staff."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from moyeora.network.frame.faults import Fault, Refused
from moyeora.network.journal.action import Act, action
from moyeora.network.journal.audience import PUBLIC, firms
from moyeora.network.members.cells import Unreadable, read_cell, write_cell
from moyeora.network.members.models import Firm, Offer, Terms
from moyeora.network.members.search.index import index
from moyeora.network.members.terms import ABOUT_OFFER, COLUMNS, OPEN, Values, read_offer, stored

RECORD = ("on_time", "defect_ppm", "orders")
"""What the network counts from orders that were done; a firm does not write it itself."""


@action("members.offer.enter")
def enter(act: Act, firm: Firm, *, written: Mapping[str, str]) -> Offer:
    """Offer a capability. ``written``: formation's offer columns as typed; faults come at them."""
    values, faults = read_offer({**written, **dict.fromkeys(RECORD, "")})
    if firm.standing != Firm.Standing.MEMBER:
        faults.append(Fault("", _("Only a member firm can enter offers.")))
    term = values.get("capability")
    if term and Offer.objects.filter(firm=firm, capability=term, active=True).exists():
        faults.append(
            Fault(
                "capability",
                _("You offer this already."),
                _("Change that offer instead."),
                "repeated",
            )
        )
    if faults:
        raise Refused(faults)
    offer = Offer.objects.create(firm=firm, **open_fields(values))
    Terms.objects.create(offer=offer, **stored(values))
    act.record(
        "offer.entered",
        subject=offer.id,
        facts={"capability": offer.capability, "unit": offer.unit},
        audience=PUBLIC,
    )
    index([offer.firm_id])
    return offer


@action("members.offer.change")
def change(act: Act, offer: Offer, *, written: Mapping[str, str]) -> Offer:
    """Change an offer. Columns that are not in ``written`` keep their values; the capability and
    the record of past orders always do. The journal tells which columns changed, never to what.
    """
    before = as_written(offer)
    fixed = {name: before[name] for name in ("capability", "unit", *RECORD)}
    values, faults = read_offer({**before, **written, **fixed})
    if not offer.active:
        faults.append(Fault("", _("This offer is retired."), _("Enter a new one.")))
    if faults:
        raise Refused(faults)
    for name, value in open_fields(values).items():
        setattr(offer, name, value)
    offer.save()
    Terms.objects.filter(offer=offer).update(**stored(values))
    after = {name: write_cell(values[name]) for name in ABOUT_OFFER}
    changed = [name for name in ABOUT_OFFER if after[name] != before[name]]
    act.record(
        "offer.changed",
        subject=offer.id,
        facts={"columns": changed},
        audience=firms(offer.firm_id),
    )
    index([offer.firm_id])
    return offer


@action("members.offer.set_capacity")
def set_capacity(act: Act, offer: Offer, *, capacity: str, capacity_from: str = "") -> Offer:
    """Say how many units are free a week (a list runs week by week), from which day on."""
    faults, values = [], {}
    for name, text in (("capacity", capacity), ("capacity_from", capacity_from)):
        try:
            values[name] = read_cell(COLUMNS[name], text)
        except Unreadable as wrong:
            faults.append(wrong.fault(name))
    if not offer.active:
        faults.append(Fault("", _("This offer is retired."), _("Enter a new one.")))
    if faults:
        raise Refused(faults)
    offer.free_capacity = any(values["capacity"])
    offer.save(update_fields=["free_capacity"])
    Terms.objects.filter(offer=offer).update(
        capacity=write_cell(values["capacity"]), capacity_from=values["capacity_from"]
    )
    act.record("offer.capacity_set", subject=offer.id, facts={}, audience=firms(offer.firm_id))
    index([offer.firm_id])
    return offer


@action("members.offer.retire")
def retire(act: Act, offer: Offer) -> None:
    """The offer is no longer found or used; what was agreed on it stays."""
    if not Offer.objects.filter(id=offer.id, active=True).update(active=False):
        raise Refused(Fault("", _("This offer is retired already.")))
    offer.active = False
    act.record(
        "offer.retired",
        subject=offer.id,
        facts={"capability": offer.capability},
        audience=PUBLIC,
    )
    index([offer.firm_id])


def open_fields(values: Values) -> Values:
    """What all members see of an offer."""
    fields = {name: values[name] for name in OPEN}
    return {**fields, "free_capacity": any(values["capacity"])}


def as_written(offer: Offer) -> dict[str, str]:
    """An offer's columns as text that reads back the same."""
    terms = Terms.objects.get(offer=offer)
    return {
        name: write_cell(getattr(offer if name in OPEN else terms, name)) for name in ABOUT_OFFER
    }
