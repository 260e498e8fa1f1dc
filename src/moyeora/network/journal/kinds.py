"""The kinds of entries that the journal makes itself, in words; who reads the network's chain."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from moyeora.network.frame.actor import Actor, Office
from moyeora.network.journal.audience import Reader, may_open, readers
from moyeora.network.journal.chains import ERASED, NETWORK
from moyeora.network.journal.words import describe

describe(ERASED, _("erased the contents of entry {number}: {reason}"))
describe("confidential.seen", _("looked at something confidential: {what}"))
describe("key.made", _("made the key that signs checkpoints"))
describe("key.replaced", _("replaced the key that signs checkpoints"))


@readers
def _network(actor: Actor, chain: UUID) -> Reader | None:
    """Every member reads the network's chain; an auditor reads those of a consortium alone."""
    if chain != NETWORK or not may_open(actor) or actor.office == Office.AUDITOR:
        return None
    return Reader(actor.firm, association=actor.of_the_association, party=actor.of_a_firm)
