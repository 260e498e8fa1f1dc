"""Bringing a table in: uploaded, mapped, put right, and written whole in the background."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from moyeora.network.frame.clock import today
from moyeora.network.frame.faults import Fault, Refused
from moyeora.network.jobs.work import Task, job, start
from moyeora.network.journal.action import Act, action
from moyeora.network.journal.audience import ASSOCIATION, firms
from moyeora.network.members.acting import actor_of
from moyeora.network.members.imports import store
from moyeora.network.members.imports.checking import Row, check, label, written_rows
from moyeora.network.members.imports.columns import SCHEMA, guess, missing
from moyeora.network.members.imports.plan import Plan, plan
from moyeora.network.members.imports.reading import read_table
from moyeora.network.members.imports.writing import write
from moyeora.network.members.models import Holding, Upload
from moyeora.network.members.search.index import index

JOB = "members.import"
State = Upload.State


@action("members.import.upload")
def take(act: Act, subject: None, *, path: Path, name: str, kind: str) -> Upload:
    """Read a file and keep its rows until they are written or given up. Nothing of the network
    changes by it.
    """
    if kind not in SCHEMA:
        raise Refused(Fault("kind", _("There is no such table."), _("Choose one of the three.")))
    table = read_table(path, name)
    upload = Upload(
        kind=kind,
        name=_plain_name(name),
        digest=hashlib.sha256(path.read_bytes()).hexdigest(),
        encoding=table.encoding,
        rows=len(table.rows),
        formulas=table.formulas,
        headings=list(table.headings),
        mapping=guess(kind, table.headings),
        person=act.actor.person,
        created=act.at,
    )
    store.keep(upload, table)
    upload.save(force_insert=True)
    act.record(
        "import.uploaded",
        subject=upload.id,
        facts={"table": kind, "rows": upload.rows, "sha256": upload.digest},
        audience=ASSOCIATION,
    )
    return upload


@action("members.import.map")
def map_columns(act: Act, upload: Upload, *, chosen: Mapping[int, str]) -> None:
    """Say which heading (from 0) is which column; headings that are not chosen are left out."""
    _must_be_open(upload)
    mapping: dict[str, int] = {}
    faults = []
    for at, name in sorted(chosen.items()):
        if name not in SCHEMA[upload.kind] or not 0 <= at < len(upload.headings):
            faults.append(Fault(f"heading-{at}", _("There is no such column.")))
        elif name in mapping:
            faults.append(
                Fault(
                    f"heading-{at}",
                    _("“%(other)s” is “%(column)s” already.")
                    % {"other": upload.headings[mapping[name]], "column": label(name)},
                    _("Choose one heading for each column."),
                    "repeated",
                )
            )
        else:
            mapping[name] = at
    for name in missing(upload.kind, mapping):
        faults.append(
            Fault(
                "",
                _("No heading is chosen for “%(column)s”.") % {"column": label(name)},
                _("Choose one, or add the column to the table."),
                "missing-column",
            )
        )
    if faults:
        raise Refused(faults)
    upload.mapping = mapping
    upload.save(update_fields=["mapping"])
    act.record(
        "import.mapped",
        subject=upload.id,
        facts={"columns": sorted(mapping)},
        audience=ASSOCIATION,
    )


@action("members.import.fix")
def fix(act: Act, upload: Upload, *, cells: Mapping[int, Mapping[str, str]]) -> None:
    """Write something else in some cells: row -> column -> text. The file of the sender stays."""
    _must_be_open(upload)
    numbers = {number for number, _cells in store.rows(upload)}
    fixes = dict(upload.fixes)
    count = 0
    for number, written in cells.items():
        if number in numbers:
            known = {name: text for name, text in written.items() if name in SCHEMA[upload.kind]}
            fixes[str(number)] = {**fixes.get(str(number), {}), **known}
            count += len(known)
    upload.fixes = fixes
    upload.save(update_fields=["fixes"])
    act.record("import.fixed", subject=upload.id, facts={"cells": count}, audience=ASSOCIATION)


@action("members.import.start")
def begin(act: Act, upload: Upload) -> None:
    """Write the table in the background. Refused while anything is wrong with it."""
    _must_be_open(upload)
    faulty = [row for row in checked(upload) if row.faults]
    if faulty:
        raise Refused(
            Fault(
                "",
                _("%(rows)d rows have faults.") % {"rows": len(faulty)},
                _("Put them right first: a table is written whole or not at all."),
            )
        )
    holding = Holding.objects.filter(
        person=act.actor.person, office=act.actor.office, ended__isnull=True
    ).first()
    started = start(JOB, {"upload": str(upload.id), "holding": str(holding.id)}, act.actor)
    if not Upload.objects.filter(id=upload.id, state=State.OPEN).update(
        state=State.RUNNING, job=started.id
    ):
        raise Refused(Fault("", _("This table is being written already.")))
    act.record("import.started", subject=upload.id, facts={}, audience=ASSOCIATION)


@action("members.import.commit")
def commit(act: Act, upload: Upload, *, planned: Plan) -> dict[str, Any]:
    """Write the plan, all or nothing; each firm that it touches finds it in its own journal."""
    touched = write(upload, planned, act.at, today())
    counts = planned.counts()
    by_id = {firm.id: firm for firm in planned.there.values()}
    for firm_id in sorted(touched):
        act.record(
            "firm.imported",
            subject=firm_id,
            facts={"table": upload.kind, "number": by_id[firm_id].number},
            audience=firms(firm_id),
        )
    act.record(
        "import.written",
        subject=upload.id,
        facts={"table": upload.kind, "sha256": upload.digest, "counts": counts},
        audience=ASSOCIATION,
    )
    upload.state, upload.result = State.DONE, counts
    upload.save(update_fields=["state", "result"])
    index(touched)
    return counts


@action("members.import.drop")
def drop(act: Act, upload: Upload) -> None:
    """Give the table up; its rows are removed."""
    if not Upload.objects.filter(id=upload.id, state__in=(State.OPEN, State.FAILED)).update(
        state=State.DROPPED
    ):
        raise Refused(Fault("", _("This table is not open.")))
    act.record("import.dropped", subject=upload.id, facts={}, audience=ASSOCIATION)
    transaction.on_commit(lambda: store.drop(upload))


@job(JOB)
def run(task: Task, *, upload: str, holding: str) -> dict[str, Any]:
    """The background half. Begun again after a crash it finds the upload done, or not begun: all
    of it is one transaction.
    """
    table = Upload.objects.get(id=upload)
    if table.state != State.RUNNING:
        store.drop(table)
        return dict(table.result)
    actor = actor_of(Holding.objects.get(id=holding, ended__isnull=True))
    task.progress(0.05, _("Reading the table"))
    rows = checked(table)
    task.progress(0.4, _("Comparing it with the network"))
    try:
        faulty = [row for row in rows if row.faults]
        if faulty:  # a firm has gone since the table was checked
            raise Refused(faulty[0].faults)
        planned = plan(table, rows)
        task.progress(0.6, _("Writing"))
        counts = commit(actor, table, planned=planned)
    except Refused:
        Upload.objects.filter(id=table.id).update(state=State.OPEN)
        raise
    store.drop(table)
    return counts


def checked(upload: Upload) -> list[Row]:
    """All rows of an upload, read as mapped and put right."""
    with scopes_disabled():  # which numbers are there; nothing confidential is read
        return check(upload.kind, written_rows(upload, store.rows(upload)))


def _must_be_open(upload: Upload) -> None:
    if upload.state != State.OPEN:
        raise Refused(
            Fault("", _("This table is %(state)s.") % {"state": upload.get_state_display()})
        )


def _plain_name(name: str) -> str:
    """A file's name without its folders and without signs that cannot be printed."""
    bare = name.replace("\\", "/").rpartition("/")[2]
    return "".join(sign for sign in bare if sign.isprintable())[:200] or "table"
