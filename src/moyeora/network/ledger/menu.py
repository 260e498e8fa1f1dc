"""What waits for a person where money is, and what the journal says of it."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from moyeora.network.consortia.models import Agreement, Consortium, Party
from moyeora.network.frame.actor import Actor, Office
from moyeora.network.frame.navigation import Waiting, waits
from moyeora.network.journal.words import describe
from moyeora.network.ledger.balance import due_somewhere
from moyeora.network.ledger.models import Batch, CostClaim, Payout, Receipt
from moyeora.network.members.models import BankAccount

KNOWN = (BankAccount.State.ASKED, BankAccount.State.CONFIRMED, BankAccount.State.USED)
KINDS = {
    "receipt.recorded": gettext_lazy("recorded receipt {number}"),
    "receipt.seen_again": gettext_lazy("entered receipt {number} again; nothing changed"),
    "receipt.divided": gettext_lazy("divided receipt {number}"),
    "cost.claimed": gettext_lazy("claimed a cost: {what}"),
    "cost.approved": gettext_lazy("approved a cost"),
    "cost.refused": gettext_lazy("refused a cost"),
    "amount.held": gettext_lazy("held a disputed amount: {reason}"),
    "amount.released": gettext_lazy("released a held amount"),
    "payout.instructed": gettext_lazy("instructed batch {number}: {payments} payments"),
    "payout.sent": gettext_lazy("gave batch {number} to the bank"),
    "payout.confirmed": gettext_lazy("confirmed a payment"),
    "payout.bounced": gettext_lazy("recorded a payment that came back: {reason}"),
}


def register() -> None:
    """Called once, when the application is ready."""
    for kind, words in KINDS.items():
        describe(kind, words)
    waits(
        money,
        receipt=gettext_lazy("Receipts to divide"),
        cost=gettext_lazy("Costs to approve"),
        batch=gettext_lazy("Files to give to the bank"),
    )


def money(actor: Actor) -> Iterator[Waiting]:
    """Costs of others to approve; for the lead, receipts to divide and files for the bank."""
    if actor.office != Office.OWNER or not Agreement.objects.exists():
        return  # without an agreement there is no money
    active = Party.objects.filter(firm=actor.firm, left=None).values("consortium_id")
    agreed = Agreement.objects.filter(consortium__in=active, state=Agreement.State.IN_FORCE)
    if (
        agreed.exists()
        and not BankAccount.objects.filter(firm=actor.firm, state__in=KNOWN).exists()
    ):
        yield Waiting(
            "account",
            _("Enter your firm's bank account, so that it can be paid"),
            reverse("accounts"),
        )
    for payout in Payout.own.filter(state=Payout.State.BOUNCED).select_related("batch"):
        later = Payout.own.filter(
            batch__consortium=payout.batch.consortium_id, batch__number__gt=payout.batch.number
        )
        if not later.exists():
            yield Waiting(
                "account",
                _("A payment came back (%(reason)s): look at your bank account")
                % {"reason": payout.reason},
                reverse("accounts"),
            )
    claims = CostClaim.objects.filter(state=CostClaim.State.CLAIMED, consortium__in=active)
    for claim in claims.exclude(firm=actor.firm).select_related("firm"):
        yield Waiting(
            "cost",
            _("Approve a cost of %(firm)s: %(what)s")
            % {"firm": claim.firm.name, "what": claim.what},
            reverse("money", args=[claim.consortium_id]),
        )
    receipts = Receipt.objects.filter(
        consortium__lead=actor.firm, state=Receipt.State.RECORDED
    ).select_related("consortium")
    for receipt in receipts:
        yield Waiting(
            "receipt",
            _("Divide receipt %(number)s: %(title)s")
            % {"number": receipt.number, "title": receipt.consortium.title},
            reverse("money", args=[receipt.consortium_id]),
        )
    for consortium in Consortium.objects.filter(lead=actor.firm, id__in=due_somewhere()):
        yield Waiting(
            "batch",
            _("Pay out what is due: %(title)s") % {"title": consortium.title},
            reverse("money", args=[consortium.id]),
        )
    for batch in Batch.objects.filter(consortium__lead=actor.firm, sent=None):
        yield Waiting(
            "batch",
            _("Give batch %(number)s to the bank") % {"number": batch.number},
            reverse("batch", args=[batch.id]),
        )
