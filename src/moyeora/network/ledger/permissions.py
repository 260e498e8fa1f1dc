"""Who may do what with money."""

from typing import Any

import rules

from moyeora.network.consortia.models import Consortium, Party
from moyeora.network.frame.actor import Actor, Office


def _of(thing: Any) -> Consortium | None:
    if isinstance(thing, Consortium) or thing is None:
        return thing
    consortium = getattr(thing, "consortium", None)
    return consortium if consortium is not None else thing.batch.consortium


@rules.predicate
def owns_a_party(actor: Actor, thing: Any) -> bool:
    """The owner of a firm that takes part."""
    consortium = _of(thing)
    return (
        actor.office == Office.OWNER
        and consortium is not None
        and Party.objects.filter(consortium=consortium, firm=actor.firm, left=None).exists()
    )


@rules.predicate
def owns_the_lead(actor: Actor, thing: Any) -> bool:
    """The owner of the lead firm, which keeps the project's account."""
    consortium = _of(thing)
    return (
        actor.office == Office.OWNER and consortium is not None and consortium.lead_id == actor.firm
    )


@rules.predicate
def owns_another_party(actor: Actor, claim: Any) -> bool:
    """The owner of a party that is not the one whose claim it is."""
    return owns_a_party(actor, claim) and claim.firm_id != actor.firm


@rules.predicate
def reads_statements(actor: Actor, _: Any) -> bool:
    """Everybody of a firm, its accountant too, the association, and the auditor."""
    return actor.of_a_firm or actor.of_the_association or actor.office == Office.AUDITOR


@rules.predicate
def exports_lines(actor: Actor, _: Any) -> bool:
    """Everybody of a firm its own, the auditor all; the association has none."""
    return actor.of_a_firm or actor.office == Office.AUDITOR


@rules.predicate
def sees_batches(actor: Actor, batch: Any) -> bool:
    """The owner of the lead firm, and the auditor."""
    return owns_the_lead(actor, batch) or actor.office == Office.AUDITOR


rules.add_perm("ledger.see", reads_statements)
rules.add_perm("ledger.export", exports_lines)
rules.add_perm("ledger.batch.see", sees_batches)
rules.add_perm("ledger.receipt.record", owns_the_lead)
rules.add_perm("ledger.receipt.divide", owns_the_lead)
rules.add_perm("ledger.cost.claim", owns_a_party)
rules.add_perm("ledger.cost.answer", owns_another_party)
rules.add_perm("ledger.hold", owns_a_party)
rules.add_perm("ledger.release", owns_a_party)
rules.add_perm("ledger.payout.instruct", owns_the_lead)
rules.add_perm("ledger.payout.send", owns_the_lead)
rules.add_perm("ledger.payout.confirm", owns_the_lead)
rules.add_perm("ledger.payout.bounce", owns_the_lead)
