"""A plan into the database. The caller holds the transaction, with scopes disabled."""

from datetime import date, datetime
from uuid import UUID

from moyeora.network.members.actions.firms import firm_fields
from moyeora.network.members.actions.offers import RECORD, open_fields
from moyeora.network.members.imports.plan import LEFT, MADE, UPDATED, Plan, Step, pair_of
from moyeora.network.members.models import (
    Certificate,
    Exclusion,
    Firm,
    Offer,
    Terms,
    Tie,
    Upload,
)
from moyeora.network.members.terms import stored


def write(upload: Upload, plan: Plan, at: datetime, today: date) -> set[UUID]:
    """Do what the plan says; gives the ids of the firms that it touched."""
    if upload.kind != Upload.Kind.MEMBERS:
        return _pairs(upload, plan)
    firms = _firms(plan, at, today)
    return {firm.id for firm in firms} | _offers(upload, plan, at)


def _firms(plan: Plan, at: datetime, today: date) -> list[Firm]:
    steps = [step for step in plan.steps if step.what == "firm" and step.outcome != LEFT]
    made, changed, certificates = [], [], []
    fields: set[str] = set()
    for step in steps:
        given = firm_fields(dict(step.row.values))
        if step.outcome == MADE:
            firm = Firm(joined=today, **given)
            plan.there[firm.number] = firm
            made.append(firm)
        else:
            firm = plan.there[step.row.values["firm"]]
            for name in step.fields:
                if name != "certificates":
                    setattr(firm, name, given[name])
                    fields.add(name)
            firm.changed = at
            changed.append(firm)
        if step.outcome == MADE or "certificates" in step.fields:
            certificates.append((firm, step.row.values["certificates"]))
    Firm.objects.bulk_create(made, batch_size=500)
    if changed:
        Firm.objects.bulk_update(changed, [*sorted(fields), "changed"], batch_size=200)
    _certificates(certificates)
    return [*made, *changed]


def _certificates(given: list[tuple[Firm, tuple[str, ...]]]) -> None:
    """Those that stay keep their expiry."""
    wanted = {(firm.id, name) for firm, names in given for name in names}
    had = {}
    ids = [firm.id for firm, _names in given]
    for start in range(0, len(ids), 500):
        for one in Certificate.objects.filter(firm__in=ids[start : start + 500]):
            had[one.firm_id, one.name] = one.id
    gone = [key for pair, key in had.items() if pair not in wanted]
    for start in range(0, len(gone), 500):
        Certificate.objects.filter(id__in=gone[start : start + 500]).delete()
    Certificate.objects.bulk_create(
        (Certificate(firm_id=firm, name=name) for firm, name in sorted(wanted - had.keys())),
        batch_size=500,
    )


def _offers(upload: Upload, plan: Plan, at: datetime) -> set[UUID]:
    steps = [step for step in plan.steps if step.what == "offer" and step.outcome != LEFT]
    made = [step for step in steps if step.outcome == MADE]
    offers = [
        Offer(firm=plan.there[step.row.values["firm"]], **open_fields(dict(step.row.offer)))
        for step in made
    ]
    Offer.objects.bulk_create(offers, batch_size=500)
    Terms.objects.bulk_create(
        (
            Terms(offer=offer, **stored(dict(step.row.offer)))
            for offer, step in zip(offers, made, strict=True)
        ),
        batch_size=500,
    )
    touched = {offer.firm_id for offer in offers}
    return touched | _rewritten(upload, plan, [s for s in steps if s.outcome == UPDATED])


def _rewritten(upload: Upload, plan: Plan, steps: list[Step]) -> set[UUID]:
    ids = [plan.there[step.row.values["firm"]].id for step in steps]
    there = {}
    for start in range(0, len(ids), 500):
        found = Offer.objects.filter(active=True, firm__in=ids[start : start + 500])
        there.update({(one.firm_id, one.capability): one for one in found})
    offers, terms = [], []
    for step, firm in zip(steps, ids, strict=True):
        offer = there[firm, step.row.offer["capability"]]
        for name, value in open_fields(dict(step.row.offer)).items():
            setattr(offer, name, value)
        offers.append(offer)
        terms.append(Terms(offer=offer, **stored(dict(step.row.offer))))
    if offers:
        # What the network has counted of a firm's orders stays, unless the table tells it.
        kept = [name for name in RECORD if name not in upload.mapping]
        fields = [name for name in stored(dict(steps[0].row.offer)) if name not in kept]
        # An upsert writes many columns of many rows in a tenth of the time of bulk_update.
        for rows, key, columns in (
            (offers, "id", ["lead_days", "free_capacity"]),
            (terms, "offer", fields),
        ):
            type(rows[0]).objects.bulk_create(
                rows,
                update_conflicts=True,
                unique_fields=[key],
                update_fields=columns,
                batch_size=500,
            )
    return set(ids)


def _pairs(upload: Upload, plan: Plan) -> set[UUID]:
    model = Tie if upload.kind == Upload.Kind.TIES else Exclusion
    steps = [step for step in plan.steps if step.outcome != LEFT]
    touched: set[UUID] = set()
    made = []
    for step in steps:
        a, b = pair_of(step.row, plan.there)
        told = {name: step.row.values[name] for name in step.row.values if "firm" not in name}
        if step.outcome == MADE:
            made.append(model(a_id=a, b_id=b, **told))
        else:
            model.objects.filter(a=a, b=b).update(**told)
        touched |= {a, b}
    model.objects.bulk_create(made, batch_size=500)
    return touched
