"""``mailing.toml`` read into a :class:`~moyeora.press.job.Job`, every fault of it told at once."""

import difflib
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, Literal, get_args

from cattrs import BaseValidationError, ClassValidationError, Converter, IterableValidationError
from cattrs.errors import ForbiddenExtraKeysError
from cattrs.gen import make_dict_structure_fn, override

from moyeora.press.faults import RULES, JobError, Kind, Policy, PressError
from moyeora.press.job import KINDS, Customers, Job, Part


def read_job(path: Path) -> Job:
    """Read a job from its folder or its ``mailing.toml``.

    Raises :class:`JobError` with all the faults of the file: unknown keys (with the nearest
    known one), missing keys, wrong types, wrong choices, files that are not there.
    """
    file = path / "mailing.toml" if path.is_dir() else path
    try:
        data = tomllib.loads(file.read_text("utf-8-sig"))
    except FileNotFoundError:
        problem = PressError("there is no such job", place=str(path), remedy="name its folder")
        raise JobError([problem]) from None
    except UnicodeDecodeError:
        problem = PressError("is not UTF-8 text", place=file.name, remedy="save it as UTF-8")
        raise JobError([problem]) from None
    except tomllib.TOMLDecodeError as error:
        raise JobError([PressError(f"is not valid TOML: {error}", place=file.name)]) from None

    data["folder"] = "."
    if isinstance(data.get("fonts", {}), dict):
        data.setdefault("fonts", {}).setdefault("folder", "fonts")
    try:
        job = _converter(file.parent.resolve()).structure(data, Job)
    except BaseValidationError as error:
        raise JobError(
            [
                PressError(what, place=f"{file.name}: {key}" if key else file.name)
                for key, what in _told(error, "")
            ]
        ) from None
    problems = [
        PressError(what, place=f"{file.name}: {key}", remedy=remedy)
        for key, what, remedy in _checked(job)
    ]
    if problems:
        raise JobError(problems)
    return job


def _checked(job: Job) -> Iterator[tuple[str, str, str]]:
    """What the types alone do not say: (key, what is wrong, what to do)."""
    for key in ("width_mm", "height_mm", "bleed_mm"):
        length = getattr(job.page, key)
        least = 0 if key == "bleed_mm" else 10
        if not least <= length <= 5000:
            yield f"page.{key}", f"{length} mm is out of range", f"write {least} to 5000"
    if not job.layouts:
        yield "layouts", "there is no design", 'write, for example, card = "card.typ"'
    if len(job.layouts) > 1 and job.layout is None:
        yield (
            "layout",
            "nothing chooses among the layouts",
            "write an SQL expression that gives a layout's name for each record",
        )
    if not job.parts:
        yield "parts", "there is none", "a mailing without parts is the same for everybody"
    for kind, policy in job.faults.items():
        if policy is Policy.FIX and RULES[kind].fix is None:
            yield f"faults.{kind}", "cannot be fixed", "write hold or fail"


def _converter(folder: Path) -> Converter:
    """Structures the parsed TOML strictly: no value is turned into another type."""
    converter = Converter(forbid_extra_keys=True)

    def exact(kind: type, said: str) -> None:
        def take(value: Any, _: Any) -> Any:
            whole = kind is float and isinstance(value, int)
            if (not isinstance(value, kind) and not whole) or (value is True or value is False) != (
                kind is bool
            ):
                raise ValueError(f"must be {said}, not {value!r}")
            return kind(value)

        converter.register_structure_hook(kind, take)

    exact(str, "text in quotes")
    exact(float, "a number")
    exact(bool, "true or false")

    def existing(value: Any, _: Any) -> Path:
        if not isinstance(value, str):
            raise ValueError(f"must be the name of a file, not {value!r}")
        path = (folder / value).resolve()
        if not path.exists():
            raise ValueError(f"there is no {value!r} in {folder.name}/")
        return path

    def chosen(value: Any, kind: Any) -> Any:
        choices = get_args(kind)
        if value not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}, not {value!r}")
        return value

    def listed(value: Any, _: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ValueError(f"must be a list of texts, not {value!r}")
        return tuple(value)

    def part(value: Any, _: Any) -> Part:
        if not isinstance(value, dict) or "kind" not in value:
            raise ValueError(f"needs kind = one of {', '.join(KINDS)}")
        if value["kind"] not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}, not {value['kind']!r}")
        rest = {key: item for key, item in value.items() if key != "kind"}
        return converter.structure(rest, KINDS[value["kind"]])

    converter.register_structure_hook(Path, existing)
    converter.register_structure_hook_func(
        lambda kind: getattr(kind, "__origin__", None) is Literal, chosen
    )
    converter.register_structure_hook_func(lambda kind: kind == tuple[str, ...], listed)
    converter.register_structure_hook_func(lambda kind: kind == Part, part)
    for kinds in (Kind, Policy):
        converter.register_structure_hook(kinds, _member)
    converter.register_structure_hook(
        Customers,
        make_dict_structure_fn(
            Customers, converter, source=override(rename="from"), _cattrs_forbid_extra_keys=True
        ),
    )
    return converter


def _member(value: Any, kind: Any) -> Any:
    if value not in list(kind):
        raise ValueError(f"must be one of {', '.join(kind)}, not {value!r}")
    return kind(value)


def _told(error: BaseException, key: str) -> Iterator[tuple[str, str]]:
    """Flatten the converter's nested errors into (key, what is wrong)."""
    if isinstance(error, ClassValidationError | IterableValidationError):
        placed, unplaced = error.group_exceptions()
        for inner, note in placed:
            step = getattr(note, "name", getattr(note, "index", ""))
            yield from _told(inner, f"{key}.{_RENAMED.get(step, step)}".strip("."))
        for inner in unplaced:
            yield from _told(inner, key)
    elif isinstance(error, ForbiddenExtraKeysError):
        known = [_RENAMED.get(f.name, f.name) for f in fields(error.cl)]
        for extra in sorted(error.extra_fields):
            near = difflib.get_close_matches(extra, known, 1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(known)}"
            yield f"{key}.{extra}".strip("."), f"is not a key of this table{hint}"
    elif isinstance(error, KeyError):
        yield f"{key}".strip("."), "is missing"
    else:
        yield key, str(error)


_RENAMED = {"source": "from"}
