"""What may be done with a mailing. No record in the journal holds a customer's datum."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import rules
from django.utils.translation import gettext as _

from moyeora.network.frame.actor import Actor, Office
from moyeora.network.frame.clock import today
from moyeora.network.frame.faults import Fault, Refused
from moyeora.network.jobs.models import Job
from moyeora.network.jobs.work import start
from moyeora.network.journal.action import Act, action
from moyeora.network.journal.audience import CONSORTIUM
from moyeora.network.orders import permissions
from moyeora.network.orders.models import Delivery, Mailing, WorkPackage

State = Mailing.State
PROOF, PRINT, DESTROY = "mailing.proof", "mailing.print", "mailing.destroy"


@rules.predicate
def sees_the_list(actor: Actor, mailing: Mailing | None) -> bool:
    """Owner or staff of the firm that prints, or of the lead, which speaks with the customer."""
    return (
        actor.office in (Office.OWNER, Office.STAFF)
        and mailing is not None
        and actor.firm in (mailing.package.firm_id, mailing.package.consortium.lead_id)
    )


@rules.predicate
def speaks_with_the_customer(actor: Actor, mailing: Mailing | None) -> bool:
    """Owner or staff of the lead firm."""
    return mailing is not None and permissions.works_for_the_lead(actor, mailing.package)


@rules.predicate
def prints_it(actor: Actor, mailing: Mailing | None) -> bool:
    """Owner or staff of the firm whose package it is."""
    return mailing is not None and permissions.does_the_work(actor, mailing.package)


@rules.predicate
def is_the_worker(actor: Actor, _: object) -> bool:
    """The background worker, at the end of what a person asked for."""
    return actor.office == Office.CLOCK


rules.add_perm("orders.mailing.begin", permissions.does_the_work)
rules.add_perm("orders.mailing.see", sees_the_list)
rules.add_perm("orders.mailing.consent", speaks_with_the_customer)
rules.add_perm("orders.mailing.upload", sees_the_list)
rules.add_perm("orders.mailing.proofed", is_the_worker)
rules.add_perm("orders.mailing.approve", permissions.is_the_customer)
rules.add_perm("orders.mailing.print", prints_it)
rules.add_perm("orders.mailing.printed", is_the_worker)
rules.add_perm("orders.mailing.failed", is_the_worker)
rules.add_perm("orders.mailing.destroy", sees_the_list)
rules.add_perm("orders.mailing.destroyed", is_the_worker)


@action("orders.mailing.begin")
def begin(act: Act, package: WorkPackage) -> Mailing:
    """Make the package's mailing; the first thing it needs is the customer's consent."""
    if not package.mailing:
        raise Refused(_("This package is no mailing."))
    mailing, _new = Mailing.objects.get_or_create(package=package)
    _record(act, mailing, "mailing.begun", {})
    return mailing


@action("orders.mailing.consent")
def record_consent(
    act: Act, mailing: Mailing, *, firm: UUID, given: date, document: str
) -> Mailing:
    """The customer has consented that a firm of the consortium holds its list (a sub-processor
    under art. 26 of the Personal Information Protection Act).
    """
    mailing = _locked(mailing)
    faults = []
    parties = mailing.package.consortium.parties.filter(left=None)
    if not parties.filter(firm=firm).exists():
        faults.append(Fault("firm", _("This firm takes no part."), _("Choose a party.")))
    if not document.strip():
        faults.append(
            Fault("document", _("The document is missing."), _("Name the customer's letter."))
        )
    if given > today():
        faults.append(Fault("given", _("This day lies ahead."), _("Write the day of the letter.")))
    if faults:
        raise Refused(faults)
    mailing.consents[str(firm)] = {"given": given.isoformat(), "document": document.strip()[:120]}
    if mailing.state == State.CONSENT and not missing_consents(mailing):
        mailing.state = State.UPLOAD
    mailing.save()
    _record(act, mailing, "mailing.consented", {"firm": str(firm), "given": given.isoformat()})
    return mailing


@action("orders.mailing.upload")
def take_upload(act: Act, mailing: Mailing, *, digest: str, size: int) -> Job:
    """The job lies sealed in the vault: have its proofs made."""
    mailing = _locked(mailing)
    missing = missing_consents(mailing)
    if missing:
        raise Refused(
            Fault(
                "",
                _("The customer's consent to each firm that holds the list comes first."),
                _("Record it."),
            )
        )
    if mailing.state not in (State.UPLOAD, State.PROOFED, State.APPROVED):
        raise Refused(_("A new list cannot be taken now."))
    mailing.upload_hash, mailing.upload_bytes = digest, size
    mailing.state, mailing.problem = State.PROOFING, ""
    mailing.fingerprint, mailing.approved = "", None
    job = start(PROOF, {"mailing": str(mailing.id)}, act.actor)
    mailing.job = job.id
    mailing.save()
    _record(act, mailing, "mailing.uploaded", {"sha256": digest, "bytes": size})
    return job


@action("orders.mailing.proofed")
def proofed(act: Act, mailing: Mailing, *, fingerprint: str, pictures: int) -> Mailing:
    """The proofs are made and wait for the customer."""
    mailing = _locked(mailing)
    _must_be(mailing, State.PROOFING)
    mailing.state, mailing.fingerprint, mailing.proofs = State.PROOFED, fingerprint, pictures
    mailing.save()
    _record(act, mailing, "mailing.proofed", {"fingerprint": fingerprint, "pictures": pictures})
    return mailing


@action("orders.mailing.approve")
def approve(act: Act, mailing: Mailing, *, fingerprint: str, link: UUID | None = None) -> Mailing:
    """The customer says yes to exactly these proofs."""
    mailing = _locked(mailing)
    _must_be(mailing, State.PROOFED)
    if fingerprint != mailing.fingerprint:
        raise Refused(
            Fault("", _("The job has changed since these proofs."), _("Look at the new ones."))
        )
    mailing.state, mailing.approved = State.APPROVED, act.at
    mailing.save()
    _record(
        act,
        mailing,
        "mailing.approved",
        {"fingerprint": fingerprint, "link": link and str(link)},
    )
    return mailing


@action("orders.mailing.print")
def print_it(act: Act, mailing: Mailing) -> Job:
    """Print all of it in the background."""
    mailing = _locked(mailing)
    _must_be(mailing, State.APPROVED)
    mailing.state = State.PRINTING
    job = start(PRINT, {"mailing": str(mailing.id)}, act.actor)
    mailing.job = job.id
    mailing.save()
    _record(act, mailing, "mailing.printing", {"job": str(job.id)})
    return job


@action("orders.mailing.printed")
def printed(act: Act, mailing: Mailing, *, counts: dict[str, int]) -> Mailing:
    """The register's count is the delivered quantity."""
    mailing = _locked(mailing)
    _must_be(mailing, State.PRINTING)
    mailing.state, mailing.counts = State.PRINTED, counts
    mailing.save()
    package = WorkPackage.objects.select_for_update(no_key=True).get(id=mailing.package_id)
    Delivery.objects.create(
        package=package,
        number=package.deliveries.count() + 1,
        quantity=counts["printed"],
        note=_("counted by the piece register"),
        at=act.at,
        deadline=act.at + timedelta(days=package.consortium.contract.acceptance_days),
    )
    package.state = WorkPackage.State.RUNNING
    package.save(update_fields=["state"])
    _record(act, mailing, "mailing.printed", counts)
    return mailing


@action("orders.mailing.failed")
def failed(act: Act, mailing: Mailing, *, problem: str) -> Mailing:
    """The press cannot do the job as it is; the person who can mend it reads why."""
    mailing = _locked(mailing)
    mailing.problem = problem
    mailing.state = State.UPLOAD if mailing.state == State.PROOFING else State.APPROVED
    mailing.save()
    _record(act, mailing, "mailing.failed", {})
    return mailing


@action("orders.mailing.destroy")
def destroy(act: Act, mailing: Mailing) -> Job:
    """Destroy every personal datum of the mailing in the background."""
    mailing = _locked(mailing)
    if mailing.state in (State.DESTROYED, State.DESTROYING):
        raise Refused(_("This mailing has been destroyed."))
    if mailing.state in (State.PROOFING, State.PRINTING):
        raise Refused(_("The worker is busy with it. Wait for its end."))
    mailing.state = State.DESTROYING
    job = start(DESTROY, {"mailing": str(mailing.id)}, act.actor)
    mailing.job = job.id
    mailing.save()
    _record(act, mailing, "mailing.destroying", {"job": str(job.id)})
    return job


@action("orders.mailing.destroyed")
def destroyed(act: Act, mailing: Mailing, *, statement: dict[str, Any]) -> Mailing:
    """All is gone; the signed statement of it stays."""
    mailing = _locked(mailing)
    mailing.state, mailing.statement, mailing.destroyed = State.DESTROYED, statement, act.at
    mailing.save()
    _record(act, mailing, "mailing.destroyed", {"sha256": statement["sha256"]})
    return mailing


def missing_consents(mailing: Mailing) -> list[UUID]:
    """The firms that will hold the list and that the customer has not consented to."""
    package = mailing.package
    needed = dict.fromkeys([package.firm_id, package.consortium.lead_id])
    return [firm for firm in needed if str(firm) not in mailing.consents]


def _locked(mailing: Mailing) -> Mailing:
    return (
        Mailing.objects.select_for_update(of=("self",), no_key=True)
        .select_related("package__consortium")
        .get(id=mailing.id)
    )


def _must_be(mailing: Mailing, state: str) -> None:
    if mailing.state != state:
        raise Refused(
            _("This mailing is at another step: %(step)s.") % {"step": mailing.get_state_display()}
        )


def _record(act: Act, mailing: Mailing, kind: str, facts: dict[str, Any]) -> None:
    act.record(
        kind,
        subject=mailing.id,
        facts=facts,
        audience=CONSORTIUM,
        chain=mailing.package.consortium_id,
    )
