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


def reads_the_network(actor: Actor) -> bool:
    """Every member reads the network's chain; an auditor reads those of a consortium alone."""
    return may_open(actor) and actor.office != Office.AUDITOR


@readers
def _network(actor: Actor, chain: UUID) -> Reader | None:
    if chain != NETWORK or not reads_the_network(actor):
        return None
    return Reader(actor.firm, association=actor.of_the_association, party=actor.of_a_firm)
