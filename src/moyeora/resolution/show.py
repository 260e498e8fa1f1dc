"""The manual as a document that a person reads, from the same data that runs."""

from collections.abc import Iterator

from moyeora.resolution.clock import COUNTS_AS
from moyeora.resolution.manual import FINDINGS, Event, Manual, Silence, State, Term, Track, Vote
from moyeora.resolution.text import text

GROUP_TITLES = {
    "claimants": text("신청 회사", "a claimant"),
    "respondents": text("상대 회사", "a respondent"),
    "parties": text("당사자", "a party"),
    "firms": text("어느 회사든", "any firm"),
    "voters": text("당사자가 아닌 회사", "a firm without conflict"),
}
ALL_TITLES = {
    "claimants": text("신청 회사 모두", "all claimants"),
    "respondents": text("상대 회사 모두", "all respondents"),
    "parties": text("당사자 모두", "all parties"),
    "firms": text("모든 회사", "all firms"),
    "voters": text("당사자가 아닌 회사 모두", "all firms without conflict"),
}
MONEY_TITLES = {
    "as_stated": text("처음 명세대로 지급합니다.", "it is paid as first stated."),
    "as_claimed": text("신청한 대로 지급합니다.", "it is paid as claimed."),
    "as_agreed": text("합의한 대로 지급합니다.", "it is paid as agreed."),
    "as_decided": text("결정한 대로 지급합니다.", "it is paid as decided."),
    "split": text(
        "다투는 금액을 반씩 나눕니다(각자 전부를 주장하는 두 쪽의 다툼에 대한 탈무드 규칙).",
        "what is in dispute is halved (the Talmud's rule for two who each claim all of it).",
    ),
}
FINDING_TITLES = {
    "none": text("정해진 것이 없으면", "if nothing was found"),
    "agreed": text("합의가 있었으면", "if there was an agreement"),
    "decided": text("결정이 있었으면", "if there was a decision"),
}
PHRASES = {
    "always": text("언제든지 할 수 있는 일", "At any time"),
    "seats": text("누가 누구인가", "Who is who"),
    "law": text("법이 먼저인 곳", "Where a law comes first"),
    "sources": text("출처", "Sources"),
    "silent": text("아무도 하지 않으면", "If nobody acts"),
    "leads": text("다음", "next"),
    "goes_on": text("그대로 계속", "it goes on"),
    "money": text("돈", "Money"),
    "agreement": text("계약", "Agreement"),
    "warning": text("주의", "Mind"),
    "confidential": text(
        "여기서 한 말과 제안은 판단하는 사람에게 보이지 않습니다.",
        "What is said and offered here is not shown to whoever decides.",
    ),
    "service": text(
        "통지는 받은 날(열거나 그에 따라 행동한 날)에 효력이 있고, 늦어도 {term} 뒤에는 받은 "
        "것으로 봅니다. "
        "그날은 세지 않고 다음 날부터 셉니다. 마지막 날이 토요일이나 공휴일이면 다음 일하는 날에 "
        "끝납니다. "
        "마지막 날에 한 일은 기한을 지킨 것입니다.",
        "A notice works on the day it arrives (is opened or acted upon), at the latest after "
        "{term}. "
        "That day is not counted. A term that would end on a Saturday or a holiday ends on the "
        "next "
        "working day. An act on the last day is in time.",
    ),
}


def document(manual: Manual, language: str) -> str:
    """The manual in ``language`` as Markdown, one numbered article a state."""
    return "\n".join(_lines(manual, language)) + "\n"


def term_text(term: Term, language: str) -> str:
    """A term in words."""
    if language == "ko":
        return f"{term.days}{'일' if term.unit == 'calendar' else '영업일'}"
    unit = "day" if term.unit == "calendar" else "business day"
    return f"{term.days} {unit}{'' if term.days == 1 else 's'}"


def actor_title(manual: Manual, event: Event, language: str) -> str:
    """Who may do an event, in words."""
    if event.by in manual.seats:
        return manual.seats[event.by].title.of(language)
    return (ALL_TITLES if event.needs == "all" else GROUP_TITLES)[event.by].of(language)


def _lines(manual: Manual, language: str) -> Iterator[str]:
    def say(phrase: str) -> str:
        return PHRASES[phrase].of(language)

    yield f"# {manual.title.of(language)} {manual.version}"
    yield ""
    yield manual.preface.of(language)
    yield ""
    yield say("service").format(term=term_text(manual.service, language))
    yield ""
    yield f"## {say('seats')}"
    yield ""
    for seat in manual.seats.values():
        yield f"- **{seat.title.of(language)}**: {seat.body.of(language)}"
    yield ""
    if manual.always:
        yield f"## {say('always')}"
        yield ""
        for event in manual.always:
            yield _event_line(manual, event, language)
        yield ""
    number = 0
    for track in manual.tracks.values():
        yield from _track_lines(manual, track, language)
        for state in manual.states.values():
            if state.track == track.id:
                number += 1
                yield from _state_lines(manual, state, number, language)
    yield f"## {say('law')}"
    yield ""
    for law in manual.laws:
        yield f"- **{law.cite.of(language)}**: {law.body.of(language)}"
    yield ""
    yield f"## {say('sources')}"
    yield ""
    for name, body in manual.sources:
        yield f"- {name}: {body.of(language)}"


def _track_lines(manual: Manual, track: Track, language: str) -> Iterator[str]:
    yield f"## {track.title.of(language)}"
    yield ""
    yield track.body.of(language)
    yield ""


def _state_lines(manual: Manual, state: State, number: int, language: str) -> Iterator[str]:
    head = f"제{number}조" if language == "ko" else f"{number}."
    term = f" ({term_text(state.term, language)})" if state.term is not None else ""
    yield f"### {head} {state.title.of(language)}{term}"
    yield ""
    yield state.body.of(language)
    if state.confidential:
        yield PHRASES["confidential"].of(language)
    yield ""
    for event in state.events:
        yield _event_line(manual, event, language)
    if state.vote is not None:
        yield from _vote_lines(manual, state.vote, language)
    for silence in state.silence:
        yield _silence_line(manual, silence, language)
    if state.end is not None:
        money = MONEY_TITLES[state.end.money].of(language) if state.end.money else "?"
        yield f"- {PHRASES['money'].of(language)}: {money}"
        yield f"- {PHRASES['agreement'].of(language)}: {state.end.agreement.of(language)}"
    for law in manual.laws:
        if state.id in law.touches:
            mind, body = PHRASES["warning"].of(language), law.body.of(language)
            yield f"- {mind}: {body} ({law.cite.of(language)})"
    yield ""


def _event_line(manual: Manual, event: Event, language: str) -> str:
    where = PHRASES["goes_on"].of(language)
    if event.to is not None:
        where = manual.states[event.to].title.of(language)
    often = ""
    if event.limit is not None:
        often = f" ({event.limit}번까지)" if language == "ko" else f" (at most {event.limit}x)"
    condition = "" if len(event.when) == len(FINDINGS) else f" [{_when(event.when, language)}]"
    who = actor_title(manual, event, language)
    return f"- {who}: {event.title.of(language)}{often}{condition} → {where}"


def _silence_line(manual: Manual, silence: Silence, language: str) -> str:
    condition = ""
    if len(silence.when) < len(FINDINGS):
        condition = f" [{_when(silence.when, language)}]"
    where = manual.states[silence.to].title.of(language)
    head = PHRASES["silent"].of(language)
    return f"- **{head}**{condition}: {silence.means.of(language)} → {where}"


def _when(findings: frozenset[str], language: str) -> str:
    return " / ".join(FINDING_TITLES[f].of(language) for f in FINDINGS if f in findings)


def _vote_lines(manual: Manual, vote: Vote, language: str) -> Iterator[str]:
    def to(state: str | None) -> str:
        return manual.states[state].title.of(language) if state else "?"

    of = {
        "voters": text("투표권 있는 회사", "the firms with a vote"),
        "firms": text("모든 회사", "all firms"),
        "cast": text("찬반 투표", "the votes for and against"),
    }
    quorum_of, majority_of = of[vote.quorum_of].of(language), of[vote.majority_of].of(language)
    if language == "ko":
        yield f"- 정족수: {quorum_of}의 {vote.quorum} 이상. 모자라면 → {to(vote.no_quorum)}"
        yield f"- 가결: {majority_of}의 {vote.majority} 이상 → {to(vote.carried)}"
        yield f"- 부결 → {to(vote.lost)}"
        if vote.tie:
            yield f"- 찬반이 같으면 → {to(vote.tie)}"
        if vote.few:
            yield f"- 투표할 회사가 {vote.least}곳보다 적으면 → {to(vote.few)}"
    else:
        yield f"- quorum: at least {vote.quorum} of {quorum_of}; short of it → {to(vote.no_quorum)}"
        yield f"- carried: at least {vote.majority} of {majority_of} → {to(vote.carried)}"
        yield f"- lost → {to(vote.lost)}"
        if vote.tie:
            yield f"- as many for as against → {to(vote.tie)}"
        if vote.few:
            yield f"- fewer than {vote.least} with a vote → {to(vote.few)}"
    yield f"- **{PHRASES['silent'].of(language)}**: {COUNTS_AS[vote.silence].of(language)}"
