"""Bringing a table in, step by step: file, columns, faults, what would happen, done."""

import tempfile
from pathlib import Path
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from moyeora.network.frame.faults import NotAllowed, Refused
from moyeora.network.jobs.models import Job
from moyeora.network.jobs.models import State as JobState
from moyeora.network.members.actions import imports as actions
from moyeora.network.members.exports import FORMATS, template
from moyeora.network.members.forms import UploadForm
from moyeora.network.members.imports import store
from moyeora.network.members.imports.checking import label
from moyeora.network.members.imports.columns import LABELS, SCHEMA, missing
from moyeora.network.members.imports.plan import LEFT, plan
from moyeora.network.members.imports.reading import FILE_MOST, refuse_size
from moyeora.network.members.models import Upload
from moyeora.network.members.pages.doors import done, need

FORM_MOST: Final = FILE_MOST + 2**16  # the file, and the form around it
POURED_AWAY_MOST: Final = 2**30
FAULTY_SHOWN: Final = 50
STEPS_SHOWN: Final = 50


@csrf_exempt  # or its check would take the whole upload in before its size is looked at
@login_required
@require_http_methods(["GET", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """Tables under way, the templates, and a new file. A file that is too large is refused by
    what its sender says of it, before any of it is kept.
    """
    need(request, "members.import.upload")
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    if request.method == "POST" and length > FORM_MOST:
        _pour_away(request)
        form = UploadForm()
        try:
            refuse_size(length)
        except Refused as refused:
            form.too_large = refused.faults
        return _imports_page(request, form, status=413)
    return _imports(request)


def _pour_away(request: HttpRequest) -> None:
    # A browser shows our answer only when it could send all; nothing of it is kept.
    left = POURED_AWAY_MOST
    while left > 0 and (piece := request.read(2**16)):
        left -= len(piece)


@csrf_protect
def _imports(request: HttpRequest) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()

    def take(told: dict) -> Upload:
        with tempfile.NamedTemporaryFile(dir=store.folder()) as copy:  # mode 0600, gone after
            for piece in told["file"].chunks():
                copy.write(piece)
            copy.flush()
            return actions.take(
                request.actor,
                None,
                path=Path(copy.name),
                name=told["file"].name,
                kind=told["kind"],
            )

    upload = done(form, take)
    if upload:
        return redirect("import", upload=upload.id)
    return _imports_page(request, form, status=422 if form.is_bound else 200)


def _imports_page(request: HttpRequest, form: UploadForm, status: int) -> HttpResponse:
    context = {
        "form": form,
        "uploads": Upload.objects.exclude(state=Upload.State.DROPPED)[:20],
        "kinds": Upload.Kind.choices,
        "formats": list(FORMATS),
    }
    return render(request, "members/imports.html", context, status=status)


@login_required
@require_safe
def blank(request: HttpRequest, kind: str, format: str) -> HttpResponse:
    """An empty table to be filled in."""
    need(request, "members.import.upload")
    if kind not in SCHEMA or format not in FORMATS:
        raise Http404
    return template(kind, format)


@login_required
@require_safe
def step(request: HttpRequest, upload: UUID) -> HttpResponse:
    """Where a table stands: what is to be done next with it."""
    table = _upload(request, upload)
    if table.state == Upload.State.RUNNING:
        _give_back_if_failed(table)
    match table.state:
        case Upload.State.OPEN:
            if missing(table.kind, table.mapping) or "columns" in request.GET:
                return _columns_page(request, table)
            return _check_page(request, table)
        case Upload.State.RUNNING:
            return render(request, "members/import_running.html", _progress(table))
        case _:
            return render(
                request, "members/import_done.html", {"upload": table, "counts": _counts(table)}
            )


def _columns_page(request: HttpRequest, table: Upload, status: int = 200) -> HttpResponse:
    rows = store.rows(table)[:3]
    chosen = {at: name for name, at in table.mapping.items()}
    headings = [
        {
            "at": at,
            "heading": heading,
            "cells": [cells[at] for _number, cells in rows],
            "chosen": chosen.get(at, ""),
        }
        for at, heading in enumerate(table.headings)
    ]
    context = {
        "upload": table,
        "headings": headings,
        "columns": [(name, LABELS[name]) for name in SCHEMA[table.kind]],
        "missing": [label(name) for name in missing(table.kind, table.mapping)],
    }
    return render(request, "members/import_columns.html", context, status=status)


def _check_page(request: HttpRequest, table: Upload) -> HttpResponse:
    rows = actions.checked(table)
    faulty = [row for row in rows if row.faults]
    if faulty:
        shown = [
            {
                "number": row.number,
                "title": row.written.get("name") or row.written.get("firm_a", ""),
                "cells": [
                    {
                        "fault": fault,
                        "label": label(fault.field),
                        "id": f"cell-{row.number}-{fault.field}",
                        "written": row.written.get(fault.field, ""),
                    }
                    for fault in {fault.field: fault for fault in reversed(row.faults)}.values()
                ],
            }
            for row in faulty[:FAULTY_SHOWN]
        ]
        context = {
            "upload": table,
            "faulty": len(faulty),
            "rows": shown,
            "rest": len(faulty) - len(shown),
        }
        return render(request, "members/import_faults.html", context)
    planned = plan(table, rows)
    steps = [one for one in planned.steps if one.outcome != LEFT or one.what == "offer"]
    context = {
        "upload": table,
        "counts": planned.counts(),
        "page": Paginator(steps, STEPS_SHOWN).get_page(request.GET.get("page")),
    }
    return render(request, "members/import_plan.html", context)


@require_POST
@login_required
def columns(request: HttpRequest, upload: UUID) -> HttpResponse:
    """Which heading is which column."""
    table = _upload(request, upload)
    chosen = {
        at: name
        for at in range(len(table.headings))
        if (name := request.POST.get(f"heading-{at}", ""))
    }
    try:
        actions.map_columns(request.actor, table, chosen=chosen)
    except Refused as refused:
        for fault in refused.faults:
            messages.error(request, str(fault))
        table.mapping = {name: at for at, name in chosen.items() if name in SCHEMA[table.kind]}
        return _columns_page(request, table, status=422)
    return redirect("import", upload=table.id)


@require_POST
@login_required
def fix(request: HttpRequest, upload: UUID) -> HttpResponse:
    """What is written in the cells instead."""
    table = _upload(request, upload)
    cells: dict[int, dict[str, str]] = {}
    for key, text in request.POST.items():
        word, _dash, rest = key.partition("-")
        number, _dash, name = rest.partition("-")
        if word == "cell" and number.isascii() and number.isdigit() and len(number) < 9:
            cells.setdefault(int(number), {})[name] = text[:4000]
    actions.fix(request.actor, table, cells=cells)
    return redirect("import", upload=table.id)


@require_POST
@login_required
def start(request: HttpRequest, upload: UUID) -> HttpResponse:
    """Write it."""
    table = _upload(request, upload)
    actions.begin(request.actor, table)
    return redirect("import", upload=table.id)


@require_POST
@login_required
def drop(request: HttpRequest, upload: UUID) -> HttpResponse:
    """Give it up."""
    actions.drop(request.actor, _upload(request, upload))
    messages.success(request, _("The table is given up; nothing was changed."))
    return redirect("imports")


@login_required
@require_safe
def progress(request: HttpRequest, upload: UUID) -> HttpResponse:
    """The bar alone, asked for every second by the page; at the end the page loads itself anew."""
    table = _upload(request, upload)
    if table.state == Upload.State.RUNNING:
        _give_back_if_failed(table)
    if table.state != Upload.State.RUNNING:
        answer = HttpResponse(status=204)
        answer["HX-Refresh"] = "true"
        return answer
    return render(request, "members/import_bar.html", _progress(table))


def _upload(request: HttpRequest, upload: UUID) -> Upload:
    need(request, "members.import.upload")
    table = get_object_or_404(Upload, id=upload)
    if table.person != request.actor.person:  # it may hold prices; who sent it knows them
        raise NotAllowed("members.import.upload")
    return table


def _give_back_if_failed(table: Upload) -> None:
    """Show a table whose job ended without it as what it is: still to be brought in."""
    job = Job.objects.filter(id=table.job).first()
    if job is None or job.state in {JobState.FAILED, JobState.STOPPED}:
        table.state = Upload.State.OPEN
        table.save(update_fields=["state"])
    else:
        table.refresh_from_db(fields=["state"])


def _progress(table: Upload) -> dict:
    return {"upload": table, "job": Job.objects.filter(id=table.job).first()}


def _counts(table: Upload) -> dict:
    return table.result if table.state == Upload.State.DONE else {}
