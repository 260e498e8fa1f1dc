"""The coordinator's page that takes the made-up network away."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from moyeora.network.demo import filling
from moyeora.network.frame.faults import NotAllowed
from moyeora.network.members import demo as members
from moyeora.network.members.models import Firm, Person


@login_required
@require_http_methods(["GET", "POST"])
def demo(request: HttpRequest) -> HttpResponse:
    """What is made up, and one button that removes it."""
    if not rules.has_perm("members.demo.empty", request.actor):
        raise NotAllowed("members.demo.empty")
    if request.method == "POST":
        firms = filling.empty(request.actor, None)
        messages.success(request, members.told_of(firms))
        return redirect("home")
    return render(
        request,
        "members/demo.html",
        {
            "firms": Firm.objects.filter(made_up=True).count(),
            "people": Person.objects.filter(made_up=True).count(),
            "coordinator": filling.real_coordinators().exists(),
        },
    )
