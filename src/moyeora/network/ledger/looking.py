"""What of a consortium's money one reader sees: a firm its own, the auditor all, and the journal
says that the auditor looked.
"""

from django.utils.translation import gettext as _

from moyeora.network.consortia.models import Consortium
from moyeora.network.consortia.permissions import audits
from moyeora.network.frame.actor import Actor
from moyeora.network.journal.actions import look
from moyeora.network.ledger.models import Statement
from moyeora.network.ledger.statements import View, view, whole


def sees_all(actor: Actor, consortium: Consortium, what: str) -> bool:
    """Whether the reader is the auditor; then it is recorded that ``what`` was looked at."""
    if not audits(actor, consortium):
        return False
    look(actor, consortium.id, what, chain=consortium.id)
    return True


def statement_for(actor: Actor, statement: Statement, party: str, lang: str) -> View:
    """A statement as the reader may see it; ``party``: the own business number, or ""."""
    what = _("statement %(number)s") % {"number": statement.number}
    if sees_all(actor, statement.receipt.consortium, what):
        return whole(statement, lang)
    return view(statement, party, lang)
