"""A judgement as one page for people, in Korean or English; it needs no network."""

from collections.abc import Iterator
from html import escape
from typing import Literal

from moyeora.press.check import Judgement, KindFound
from moyeora.press.fault_words import KINDS
from moyeora.press.faults import Kind, Policy

Language = Literal["ko", "en"]

_MOST_ROWS = 1000  # more than a person reads, or a browser shows at once

_WORDS: dict[str, tuple[str, str]] = {
    "check": ("명단 점검", "The list, judged"),
    "stops": (
        "이대로는 인쇄할 수 없습니다. ‘중단’ 항목을 먼저 고치세요.",
        "It cannot be printed as it is. Mend what stops the job first.",
    ),
    "clean": ("모두 인쇄할 수 있습니다.", "All of it can be printed."),
    "some": (
        "인쇄할 수 있습니다. 보류된 고객은 고친 뒤 press release로 이어서 인쇄합니다.",
        "It can be printed. Records that are held can be mended and released later.",
    ),
    "inputs": ("명단의 줄", "rows of the list"),
    "printed": ("인쇄", "to print"),
    "held": ("보류", "held"),
    "suppressed": ("제외", "suppressed"),
    "decoys": ("이 가운데 확인용 주소 {}건", "of these, {} decoys"),
    "why": ("인쇄하지 않는 까닭", "Why some are not printed"),
    "kinds": ("무엇이 잘못되었나", "What is wrong"),
    "kind": ("종류", "kind"),
    "policy": ("처리", "policy"),
    "records": ("고객", "records"),
    "remedy": ("고치는 법", "what to do"),
    "each": ("하나하나", "One by one"),
    "file": ("파일", "file"),
    "row": ("줄", "row"),
    "place": ("자리", "place"),
    "what": ("내용", "what"),
    "more": (
        "처음 {}건만 보입니다. 나머지 {}건은 --csv로 저장한 표에 있습니다.",
        "The first {} are shown; the table that --csv writes has the other {}.",
    ),
    "hold": ("보류", "hold"),
    "fail": ("중단", "stop"),
    "fix": ("자동 수정", "fix"),
}

_STYLE = """
body { font: 15px/1.6 Pretendard, "Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans KR",
  system-ui, sans-serif; color: #23272b; background: #f6f5f2; margin: 0; word-break: keep-all }
main { max-width: 60rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem }
h1 { font-size: 1.7rem; line-height: 1.3; margin: 0 0 .25rem }
h2 { font-size: 1.1rem; margin: 2.5rem 0 .75rem }
.title { color: #6a7076; margin: 0 }
.verdict { margin: 1.25rem 0; padding: .8rem 1rem; background: #fff;
  border-left: 4px solid #2f7d5b }
.verdict.stops { border-color: #b3382c }
.sum { display: flex; flex-wrap: wrap; gap: .5rem; align-items: stretch; font-size: 1.4rem }
.sum div { background: #fff; padding: .7rem 1.1rem; flex: 1; min-width: 6.5rem }
.sum b { display: block; font-size: 1.7rem; font-weight: 650; line-height: 1.25;
  font-variant-numeric: tabular-nums }
.sum small { font-size: .85rem; color: #6a7076 }
.sum span { align-self: center; color: #9aa0a5 }
.scroll { overflow-x: auto; background: #fff }
table { border-collapse: collapse; width: 100%; font-size: .92rem }
th, td { text-align: left; padding: .5rem .75rem; border-bottom: 1px solid #eceae5;
  vertical-align: top }
th { color: #6a7076; font-weight: 500; white-space: nowrap }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
td small { color: #8a9095; display: block }
.tag { border-radius: 3px; padding: .05rem .45rem; font-size: .82rem; white-space: nowrap;
  background: #f4e3c8; color: #6b4a10 }
.tag.fail { background: #f6d9d5; color: #8a2418 }
.tag.fix { background: #d9ebe2; color: #1d5a40 }
@media print { body { background: none } .scroll { overflow: visible } }
"""


def page(judgement: Judgement, language: Language = "ko") -> str:
    """The HTML of a judgement."""
    return "\n".join(_page(judgement, 0 if language == "ko" else 1))


def _page(judgement: Judgement, side: int) -> Iterator[str]:
    def say(word: str) -> str:
        return _WORDS[word][side]

    counts = judgement.counts
    verdict = "stops" if judgement.stops else "some" if counts.held else "clean"
    yield f'<!doctype html><html lang="{("ko", "en")[side]}"><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(judgement.title)} · {say('check')}</title><style>{_STYLE}</style><main>"
    yield f'<p class="title">{say("check")}</p><h1>{escape(judgement.title)}</h1>'
    yield f'<p class="verdict {verdict}">{say(verdict)}</p>'
    yield '<div class="sum">'
    parts = (counts.inputs, "inputs"), (counts.printed, "printed"), (counts.held, "held")
    for number, (amount, word) in enumerate((*parts, (counts.suppressed, "suppressed"))):
        sign = ("", "=", "+", "+")[number]
        yield f"<span>{sign}</span>" * bool(sign)
        yield f"<div><b>{amount:,}</b><small>{say(word)}</small></div>"
    yield "</div>"
    if counts.decoys:
        yield f"<p>{say('decoys').format(f'{counts.decoys:,}')}</p>"
    yield "".join(f"<p>{escape(note)}</p>" for note in judgement.notes)
    if counts.reasons:
        yield f'<h2>{say("why")}</h2><div class="scroll"><table>'
        for reason, amount in counts.reasons.items():
            yield f'<tr><td>{escape(_reason(reason, side))}</td><td class="n">{amount:,}</td></tr>'
        yield "</table></div>"
    if judgement.kinds:
        heads = [("kind", ""), ("policy", ""), ("records", "n"), ("remedy", "")]
        yield f'<h2>{say("kinds")}</h2><div class="scroll"><table><tr>'
        yield "".join(f'<th class="{style}">{say(word)}</th>' for word, style in heads) + "</tr>"
        yield from (_kind(found, side) for found in judgement.kinds)
        yield "</table></div>"
        yield from _each(judgement, side)
    yield "</main></html>"


def _kind(found: KindFound, side: int) -> str:
    korean, remedy, english = KINDS[found.kind]
    name = (korean, english)[side]
    told = (remedy, found.remedy)[side]
    tags: list[Policy] = []
    if found.records > found.mended or not found.mended:
        policy = Policy.HOLD if found.policy is Policy.FIX else found.policy
        tags.append(policy)
    if found.mended:
        tags.append(Policy.FIX)
    shown = " ".join(f'<span class="tag {tag}">{_WORDS[tag][side]}</span>' for tag in tags)
    return (
        f"<tr><td>{name}<small>{found.kind}</small></td><td>{shown}</td>"
        f'<td class="n">{found.records:,}</td><td>{escape(told)}</td></tr>'
    )


def _each(judgement: Judgement, side: int) -> Iterator[str]:
    columns = ["file", "row", "kind", "policy", "place", "what"]
    yield f'<h2>{_WORDS["each"][side]}</h2><div class="scroll"><table><tr>'
    yield "".join(f"<th>{_WORDS[name][side]}</th>" for name in columns) + "</tr>"
    faults = judgement.unmended()
    for fault in faults.slice(0, _MOST_ROWS).select(columns).to_pylist():
        kind = _reason(fault["kind"], side)
        policy = f'<span class="tag {fault["policy"]}">{_WORDS[fault["policy"]][side]}</span>'
        yield (
            f'<tr><td>{escape(fault["file"])}</td><td class="n">{fault["row"]}</td><td>{kind}</td>'
            f"<td>{policy}</td><td>{escape(fault['place'])}</td><td>{escape(fault['what'])}</td></tr>"
        )
    yield "</table></div>"
    if (more := faults.num_rows - _MOST_ROWS) > 0:
        yield f"<p>{_WORDS['more'][side].format(f'{_MOST_ROWS:,}', f'{more:,}')}</p>"


def _reason(reason: str, side: int) -> str:
    """A kind of fault by its name; a reason to suppress is the job's own words."""
    if reason in list(Kind):
        return KINDS[Kind(reason)][0 if side == 0 else 2]
    return reason
