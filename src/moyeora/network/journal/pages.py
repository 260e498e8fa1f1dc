"""The journal as a list that people read, and the files with which they check it themselves."""

from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from moyeora.network.journal import reading
from moyeora.network.journal.chains import NETWORK
from moyeora.network.journal.export import export
from moyeora.network.journal.keys import public_keys
from moyeora.network.journal.models import Chain, Checkpoint
from moyeora.network.journal.words import described, named


class Filter(forms.Form):
    """What a reader looks for."""

    kind = forms.ChoiceField(label=_("What happened"), required=False)
    subject = forms.UUIDField(required=False, widget=forms.HiddenInput)
    before = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        self.fields["kind"].choices = [("", _("everything")), *described().items()]


@require_safe
@login_required
def journal(request: HttpRequest, chain: UUID = NETWORK) -> HttpResponse:
    """The entries that this reader may read, the newest first, fifty a page."""
    reader = reading.opened(request.actor, chain)
    form = Filter(request.GET or None)
    wanted = form.cleaned_data if form.is_bound and form.is_valid() else {}
    asked = reading.Asked(wanted.get("before"), wanted.get("kind", ""), wanted.get("subject"))
    lines, older = reading.lines(chain, reader, asked)
    query = request.GET.copy()
    query["before"] = str(older)
    return render(
        request,
        "journal/journal.html",
        {
            "chain": chain,
            "name": "" if chain == NETWORK else named([chain]).get(chain, ""),
            "network": chain == NETWORK,
            "form": form,
            "narrowed": bool(asked.kind or asked.subject),
            "subject": asked.subject,
            "subject_name": named([asked.subject]).get(asked.subject) if asked.subject else None,
            "first_page": asked.before is None,
            "lines": lines,
            "older": older and query.urlencode(),
            "length": reading.length(chain),
            "checkpoint": Checkpoint.objects.filter(chain=chain).first(),
        },
    )


@require_safe
@login_required
def download(request: HttpRequest, chain: UUID) -> HttpResponse:
    """The whole chain as this reader may see it."""
    return answer_export(request, chain)


@require_safe
@login_required
def checkpoints(request: HttpRequest, chain: UUID) -> HttpResponse:
    """All signed checkpoints of the chain, the newest first, one a line."""
    return answer_checkpoints(request, chain)


def answer_export(request: HttpRequest, chain: UUID) -> StreamingHttpResponse:
    """The file of the page and of the API."""
    reader = reading.opened(request.actor, chain)
    if not Chain.objects.filter(id=chain).exists():
        raise Http404
    return StreamingHttpResponse(
        export(chain, reader),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="journal-{chain}.json"'},
    )


def answer_checkpoints(request: HttpRequest, chain: UUID) -> HttpResponse:
    """The file of the page and of the API."""
    reading.opened(request.actor, chain)
    signed = "".join(f"{one.signed}\n" for one in Checkpoint.objects.filter(chain=chain))
    if not signed:
        raise Http404
    return HttpResponse(
        signed,
        content_type="application/jose",
        headers={"Content-Disposition": f'attachment; filename="checkpoints-{chain}.jws"'},
    )


@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """The public keys of all checkpoints, for anyone."""
    return JsonResponse(
        public_keys(),
        content_type="application/jwk-set+json",
        headers={"Content-Disposition": 'attachment; filename="journal-keys.json"'},
    )
