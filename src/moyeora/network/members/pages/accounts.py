"""The firm's bank account, and the coordinator's calls."""

from uuid import UUID

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from moyeora.network.frame.faults import NotAllowed
from moyeora.network.members.actions import accounts as actions
from moyeora.network.members.forms import AccountForm, CallForm
from moyeora.network.members.models import BankAccount, Firm
from moyeora.network.members.pages.doors import done, need


@login_required
@require_safe
@never_cache
def accounts(request: HttpRequest) -> HttpResponse:
    """Where the firm is paid, the change under way, and what it still needs."""
    firm = _own_firm(request, "members.account.see")
    used = actions.account_in_use(firm)
    pending = BankAccount.objects.filter(firm=firm, state__in=actions.PENDING).first()
    others = actions.seasoned_owners(pending) if pending else None
    return render(
        request,
        "members/accounts.html",
        {
            "firm": firm,
            "used": used,
            "pending": pending,
            "by_call": pending is not None and not others.exists(),
            "may_confirm": pending is not None
            and pending.state == BankAccount.State.ASKED
            and others.filter(person_id=request.actor.person).exists()
            and rules.has_perm("members.account.confirm", request.actor, pending),
            "may_ask": rules.has_perm("members.account.ask", request.actor, firm),
            "past": BankAccount.objects.filter(
                firm=firm, state__in=(BankAccount.State.REPLACED, BankAccount.State.REFUSED)
            ).order_by("-asked_at")[:10],
        },
    )


@sensitive_post_parameters()
@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def ask(request: HttpRequest) -> HttpResponse:
    """A new account."""
    firm = _own_firm(request, "members.account.ask")
    form = AccountForm(request.POST or None)
    if done(form, lambda told: actions.ask(request.actor, firm, **told)):
        messages.success(request, _("The change waits for a second person now."))
        return redirect("accounts")
    return render(request, "members/account_ask.html", {"firm": firm, "form": form})


@require_POST
@login_required
def confirm(request: HttpRequest, account: UUID) -> HttpResponse:
    actions.confirm(request.actor, get_object_or_404(BankAccount, id=account))
    messages.success(request, _("Confirmed. The account is used in three days."))
    return redirect("accounts")


@require_POST
@login_required
def refuse(request: HttpRequest, account: UUID) -> HttpResponse:
    actions.refuse(request.actor, get_object_or_404(BankAccount, id=account))
    messages.success(request, _("The change is stopped."))
    return redirect("accounts")


@login_required
@require_safe
def calls(request: HttpRequest) -> HttpResponse:
    """Firms to call: no number is shown."""
    need(request, "members.account.confirm_by_call")
    return render(request, "members/calls.html", {"accounts": actions.waiting_for_a_call()})


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def call(request: HttpRequest, account: UUID) -> HttpResponse:
    """What to ask the firm on the phone, and the four digits that it read out."""
    need(request, "members.account.confirm_by_call")
    waiting = {one.id: one for one in actions.waiting_for_a_call()}
    found = waiting.get(account)
    if found is None:
        raise Http404
    form = CallForm(request.POST or None)
    if done(form, lambda told: actions.confirm_by_call(request.actor, found, **told)):
        if found.state == BankAccount.State.CONFIRMED:
            messages.success(request, _("Confirmed. The account is used in three days."))
            return redirect("calls")
        if found.state == BankAccount.State.REFUSED:
            messages.error(request, _("Three wrong tries: the change is refused."))
            return redirect("calls")
        form.add_error("last_four", _("These are not the last four digits."))
    return render(request, "members/call.html", {"account": found, "form": form})


def _own_firm(request: HttpRequest, permission: str) -> Firm:
    if request.actor.firm is None:
        raise NotAllowed(permission)
    firm = get_object_or_404(Firm, id=request.actor.firm)
    need(request, permission, firm)
    return firm
