"""The first page, the reader's own account, and the switches of language and office."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from moyeora.network.frame.actor import OFFICE_KEY
from moyeora.network.frame.navigation import KINDS, waiting


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """What waits for the reader, the nearest date on top."""
    found = waiting(request.actor)
    return render(
        request, "frame/home.html", {"first": found[0] if found else None, "rest": found[1:]}
    )


@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Who the reader is, which offices they hold, which notices come by mail."""
    if request.method == "POST":
        # Which notices somebody wants is their own matter and no act of a firm: no entry tells it.
        wanted = set(request.POST.getlist("notice"))
        request.user.muted = [kind for kind in KINDS if kind not in wanted]
        request.user.save(update_fields=["muted"])
        messages.success(request, _("Kept."))
        return redirect("account")
    notices = [
        {"kind": kind, "label": label, "wanted": kind not in request.user.muted}
        for kind, label in KINDS.items()
    ]
    return render(request, "frame/account.html", {"notices": notices})


@require_POST
@login_required
def office(request: HttpRequest) -> HttpResponse:
    """Act in another of the reader's offices from now on."""
    chosen = request.POST.get("holding", "")
    if chosen in {str(holding.id) for holding in request.held}:
        request.session[OFFICE_KEY] = chosen
    return redirect("home")  # the page they were on may belong to the other firm


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Remember the language and go back."""
    chosen = request.POST.get("language", "")
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}):
        back = "/"
    response = redirect(back)
    if chosen in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            request.user.language = chosen
            request.user.save(update_fields=["language"])
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=365 * 86400,
            samesite="Lax",
            secure=settings.HTTPS,
        )
    return response
