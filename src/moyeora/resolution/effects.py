"""What an event does to a case besides leading on: claims, offers, settlements, decisions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Any

from moyeora.resolution.case import Act, Case, Offer, item_faults
from moyeora.resolution.errors import Refusal
from moyeora.resolution.manual import Event
from moyeora.resolution.money import Item, apportion
from moyeora.resolution.opening import new_item
from moyeora.resolution.terms import read_terms
from moyeora.resolution.text import Text, text

# What the data of an act may hold besides a note, by the effect of its event.
KEYS: Mapping[str, tuple[str, ...]] = {
    "claim": ("item", "claimed", "title"),
    "concede": ("item", "amount"),
    "offer": ("terms", "upheld"),
    "agree_part": ("offer",),
    "agree": ("offer",),
    "join": ("claimants", "respondents"),
    "move": ("terms", "upheld"),
    "decide": ("terms", "upheld"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """The fields of the case that change once the event is complete.

    ``about`` is what the firms act on together (the number of the offer; else 0), and
    ``with_them`` those who need not act again: whoever made the offer accepts it.
    """

    fields: Mapping[str, Any] = field(default_factory=dict)
    about: int = 0
    with_them: frozenset[str] = frozenset()


def apply_effect(
    case: Case, event: Event, act: Act, today: date, confidential: bool
) -> Change | Refusal:
    """What ``act`` would change, or why it is refused."""
    known = (*KEYS.get(event.effect, ()), "note")
    for key in act.data:
        # A misspelt key must not be silence: a decision without its terms dismisses the claim.
        if key not in known:
            return _no(
                "bad-data",
                f"{key!r}은(는) 여기에 쓰는 말이 아닙니다. 쓸 수 있는 말: {', '.join(known)}",
                f"{key!r} is not known here; write {', '.join(known)}",
            )
    note = act.data.get("note", "")
    said = tuple(note.values()) if isinstance(note, Mapping) else (note,)
    if not all(isinstance(sentence, str) for sentence in said):
        return _no(
            "bad-data",
            "note에는 문장을, 또는 언어별 문장을 적습니다.",
            "write note as a sentence, or as sentences by language",
        )
    if event.effect == "offer":
        return _offer(case, act, today, confidential)
    return _EFFECTS[event.effect](case, event, act)


def _nothing(case: Case, event: Event, act: Act) -> Change:
    return Change()


def _claim(case: Case, event: Event, act: Act) -> Change | Refusal:
    if event.to is not None and not act.data and any(item.open for item in case.items):
        return Change()  # what it is about has been named before
    item_id, claimed, title = (act.data.get(key) for key in ("item", "claimed", "title"))
    if (
        not isinstance(item_id, str)
        or not isinstance(claimed, Mapping)
        or not all(isinstance(a, int) and not isinstance(a, bool) for a in claimed.values())
    ):
        return _no(
            "bad-data",
            "item에 항목 이름을, claimed에 회사별 금액을 정수로 적습니다.",
            "write item = a name and claimed = firm by firm, in whole units",
        )
    words = title if isinstance(title, Mapping) else {}
    named = Text(tuple((lang, said) for lang, said in words.items() if isinstance(said, str)))
    item = new_item(item_id, act.by, claimed, named if named.versions else None)
    items = (*case.items, item)
    for fault in item_faults(item, case.parties, items):
        return _no(
            fault.code,
            f"{fault.key}이(가) 맞지 않습니다. 새 이름으로, 당사자끼리 주고받는 금액을 "
            "합이 0이 되게 적습니다.",
            f"{fault.key} {fault.wrong}; {fault.instead}",
        )
    if claimed.get(act.by, 0) <= 0:
        return _no(
            "bad-data",
            "신청하는 회사가 받을 금액을 적어야 합니다.",
            f"{act.by!r} claims nothing for itself; claimed.{act.by} must be above zero",
        )
    return Change({"items": items})


def _concede(case: Case, event: Event, act: Act) -> Change | Refusal:
    item_id, amount = act.data.get("item"), act.data.get("amount")
    item = next((item for item in case.items if item.open and item.id == item_id), None)
    if item is None:
        return _no("bad-data", "다투는 항목을 item에 적습니다.", "write an open item as item")
    loss = item.conceded.get(act.by, 0) - item.claimed.get(act.by, 0)
    if not isinstance(amount, int) or isinstance(amount, bool) or not 0 < amount <= loss:
        return _no(
            "range",
            f"자기가 잃을 수 있는 {loss}까지만 인정할 수 있습니다.",
            f"a firm concedes its own loss only: a whole amount from 1 to {loss}",
        )
    return Change({"items": _with(case, replace(item, conceded=_conceding(item, act.by, amount)))})


def _conceding(item: Item, firm: str, amount: int) -> dict[str, int]:
    gains = {
        other: Fraction(claimed - item.conceded.get(other, 0))
        for other, claimed in item.claimed.items()
        if claimed > item.conceded.get(other, 0)
    }
    gets = apportion(amount, gains)
    return {
        other: item.conceded.get(other, 0) + gets.get(other, 0) - amount * (other == firm)
        for other in item.claimed
    }


def _offer(case: Case, act: Act, today: date, confidential: bool) -> Change | Refusal:
    terms = read_terms(act.data, case.items, case.parties, within=False)
    if isinstance(terms, Refusal):
        return terms
    offer = Offer(len(case.offers) + 1, act.by, today, terms, confidential)
    return Change({"offers": (*case.offers, offer)})


def _agree(case: Case, event: Event, act: Act) -> Change | Refusal:
    offer = _named_offer(case, act)
    if isinstance(offer, Refusal):
        return offer
    items = tuple(
        replace(item, finding=offer.terms.get(item.id, item.conceded), meanwhile=False)
        if item.open
        else item
        for item in case.items
    )
    return Change({"items": items, "finding": "agreed"}, offer.number, frozenset({offer.by}))


def _agree_part(case: Case, event: Event, act: Act) -> Change | Refusal:
    offer = _named_offer(case, act)
    if isinstance(offer, Refusal):
        return offer
    open_items = {item.id for item in case.items if item.open}
    if not offer.terms or open_items <= set(offer.terms):
        return _no(
            "bad-data",
            "일부 합의에는 항목을 적되, 모든 항목이면 전체 합의를 하십시오.",
            "a partial settlement names some items; for all of them settle the whole case",
        )
    items = tuple(
        replace(item, settled=offer.terms[item.id])
        if item.open and item.id in offer.terms
        else item
        for item in case.items
    )
    return Change({"items": items}, offer.number, frozenset({offer.by}))


def _named_offer(case: Case, act: Act) -> Offer | Refusal:
    number = act.data.get("offer")
    if (
        not isinstance(number, int)
        or isinstance(number, bool)
        or not 1 <= number <= len(case.offers)
    ):
        return _no(
            "bad-data",
            f"offer에 1부터 {len(case.offers)}까지의 제안 번호를 적습니다.",
            f"write offer = the number of an offer, 1 to {len(case.offers)}",
        )
    offer = case.offers[number - 1]
    open_items = {item.id for item in case.items if item.open}
    if not set(offer.terms) <= open_items:
        return _no(
            "bad-data",
            "이 제안의 항목 가운데 이미 끝난 것이 있습니다.",
            "an item of this offer is settled already; make a new offer",
        )
    return offer


def _join(case: Case, event: Event, act: Act) -> Change | Refusal:
    sides = {}
    for side in ("claimants", "respondents"):
        named = act.data.get(side, [])
        if not isinstance(named, list | tuple) or not all(isinstance(f, str) for f in named):
            return _no(
                "bad-data",
                "claimants와 respondents에 회사를 적습니다.",
                "write claimants and respondents as lists of firms",
            )
        sides[side] = frozenset(named)
    joining = sides["claimants"] | sides["respondents"]
    if not joining or not joining <= case.voters or sides["claimants"] & sides["respondents"]:
        return _no(
            "unknown-firm",
            f"당사자가 아닌 회사를 한쪽에 적습니다: {', '.join(sorted(case.voters))}",
            f"name firms that are no party yet, each on one side: {', '.join(sorted(case.voters))}",
        )
    return Change(
        {
            "claimants": case.claimants | sides["claimants"],
            "respondents": case.respondents | sides["respondents"],
        }
    )


def _object(case: Case, event: Event, act: Act) -> Change:
    if act.by not in case.voters:
        return Change()
    return Change({"claimants": case.claimants | {act.by}})


def _move(case: Case, event: Event, act: Act) -> Change | Refusal:
    if case.ballots:
        return _no(
            "out-of-order",
            "투표가 시작된 뒤에는 안건을 낼 수 없습니다.",
            "ballots have been cast; a motion comes before them",
        )
    terms = read_terms(act.data, case.items, case.parties, within=True)
    return terms if isinstance(terms, Refusal) else Change({"motion": terms})


def _decide(case: Case, event: Event, act: Act) -> Change | Refusal:
    terms = read_terms(act.data, case.items, case.parties, within=True)
    if isinstance(terms, Refusal):
        return terms
    items = tuple(
        replace(item, finding=terms.get(item.id, item.conceded), meanwhile=event.meanwhile)
        if item.open
        else item
        for item in case.items
    )
    return Change({"items": items, "finding": "decided"})


_EFFECTS: Mapping[str, Callable[[Case, Event, Act], Change | Refusal]] = {
    "none": _nothing,
    "claim": _claim,
    "concede": _concede,
    "agree": _agree,
    "agree_part": _agree_part,
    "withdraw": _nothing,
    "join": _join,
    "object": _object,
    "move": _move,
    "decide": _decide,
}


def _with(case: Case, changed: Item) -> tuple[Item, ...]:
    return tuple(changed if item.id == changed.id else item for item in case.items)


def _no(code: str, ko: str, en: str) -> Refusal:
    return Refusal(code, text(ko, en))
