"""Who may do what with the journal; who may read which chain is in :mod:`.audience`."""

import rules

from moyeora.network.frame.actor import Office


@rules.predicate
def of_the_association(actor, _thing):
    return actor.of_the_association and not actor.by_token


@rules.predicate
def looks_for_others(actor, _thing):
    """The association and auditors: what they look at, those whose it is can read here."""
    return actor.of_the_association or actor.office == Office.AUDITOR


rules.add_perm("journal.erase", of_the_association)
rules.add_perm("journal.look", looks_for_others)
