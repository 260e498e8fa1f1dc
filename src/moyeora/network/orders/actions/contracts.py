"""Concluding the customer's contract, and changing the order.

The first version of the order is the agreement's seats. Every later one is a change order: a new
version that every firm whose packages it touches agrees to; a change of price or due date touches
all.
"""

from datetime import date

from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from moyeora.network.consortia.agreements.terms import from_json as terms_from_json
from moyeora.network.consortia.models import Agreement, Consortium, Seat
from moyeora.network.consortia.words import quantity
from moyeora.network.frame.faults import Fault, Refused
from moyeora.network.journal.action import Act, action
from moyeora.network.journal.audience import CONSORTIUM
from moyeora.network.orders import packages as texts
from moyeora.network.orders import permissions  # noqa: F401 - registers who may
from moyeora.network.orders.mailings import actions as mailings
from moyeora.network.orders.models import (
    Consent,
    CustomerContract,
    Delivery,
    Mailing,
    Order,
    WorkPackage,
)
from moyeora.network.orders.packages import Package


@action("orders.contract.conclude", signs=True)
def conclude(
    act: Act,
    consortium: Consortium,
    *,
    email: str,
    concluded: date,
    document: str = "",
    acceptance_days: int = 7,
    payment_days: int = 30,
    mailings: frozenset[str] = frozenset(),
) -> CustomerContract:
    """Record the contract with the customer and put the first order in force.

    ``mailings`` are the keys of seats whose work is a mailing that the press prints.
    """
    consortium = Consortium.objects.select_for_update(no_key=True).get(id=consortium.id)
    agreement = consortium.agreements.filter(state=Agreement.State.IN_FORCE).first()
    faults = []
    if agreement is None:
        faults.append(Fault("", _("No agreement is in force."), _("Have it signed by all first.")))
    if CustomerContract.objects.filter(consortium=consortium).exists():
        faults.append(Fault("", _("The contract is concluded."), _("Change it by a change order.")))
    if not 1 <= acceptance_days <= 90:
        faults.append(Fault("acceptance_days", _("Out of range."), _("Write 1 to 90 days.")))
    if not 1 <= payment_days <= 180:
        faults.append(Fault("payment_days", _("Out of range."), _("Write 1 to 180 days.")))
    if faults:
        raise Refused(faults)
    assert agreement is not None
    terms = terms_from_json(agreement.terms)
    contract = CustomerContract.objects.create(
        consortium=consortium,
        agreement=agreement,
        customer=terms.customer,
        email=email,
        concluded=concluded,
        document=document,
        acceptance_days=acceptance_days,
        payment_days=payment_days,
    )
    first = tuple(_from_seats(consortium, mailings, terms.begins, terms.due))
    order = Order.objects.create(
        contract=contract,
        version=1,
        price=terms.price,
        currency=terms.currency,
        due=terms.due,
        packages=texts.to_json(first),
        state=Order.State.IN_FORCE,
        proposed_by_id=act.actor.firm,
        proposed=act.at,
    )
    _carry_out(order, first)
    act.record(
        "contract.concluded",
        subject=contract.id,
        facts={
            "concluded": concluded.isoformat(),
            "document": document,
            "price": order.price,
            "currency": order.currency,
        },
        audience=CONSORTIUM,
        chain=consortium.id,
    )
    return contract


@action("orders.order.change")
def propose_change(
    act: Act,
    consortium: Consortium,
    *,
    packages: tuple[Package, ...],
    price: int,
    due: date,
    why: str,
) -> Order:
    """Propose the next version of the order; whom it touches is asked."""
    contract = CustomerContract.objects.select_for_update(no_key=True).get(consortium=consortium)
    current = contract.orders.get(state=Order.State.IN_FORCE)
    old = texts.from_json(current.packages)
    parties = set(consortium.parties.filter(left=None).values_list("firm_id", flat=True))
    faults = texts.faults(packages, parties, due) + _delivered_faults(consortium, packages)
    if not why.strip():
        faults.append(Fault("why", _("The reason is missing."), _("Say why it changes.")))
    if price <= 0:
        faults.append(Fault("price", _("The price is 0."), _("Write an amount above 0.")))
    if contract.orders.filter(state=Order.State.PROPOSED).exists():
        faults.append(
            Fault("", _("Another change waits for consent."), _("Wait for its answers first."))
        )
    common = (price, due) != (current.price, current.due)
    asked = parties if common else texts.touched(old, packages) & parties
    if not asked:
        faults.append(Fault("", _("Nothing changes."), _("Change a package, the price or a date.")))
    if faults:
        raise Refused(faults)
    order = Order.objects.create(
        contract=contract,
        version=contract.orders.count() + 1,
        price=price,
        currency=current.currency,
        due=due,
        packages=texts.to_json(packages),
        why=why.strip(),
        proposed_by_id=act.actor.firm,
        proposed=act.at,
    )
    Consent.objects.bulk_create(Consent(order=order, firm_id=firm) for firm in sorted(asked))
    act.record(
        "order.change_proposed",
        subject=order.id,
        facts={"version": order.version, "why": order.why, "asked": sorted(map(str, asked))},
        audience=CONSORTIUM,
        chain=consortium.id,
    )
    return order


@action("orders.order.answer", signs=True)
def answer_change(act: Act, order: Order, *, agree: bool) -> Order:
    """Agree or refuse; the last consent puts the change in force, one refusal ends it."""
    order = Order.objects.select_for_update(no_key=True).get(id=order.id)
    consent = order.consents.get(firm_id=act.actor.firm)
    if order.state != Order.State.PROPOSED or consent.answer != Consent.Answer.WAITING:
        raise Refused(_("This change has been answered."))
    consent.answer = Consent.Answer.AGREED if agree else Consent.Answer.REFUSED
    consent.person, consent.at = act.actor.person, act.at
    consent.save()
    chain = order.contract.consortium_id
    act.record(
        "order.change_agreed" if agree else "order.change_refused",
        subject=order.id,
        facts={"version": order.version},
        audience=CONSORTIUM,
        chain=chain,
    )
    if not agree:
        order.state = Order.State.REFUSED
        order.save(update_fields=["state"])
    elif not order.consents.exclude(answer=Consent.Answer.AGREED).exists():
        faults = _delivered_faults(order.contract.consortium, texts.from_json(order.packages))
        if faults:
            raise Refused(faults)
        order.contract.orders.filter(state=Order.State.IN_FORCE).update(
            state=Order.State.SUPERSEDED
        )
        order.state = Order.State.IN_FORCE
        order.save(update_fields=["state"])
        _carry_out(order, texts.from_json(order.packages))
        act.record(
            "order.changed",
            subject=order.id,
            facts={"version": order.version},
            audience=CONSORTIUM,
            chain=chain,
        )
    return order


@action("orders.contract.close")
def close(act: Act, contract: CustomerContract) -> CustomerContract:
    """All is accepted: the order ends. Mailings destroy what they hold of the customers then."""
    open_ = contract.consortium.packages.exclude(
        state__in=(WorkPackage.State.ACCEPTED, WorkPackage.State.DROPPED)
    )
    if open_.exists():
        raise Refused(
            Fault(
                "",
                _("Not everything has been accepted: %(titles)s.")
                % {"titles": ", ".join(open_.values_list("title", flat=True))},
                _("Deliver it, or take it out by a change order."),
            )
        )
    if contract.closed is not None:
        raise Refused(_("This order is closed."))
    contract.closed = act.at
    contract.save(update_fields=["closed"])
    for mailing in Mailing.objects.filter(package__consortium=contract.consortium).exclude(
        state__in=(Mailing.State.DESTROYING, Mailing.State.DESTROYED)
    ):
        mailings.destroy(act.actor, mailing)
    act.record(
        "contract.closed",
        subject=contract.id,
        facts={},
        audience=CONSORTIUM,
        chain=contract.consortium_id,
    )
    return contract


def _from_seats(
    consortium: Consortium, mailings: frozenset[str], begins: date, due: date
) -> list[Package]:
    """A package for each accepted seat, in the order of the needs' precedence."""
    after: dict[str, list[str]] = {}
    needed: dict[str, int] = {}
    if consortium.item is not None:
        # The item is the owner's alone; its precedence is in the agreed plan that all see.
        with scopes_disabled():
            for need in consortium.item.needs.all():
                after[need.key], needed[need.key] = list(need.after), need.quantity
    seats = list(consortium.seats.filter(state=Seat.State.ACCEPTED).order_by("begins", "id"))
    keys: dict[str, list[str]] = {}
    made = []
    for seat in seats:
        count = len(keys.setdefault(seat.need, [])) + 1
        keys[seat.need].append(seat.need if count == 1 else f"{seat.need}-{count}")
    taken: dict[str, int] = {}
    for seat in seats:
        key = keys[seat.need][taken.setdefault(seat.need, 0)]
        taken[seat.need] += 1
        # A firm works in whole lots; what is beyond the need is not ordered.
        ordered = min(seat.quantity, needed.get(seat.need, seat.quantity))
        if seat.need in needed:
            needed[seat.need] -= ordered
        made.append(
            Package(
                key=key,
                firm=seat.firm_id,
                title=seat.title,
                quantity=ordered,
                unit=seat.unit,
                begins=max(begins, seat.begins or begins),
                ends=min(due, seat.ends or due),
                after=tuple(one for need in after.get(seat.need, []) for one in keys.get(need, [])),
                mailing=seat.need in mailings,
            )
        )
    return made


def _carry_out(order: Order, packages: tuple[Package, ...]) -> None:
    """Make the work packages what the version says; what was delivered stays."""
    consortium = order.contract.consortium
    known = {each.key: each for each in consortium.packages.all()}
    for each in packages:
        row = known.pop(each.key, None) or WorkPackage(consortium=consortium, key=each.key)
        row.firm_id, row.title, row.mailing = each.firm, each.title, each.mailing
        row.quantity, row.unit = each.quantity, each.unit
        row.begins, row.ends, row.after = each.begins, each.ends, list(each.after)
        if row.state == WorkPackage.State.DROPPED:
            row.state = WorkPackage.State.PLANNED
        row.save()
    for row in known.values():
        row.state = WorkPackage.State.DROPPED
        row.save(update_fields=["state"])


def _delivered_faults(consortium: Consortium, packages: tuple[Package, ...]) -> list[Fault]:
    """What was handed over cannot be undone by a change."""
    wanted = {each.key: each for each in packages}
    found = []
    for row in consortium.packages.prefetch_related("deliveries"):
        done = sum(
            one.quantity for one in row.deliveries.all() if one.state != Delivery.State.REJECTED
        )
        each = wanted.get(row.key)
        if done and (each is None or each.quantity < done or each.firm != row.firm_id):
            found.append(
                Fault(
                    f"{row.key}.quantity",
                    _("%(done)s of “%(title)s” have been delivered.")
                    % {"done": quantity(done, row.unit), "title": row.title},
                    _("Keep the firm and at least this quantity."),
                )
            )
    return found
