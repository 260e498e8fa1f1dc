"""Who may do what with the journal; who may read which chain is in :mod:`.audience`."""

import rules


@rules.predicate
def of_the_association(actor, _thing):
    return actor.of_the_association and not actor.by_token


rules.add_perm("journal.erase", of_the_association)
rules.add_perm("journal.look", rules.predicate(lambda actor, _thing: actor.of_the_association))
