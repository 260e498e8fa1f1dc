"""The agreement as a document, from the same source as its arithmetic.

A document is a list of blocks; it becomes plain text or, by Typst, a PDF. Every leaf of the
agreement's TOML is somewhere in it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from importlib.resources import as_file, files
from typing import Any

from moyeora.sharing.agreement import Agreement, Party
from moyeora.sharing.clauses import KINDS, RULES, kind_of, name_of, sentences
from moyeora.sharing.exact import write_number
from moyeora.sharing.language import day, money
from moyeora.sharing.steps import Fee, Step
from moyeora.sharing.tables import Words


@dataclass(frozen=True, slots=True)
class Block:
    """``title``, ``heading``, ``clause``, ``text`` or ``rows``; nested clauses have ``depth``."""

    kind: str
    text: str = ""
    depth: int = 0
    rows: tuple[tuple[str, ...], ...] = ()


def document(agreement: Agreement, lang: str) -> list[Block]:
    """The agreement, block by block, in Korean (``"ko"``) or English (``"en"``)."""
    return list(_blocks(agreement, lang))


def plain_text(blocks: list[Block]) -> str:
    """A document as lines of text."""
    lines = []
    for block in blocks:
        indent = "  " * block.depth
        if block.kind == "rows":
            lines += [indent + " | ".join(row) for row in block.rows]
        else:
            lines.append(indent + block.text)
    return "\n".join(lines) + "\n"


def pdf(agreement: Agreement, lang: str) -> bytes:
    """The document as a PDF; the same bytes for the same agreement."""
    return pdf_of(document(agreement, lang), lang)


def pdf_of(blocks: Sequence[Block], lang: str) -> bytes:
    """Any document of such blocks as a PDF; its first block is the title."""
    import typst

    inputs = {"blocks": json.dumps([asdict(block) for block in blocks]), "lang": lang}
    # The fonts lie in the package, so that a PDF looks alike on every machine.
    with as_file(files("moyeora.sharing") / "fonts") as fonts:
        template = (files("moyeora.sharing") / "agreement.typ").read_bytes()
        made: bytes = typst.compile(  # type: ignore[misc]
            template, font_paths=[str(fonts)], ignore_system_fonts=True, sys_inputs=inputs
        )
    return made


def _say(lang: str, ko: str, en: str) -> str:
    return ko if lang == "ko" else en


def _blocks(agreement: Agreement, lang: str) -> Iterator[Block]:
    yield Block("title", agreement.title[lang])
    about = [(_say(lang, "판", "Version"), agreement.version)]
    if agreement.item[lang]:
        about.insert(0, (_say(lang, "사업", "Item"), agreement.item[lang]))
    if agreement.signed:
        about.append((_say(lang, "서명일", "Signed"), day(agreement.signed, lang)))
    about.append((_say(lang, "통화", "Currency"), agreement.currency))
    about.append((_say(lang, "전자 지문", "Fingerprint"), agreement.digest))
    yield Block("rows", rows=tuple(about))
    yield Block("heading", _say(lang, "당사자", "Parties"))
    yield Block("rows", rows=tuple(_parties(agreement, lang)))
    if agreement.facts:
        yield Block("heading", _say(lang, "보고할 사실", "Facts to be reported"))
        yield Block("rows", rows=tuple((fact.name[lang], fact.id) for fact in agreement.facts))
    yield Block("heading", _say(lang, "돈의 순서", "The order of the money"))
    yield Block(
        "text",
        _say(
            lang,
            "받은 돈은 아래 조의 순서대로 흐른다. 모든 금액, 한도와 구간은 이 건 전체의 누적으로 "
            "셈하며, 이미 준 것을 뺀 차이를 지금 준다.",
            "Money flows through the clauses in this order. Amounts, caps and brackets run over "
            "the whole item: each clause gives now what it owes in all, less what it gave before.",
        ),
    )
    pairs = zip(agreement.steps, agreement.source["step"], strict=True)
    for step, source in pairs:
        yield from _clause(agreement, step, source, lang, 0)
    if "game" in agreement.source:
        yield from _game(agreement, lang)


def _parties(agreement: Agreement, lang: str) -> Iterator[tuple[str, ...]]:
    yield (
        _say(lang, "이름", "Name"),
        _say(lang, "약호", "Id"),
        _say(lang, "역할", "Roles"),
        _say(lang, "순위", "Rank"),
    )
    for party in agreement.parties:
        yield party.name[lang], party.id, _role(party, lang), str(party.rank) if party.firm else ""


def _role(party: Party, lang: str) -> str:
    return ", ".join(party.roles) if party.firm else _say(lang, "계정", "account")


def _clause(
    agreement: Agreement, step: Step, source: Mapping[str, Any], lang: str, depth: int
) -> Iterator[Block]:
    kind = KINDS[kind_of(step)][lang]
    number = _say(lang, f"제{step.number}조", f"Clause {step.number}")
    title = step.title[lang]
    yield Block("clause", f"{number} ({title}) · {kind} · {step.id}", depth)
    yield Block("text", " ".join(sentences(agreement, step, lang)), depth)
    written = tuple(_rule_rows(agreement, source, lang))
    if written:
        yield Block("rows", depth=depth, rows=written)
    if isinstance(step, Fee):
        for inner, inner_source in zip(step.steps, source.get("step", []), strict=True):
            yield from _clause(agreement, inner, inner_source, lang, depth + 1)


def _rule_rows(
    agreement: Agreement, source: Mapping[str, Any], lang: str
) -> Iterator[tuple[str, ...]]:
    """The numbers of a rule as they were agreed, before they became shares."""
    names = {
        "weights": Words("비율", "Weight"),
        "contributions": Words("기여", "Contribution"),
        "points": Words("점수", "Points"),
        "claims": Words("청구액", "Claim"),
    }
    for key, words in names.items():
        for who, number in source.get(key, {}).items():
            # Points are of roles, everything else is of firms.
            whose = who if key == "points" else name_of(agreement, who, lang)
            yield words[lang], whose, _number(number)
    if source.get("included"):
        yield (
            _say(lang, "금액에 포함된 세율", "Rate included in the amount"),
            _number(source["rate"]),
        )
    for part in source.get("mix", []):
        yield RULES[part["rule"]][lang], _number(part["weight"]), ""
        yield from _rule_rows(agreement, part, lang)


def _game(agreement: Agreement, lang: str) -> Iterator[Block]:
    """The table that is frozen at signing, as it was written and as it counts."""
    source, game = agreement.source["game"], agreement.game
    assert game is not None, "an agreement without faults has the game it names"
    yield Block("heading", _say(lang, "서명할 때 굳힌 게임", "The game, frozen at signing"))

    def worth(number: Any) -> str:
        # The votes of a voting game are no money.
        if source["form"] == "voting" or not isinstance(number, int | Fraction):
            return _number(number)
        if Fraction(number).denominator != 1:
            return write_number(number)
        return money(int(number), agreement.currency, lang)

    def said(value: Any) -> str:
        if isinstance(value, Mapping):
            return ", ".join(f"{key} {worth(each)}" for key, each in value.items())
        return worth(value)

    written = []
    for key, value in source.items():
        if isinstance(value, list) and key != "players":
            written += [(f"{key} {place}", said(each)) for place, each in enumerate(value, 1)]
        else:
            written.append((key, said(value)))
    yield Block("rows", rows=tuple(written))
    rows = [(_say(lang, "모두 함께", "All together"), worth(game.game.total))]
    for player, firm in enumerate(game.firms):
        alone = _say(lang, "혼자: ", "Alone: ") + name_of(agreement, firm, lang)
        rows.append((alone, worth(game.game.value(1 << player))))
    yield Block("rows", rows=tuple(rows))


def _number(value: Any) -> str:
    """A number, list or table as it was written."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_number(each)}" for key, each in value.items())
    if isinstance(value, list):
        return ", ".join(map(_number, value))
    return str(value)
