"""People and their offices, invitations by a link, API tokens."""

from uuid import UUID

import rules
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.mail import send_mail
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from moyeora.network.frame.actor import Office
from moyeora.network.frame.clock import now
from moyeora.network.members.actions import people as actions
from moyeora.network.members.forms import OFFICES, InviteForm, PasswordForm, TokenForm
from moyeora.network.members.models import Firm, Holding, Invitation, Person, Token
from moyeora.network.members.pages.doors import done, need


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def people(request: HttpRequest, firm: UUID | None = None) -> HttpResponse:
    """Who holds which office in the firm (or in the association); a new invitation.

    The link is shown once, beside being mailed: many small firms' mail is not dependable.
    """
    where = get_object_or_404(Firm, id=firm) if firm else None
    need(request, "members.person.invite", where)
    offices = OFFICES[where is not None]
    if where is not None and request.actor.office == Office.COORDINATOR:
        offices = (Office.OWNER,)
    form = InviteForm(request.POST or None, offices=offices)
    invited = done(form, lambda told: actions.invite(request.actor, where, **told))
    link = ""
    if invited:
        invitation, secret = invited
        link = request.build_absolute_uri(reverse("accept", args=[secret]))
        _mail(invitation, link)
        form = InviteForm(offices=offices)
    return render(
        request,
        "members/people.html",
        {
            "firm": where,
            "form": form,
            "link": link,
            "holdings": [
                {
                    "holding": one,
                    "may_end": rules.has_perm("members.holding.end", request.actor, one),
                }
                for one in Holding.objects.filter(firm=where, consortium=None, ended__isnull=True)
                .select_related("person")
                .order_by("office", "since")
            ],
            "invitations": Invitation.objects.filter(
                firm=where, consortium=None, ended__isnull=True, expires__gt=now()
            ),
        },
    )


def _mail(invitation: Invitation, link: str) -> None:
    with override(settings.LANGUAGE_CODE):
        where = invitation.firm.name if invitation.firm else settings.ASSOCIATION
        text = _(
            "%(name)s, you are invited to Moyeora as %(office)s of %(where)s.\n\n"
            "Open this link within seven days and choose a password:\n%(link)s\n\n"
            "If you do not know why you get this, do nothing.\n"
        ) % {
            "name": invitation.name,
            "office": Office(invitation.office).label,
            "where": where or _("the association"),
            "link": link,
        }
        send_mail(_("Invitation to Moyeora"), text, None, [invitation.email], fail_silently=True)


@require_POST
@login_required
def withdraw(request: HttpRequest, invitation: UUID) -> HttpResponse:
    found = get_object_or_404(Invitation.objects.select_related("firm"), id=invitation)
    actions.withdraw(request.actor, found.firm, invitation=found)
    messages.success(request, _("The invitation is withdrawn."))
    return _back(found.firm_id)


@require_POST
@login_required
def end(request: HttpRequest, holding: UUID) -> HttpResponse:
    found = get_object_or_404(Holding.objects.select_related("person"), id=holding)
    actions.end(request.actor, found)
    messages.success(request, _("%(name)s no longer holds the office.") % {"name": found.person})
    return redirect("home") if found.person_id == request.actor.person else _back(found.firm_id)


def _back(firm: UUID | None) -> HttpResponse:
    return redirect("people", firm=firm) if firm else redirect("association_people")


@require_http_methods(["GET", "POST"])
@never_cache
@sensitive_post_parameters("password")
def accept(request: HttpRequest, secret: str) -> HttpResponse:
    """Take an invitation: no sign-in is needed, the link is the key."""
    invitation = actions.invitation_by(secret, now())
    if invitation is None:
        return render(request, "members/no_invitation.html", status=404)
    form = PasswordForm(request.POST or None)
    known = Person.objects.filter(email=invitation.email).exists()
    if known:
        form.fields["password"].widget.attrs["autocomplete"] = "current-password"
    if done(form, lambda told: actions.accept(request.actor, secret, **told)):
        messages.success(request, _("Welcome. Sign in with your e-mail and password."))
        return redirect("home" if request.user.is_authenticated else "account_login")
    return render(
        request,
        "members/accept.html",
        {
            "invitation": invitation,
            "office": Office(invitation.office).label,
            "known": known,
            "form": form,
        },
    )


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def tokens(request: HttpRequest) -> HttpResponse:
    """The reader's API tokens in the office acted in now; a new one is shown once."""
    need(request, "members.token.make", request.holding)
    form = TokenForm(request.POST or None)
    made = done(form, lambda told: actions.make_token(request.actor, request.holding, **told))
    context = {
        "form": TokenForm() if made else form,
        "secret": made[1] if made else "",
        "tokens": Token.objects.filter(holding=request.holding).order_by("-made"),
    }
    return render(request, "members/tokens.html", context)


@require_POST
@login_required
def revoke(request: HttpRequest, token: UUID) -> HttpResponse:
    found = get_object_or_404(Token.objects.select_related("holding"), id=token)
    actions.revoke_token(request.actor, found)
    messages.success(request, _("The token is revoked."))
    return redirect("tokens")
