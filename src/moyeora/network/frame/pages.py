"""The first page and the switch of language."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from moyeora.network.frame.navigation import waiting


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """What waits for the reader, the nearest date on top."""
    return render(request, "frame/home.html", {"waiting": waiting(request.actor)})


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Remember the language and go back."""
    chosen = request.POST.get("language", "")
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}):
        back = "/"
    response = redirect(back)
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=365 * 86400,
            samesite="Lax",
            secure=settings.HTTPS,
        )
    return response
