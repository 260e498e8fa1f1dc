"""What can be wrong with a job or a record, as values.

A :class:`Fault` says what is wrong, where, and what to do. Faults of the job's own files are
collected and raised together as one :class:`JobError`; faults of records are collected for the
whole list and each :class:`Kind` has a policy: ``fail`` the job, ``hold`` the record, or ``fix``
it in the way that the kind names. Nothing is ever left out silently.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Policy(StrEnum):
    """What happens to a record with a fault."""

    FAIL = "fail"
    HOLD = "hold"
    FIX = "fix"


class Kind(StrEnum):
    """The faults of records. The value is the stable code used in jobs, registers and reports."""

    RAGGED_ROW = "ragged-row"
    BAD_ENCODING = "bad-encoding"
    NO_ID = "no-id"
    DUPLICATE_ID = "duplicate-id"
    DUPLICATE_RECORD = "duplicate-record"
    BAD_POSTCODE = "bad-postcode"
    BAD_NUMBER = "bad-number"
    BAD_DATE = "bad-date"
    NO_LAYOUT = "no-layout"
    CONTROL_CHARACTER = "control-character"
    MISSING_GLYPH = "missing-glyph"
    OVERSET = "overset"
    MISSING_PICTURE = "missing-picture"
    BAD_CODE = "bad-code"
    CODE_CLASH = "code-clash"


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind's default policy, what ``fix`` would do (None: it cannot be fixed), and the remedy."""

    policy: Policy
    fix: str | None
    remedy: str


RULES: dict[Kind, Rule] = {
    Kind.RAGGED_ROW: Rule(
        Policy.HOLD, None, "give the row as many fields as the header, or quote its commas"
    ),
    Kind.BAD_ENCODING: Rule(Policy.HOLD, None, "save the file as UTF-8, or name its encoding"),
    Kind.NO_ID: Rule(Policy.HOLD, None, "give the record an id"),
    Kind.DUPLICATE_ID: Rule(
        Policy.HOLD, None, "give each record an id of its own; the first one was printed"
    ),
    Kind.DUPLICATE_RECORD: Rule(
        Policy.HOLD,
        None,
        "nothing, if it is the same person; else tell them apart under `deduplicate`",
    ),
    Kind.BAD_POSTCODE: Rule(
        Policy.HOLD,
        "puts back the zeros that a spreadsheet took from the front",
        "write the five digits of the postcode",
    ),
    Kind.BAD_NUMBER: Rule(Policy.HOLD, None, "write a plain number"),
    Kind.BAD_DATE: Rule(Policy.HOLD, None, "write the date as YYYY-MM-DD"),
    Kind.NO_LAYOUT: Rule(
        Policy.HOLD, None, "let the job's `layout` name one of its layouts for every record"
    ),
    Kind.CONTROL_CHARACTER: Rule(
        Policy.FIX,
        "leaves out what cannot be seen (controls, direction marks)",
        "take the character out of the field",
    ),
    Kind.MISSING_GLYPH: Rule(
        Policy.HOLD, None, "name a font that has the character under `fonts.fallback`"
    ),
    Kind.OVERSET: Rule(
        Policy.HOLD, None, "shorten the text, enlarge the part, or allow a smaller `least_size_pt`"
    ),
    Kind.MISSING_PICTURE: Rule(Policy.HOLD, None, "add the picture, or mend its name"),
    Kind.BAD_CODE: Rule(Policy.HOLD, None, "shorten the value or mend its characters"),
    Kind.CODE_CLASH: Rule(
        Policy.HOLD, None, "give each record a code of its own; the first one was printed"
    ),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with one record.

    ``row`` is the input row (1 = the first row after the header), ``place`` the part or column,
    ``what`` says it in words and never repeats more of the customer's data than the one
    character at fault. A ``mended`` one does not keep the record from being printed.
    """

    kind: Kind
    row: int
    place: str
    what: str
    mended: bool = False

    @property
    def remedy(self) -> str:
        rule = RULES[self.kind]
        return f"nothing; the press {rule.fix}" if self.mended else rule.remedy


class PressError(Exception):
    """The base of everything that ends a job. ``code`` is stable; ``place`` is a file or key."""

    code = "press"

    def __init__(self, what: str, *, place: str = "", remedy: str = "") -> None:
        self.what, self.place, self.remedy = what, place, remedy
        super().__init__(": ".join(filter(None, [place, what])) + (f"\n  {remedy}" * bool(remedy)))


class JobError(PressError):
    """The job's own files are wrong; all that is wrong is told at once."""

    code = "job"

    def __init__(self, problems: Sequence[PressError]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))


class DesignError(PressError):
    """Typst does not compile a design, or warns of something that would be lost in print."""

    code = "design"


class SourceError(PressError):
    """A customer file cannot be read at all, or a rule in SQL does not run."""

    code = "source"


class FontError(PressError):
    """A font is missing, variable, or may not be embedded."""

    code = "font"


class FolderError(PressError):
    """The output folder holds something else, or is being written by another run."""

    code = "folder"


class UnfinishedError(PressError):
    """A run ended before its end, by no fault of the job; the same command goes on with it."""

    code = "unfinished"


class PolicyError(PressError):
    """Records have faults whose policy is to fail the job."""

    code = "policy"

    def __init__(
        self, faults: Iterable[Fault], where: Callable[[int], str] = "row {}".format
    ) -> None:
        self.faults = tuple(faults)
        shown = [
            f"{where(f.row)}, {f.place}: {f.what} ({f.kind}); {f.remedy}" for f in self.faults[:20]
        ]
        more = len(self.faults) - len(shown)
        super().__init__(
            "faults that the job says must stop it:\n  "
            + "\n  ".join(shown)
            + (f"\n  and {more} more" if more > 0 else ""),
            remedy="mend the records, or set another policy under [faults]",
        )
