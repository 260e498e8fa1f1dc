"""A firm's bank account: asked by an owner, confirmed by a second person, used after three days.

The second person is another owner who has held the office for as long as the waiting period. Where
there is none, a coordinator confirms by calling the firm at the number the association knows: the
firm reads its new number out, and the coordinator types its last four digits without being shown
any. So a stolen session alone, or an owner who invites a second self today, changes nothing, and
the association never sees an account number. All owners are told at each step, and any of them
can stop a change until it is in use.
"""

import re
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override
from django_scopes import scopes_disabled

from moyeora.network.frame.actor import CLOCK, Office
from moyeora.network.frame.clock import now
from moyeora.network.frame.faults import Fault, NotFresh, Refused
from moyeora.network.journal.action import Act, action
from moyeora.network.journal.audience import firms
from moyeora.network.members.actions.people import lock
from moyeora.network.members.models import BankAccount, Firm, Holding

WAITING: Final = timedelta(days=3)
TRIES: Final = 3
State = BankAccount.State
PENDING = (State.ASKED, State.CONFIRMED)


@action("members.account.ask", signs=True)
def ask(act: Act, firm: Firm, *, bank: str, number: str, holder: str) -> BankAccount:
    """Ask that the firm be paid to this account from now on."""
    digits = re.sub(r"[\s-]", "", number)
    faults = []
    if not bank.strip() or len(bank.strip()) > 40:
        faults.append(Fault("bank", _("Write the bank's name, at most 40 characters.")))
    if not re.fullmatch(r"[0-9]{8,16}", digits):
        faults.append(
            Fault("number", _("An account number has 8 to 16 digits."), _("Write digits only."))
        )
    if not holder.strip() or len(holder.strip()) > 60:
        faults.append(Fault("holder", _("Write the holder's name, at most 60 characters.")))
    lock(firm.id)
    if BankAccount.objects.filter(firm=firm, state__in=PENDING).exists():
        faults.append(
            Fault("", _("Another change is under way."), _("Wait for it, or stop it first."))
        )
    if faults:
        raise Refused(faults)
    account = BankAccount.objects.create(
        firm=firm,
        bank=bank.strip(),
        number=digits,
        holder=holder.strip(),
        asked_by=act.actor.person,
        asked_at=act.at,
    )
    _record(act, "account.asked", account)
    _tell(
        account, gettext_noop("A new bank account was asked for. A second person must confirm it.")
    )
    return account


@action("members.account.confirm", signs=True)
def confirm(act: Act, account: BankAccount) -> None:
    """A second owner confirms; the account is used three days later."""
    if account.asked_by == act.actor.person:
        raise Refused(
            Fault(
                "",
                _("You asked for this change yourself."),
                _("Another owner of the firm confirms it."),
                "same-person",
            )
        )
    if not seasoned_owners(account).filter(person_id=act.actor.person).exists():
        raise Refused(
            Fault(
                "",
                _("You have been an owner for less than three days."),
                _("Another owner, or the association by a call, confirms it."),
                "too-new",
            )
        )
    _confirm(act, account, "owner")


@action("members.account.confirm_by_call")
def confirm_by_call(act: Act, account: BankAccount, *, last_four: str) -> None:
    """A coordinator has called the firm and was told the number's last four digits.

    Three wrong tries refuse the change. A wrong try is kept although nothing is confirmed, so this
    returns with the account refused or open, and says by Refused only what changes nothing; the
    caller looks at ``account.state`` and ``account.wrong_digits``.
    """
    if not act.actor.fresh:
        raise NotFresh
    if account.asked_by == act.actor.person:
        raise Refused(
            Fault("", _("You asked for this change yourself."), _("Another coordinator calls."))
        )
    if seasoned_owners(account).exists():
        raise Refused(Fault("", _("The firm has a second owner, who confirms it.")))
    lock(account.firm_id)
    account.refresh_from_db(fields=["state", "wrong_digits"])
    if account.state != State.ASKED:
        raise Refused(Fault("", _("This change does not wait for a second person.")))
    if account.number[-4:] == last_four.strip():
        _confirm(act, account, "call")
        return
    account.wrong_digits += 1
    if account.wrong_digits >= TRIES:
        account.state = State.REFUSED
        _tell(
            account, gettext_noop("The change was refused: the digits given by phone were wrong.")
        )
    account.save(update_fields=["wrong_digits", "state"])
    _record(act, "account.wrong_digits", account)


@action("members.account.refuse")
def refuse(act: Act, account: BankAccount) -> None:
    """Any owner stops a change that is not in use yet."""
    if not BankAccount.objects.filter(id=account.id, state__in=PENDING).update(state=State.REFUSED):
        raise Refused(Fault("", _("This change is no longer open.")))
    account.state = State.REFUSED
    _record(act, "account.refused", account)
    _tell(account, gettext_noop("The change was stopped."))


@action("members.account.use")
def use(act: Act, account: BankAccount) -> None:
    """The waiting period has passed: the firm is paid to this account from now on."""
    lock(account.firm_id)
    due = BankAccount.objects.filter(id=account.id, state=State.CONFIRMED, used_from__lte=act.at)
    if not due.exists():
        raise Refused(Fault("", _("This account is not due.")))
    BankAccount.objects.filter(firm=account.firm_id, state=State.USED).update(state=State.REPLACED)
    due.update(state=State.USED)
    account.state = State.USED
    _record(act, "account.used", account)
    _tell(account, gettext_noop("The new account is in use."))


def account_in_use(firm: Firm, at: datetime | None = None) -> BankAccount | None:
    """Where the firm is paid now. A confirmed account whose day has come is put into use first."""
    due = BankAccount.objects.filter(
        firm=firm, state=State.CONFIRMED, used_from__lte=at or now()
    ).first()
    if due is not None:
        use(CLOCK, due)
    return BankAccount.objects.filter(firm=firm, state=State.USED).first()


def seasoned_owners(account: BankAccount) -> QuerySet[Holding]:
    """Owners other than who asked, in office for the waiting period when it was asked."""
    return Holding.objects.filter(
        firm=account.firm_id,
        office=Office.OWNER,
        ended__isnull=True,
        since__lte=account.asked_at - WAITING,
    ).exclude(person_id=account.asked_by)


def waiting_for_a_call() -> list[BankAccount]:
    """Changes that a coordinator must confirm, without the number: bank and firm alone."""
    with scopes_disabled():  # the association sees that a change waits, not the number
        asked = BankAccount.objects.filter(state=State.ASKED).select_related("firm")
        return [
            account
            for account in asked.defer("number", "holder").order_by("asked_at")
            if not seasoned_owners(account).exists()
        ]


def _confirm(act: Act, account: BankAccount, how: str) -> None:
    used_from = act.at + WAITING
    with scopes_disabled():  # who confirms by a call is not of the firm
        changed = BankAccount.objects.filter(id=account.id, state=State.ASKED).update(
            state=State.CONFIRMED, confirmed_by=act.actor.person, used_from=used_from
        )
    if not changed:
        raise Refused(Fault("", _("This change does not wait for a second person.")))
    account.state, account.used_from = State.CONFIRMED, used_from
    _record(act, "account.confirmed", account, how=how, used_from=used_from.isoformat())
    _tell(
        account,
        gettext_noop("The change was confirmed. The account is used from %(day)s."),
        used_from,
    )


def _record(act: Act, kind: str, account: BankAccount, **more: str) -> None:
    facts = {"bank": account.bank, "last_four": account.number[-4:], **more}
    act.record(kind, subject=account.firm_id, facts=facts, audience=firms(account.firm_id))


def _tell(account: BankAccount, what: str, day: datetime | None = None) -> None:
    """A mail to all owners of the firm when the transaction has held. It names no number."""
    with override(settings.LANGUAGE_CODE):
        what = _(what) % {"day": day and date_format(localtime(day), "DATETIME_FORMAT")}
        subject = _("Bank account of %(firm)s") % {"firm": account.firm.name}
        more = _("If you did not expect this, sign in and stop it, and call the association.")
    to = list(
        Holding.objects.filter(
            firm=account.firm_id, office=Office.OWNER, ended__isnull=True
        ).values_list("person__email", flat=True)
    )
    transaction.on_commit(
        lambda: [
            send_mail(subject, f"{what}\n\n{more}\n", None, [one], fail_silently=True) for one in to
        ]
    )
