"""The agreement as people read and sign it, in Korean and English, from the same terms.

The exact text in both languages is what a signature binds: its SHA-256 stands beside each.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from moyeora.network.consortia.agreements.program import program
from moyeora.network.consortia.agreements.terms import PERMILLE, Terms
from moyeora.sharing.language import day, money, with_particle
from moyeora.sharing.tables import Words
from moyeora.sharing.text import Block, document, pdf_of, plain_text

RULE_WORDS = {
    "negotiated": Words(
        "당사자들이 협의한 비율로", "in the proportions that the parties negotiated"
    ),
    "equal": Words("똑같이", "in equal parts"),
    "work": Words("맡은 일의 금액에 비례하여", "in proportion to the work of each"),
    "points": Words("협의한 역할 점수에 비례하여", "by negotiated points for the roles"),
    "shapley": Words("각자의 참여가 더한 값(섀플리 값)으로", "by what each adds (Shapley value)"),
    "nucleolus": Words(
        "어느 모임도 불만이 크지 않도록(뉴클레올러스)", "so that no group has much to object to"
    ),
}
MODE_WORDS = {
    "lead": Words(
        "주관기업이 고객과 계약하고 다른 당사자는 주관기업의 하수급인으로 일한다.",
        "The lead firm contracts with the customer; the others work as its subcontractors.",
    ),
    "joint": Words(
        "모든 당사자가 고객과 공동으로 계약하고 연대하여 이행한다.",
        "All parties contract with the customer together and are jointly liable to it.",
    ),
    "separate": Words(
        "각 당사자가 자기 몫의 일에 대하여 고객과 따로 계약한다.",
        "Each party contracts with the customer for its own part.",
    ),
}
RIGHTS_WORDS = {
    "joint": Words(
        "함께 만든 결과물의 권리는 당사자들이 공유한다.",
        "The parties own together what they make together.",
    ),
    "maker": Words(
        "결과물의 권리는 그것을 만든 당사자에게 있고, 다른 당사자는 이 사업에 쓸 수 있다.",
        "What a party makes is its own; the others may use it for this item.",
    ),
    "lead": Words(
        "결과물의 권리는 대금을 모두 받은 때에 주관기업으로 옮겨진다.",
        "Rights in what is made pass to the lead firm when it has paid for them in full.",
    ),
}
# Not the catalogue of translations: a signed text must stay what it was.
UNIT_WORDS = {
    "record": Words("건", "records"),
    "day": Words("일", "days"),
    "piece": Words("개", "pieces"),
    "set": Words("세트", "sets"),
    "test": Words("회", "tests"),
    "carton": Words("상자", "cartons"),
    "call": Words("통", "calls"),
}
QUANTITY = re.compile(r"(?P<title>.*), (?P<quantity>[\d,]+) (?P<unit>\S+)")


@dataclass(frozen=True)
class Signed:
    """One line under the text: who has signed, for which firm, when."""

    firm: str
    person: str
    at: datetime | None


def text(terms: Terms, version: int, lang: str) -> list[Block]:
    """The whole document as blocks, without signatures."""
    return list(_blocks(terms, version, lang))


def text_hash(terms: Terms, version: int) -> str:
    """SHA-256 of the exact text in Korean, then English."""
    both = "".join(plain_text(text(terms, version, lang)) for lang in ("ko", "en"))
    return hashlib.sha256(both.encode()).hexdigest()


def pdf(terms: Terms, version: int, signed: Sequence[Signed], lang: str) -> bytes:
    """The document with its signatures; the same bytes for the same input."""
    ko = lang == "ko"
    blocks = text(terms, version, lang)
    blocks.append(Block("heading", "서명" if ko else "Signatures"))
    rows = [("기업", "서명한 사람", "일시") if ko else ("Firm", "Signed by", "At")]
    for each in signed:
        at = each.at.strftime("%Y-%m-%d %H:%M:%S %Z") if each.at else "—"
        rows.append((each.firm, each.person or "—", at))
    blocks.append(Block("rows", rows=tuple(rows)))
    label = "본문(국문·영문)의 SHA-256" if ko else "SHA-256 of the text"
    blocks.append(Block("rows", rows=((label, text_hash(terms, version)),)))
    return pdf_of(blocks, lang)


def _blocks(terms: Terms, version: int, lang: str) -> Iterator[Block]:
    def say(ko: str, en: str) -> str:
        return ko if lang == "ko" else en

    def name(number: str) -> str:
        party = terms.party(number)
        return party.name if lang == "ko" else party.name_en or party.name

    lead = name(terms.lead)
    yield Block("title", say(f"{terms.title} 공동사업 협약서", f"Agreement: {terms.title}"))
    yield Block(
        "rows",
        rows=(
            (say("고객", "Customer"), terms.customer),
            (
                say("고객이 내는 돈", "The customer pays"),
                money(terms.price, terms.currency, lang)
                + (say(" (부가가치세 포함)", " (VAT included)") if terms.vat_permille else ""),
            ),
            (
                say("기간", "Period"),
                f"{day(terms.begins, lang)} – {day(terms.due, lang)}",
            ),
            (say("주관기업", "Lead firm"), lead),
            (say("판", "Version"), str(version)),
        ),
    )
    yield Block("heading", say("제1장 당사자와 역할", "Part 1. Parties and roles"))
    head = (
        say("기업", "Firm"),
        say("사업자등록번호", "Business number"),
        say("맡은 일", "Role"),
        say("몫", "Share"),
    )
    yield Block(
        "rows",
        rows=(
            head,
            *(
                (
                    name(p.id),
                    p.id,
                    "; ".join(seat_text(seat, lang) for seat in p.seats),
                    _rate(f"{p.weight}/{PERMILLE}"),
                )
                for p in terms.parties
            ),
        ),
    )
    yield Block(
        "text",
        say(
            "당사자는 대등하다. 각자 맡은 일을 정한 때에 정한 품질로 하고, 한 회사가 한 표를 "
            "가진다.",
            "The parties are equals. Each does its part in time and to the agreed quality; each "
            "has one vote.",
        ),
    )
    yield Block("heading", say("제2장 계약과 책임", "Part 2. Contract and liability"))
    for title, body in _articles(terms, lang, lead):
        yield Block("clause", title)
        yield Block("text", body)
    yield Block("heading", say("제3장 돈의 배분", "Part 3. Division of the money"))
    yield Block(
        "text",
        say(
            f"몫은 {RULE_WORDS[terms.rule].ko} 정했다.",
            f"The shares were set {RULE_WORDS[terms.rule].en}.",
        ),
    )
    money_part = document(program(terms, version), lang)
    start = next(
        at
        for at, block in enumerate(money_part)
        if block.kind == "heading" and block.text in ("돈의 순서", "The order of the money")
    )
    for block in money_part[start + 1 :]:
        if block.kind == "clause":  # ids of steps are for programs; people count clauses
            yield replace(block, text=block.text.rpartition(" · ")[0])
        elif block.kind == "rows":
            yield replace(block, rows=tuple(tuple(map(_rate, row)) for row in block.rows))
        else:
            yield block


def _rate(cell: str) -> str:
    """Thousandths, as the program has its rates, as a percentage; any other text as it is."""
    thousandths, slash, of = cell.partition("/")
    if not slash or of != str(PERMILLE):
        return cell
    whole, tenth = divmod(int(thousandths), 10)
    return f"{whole}.{tenth}%" if tenth else f"{whole}%"


def seat_text(seat: str, lang: str) -> str:
    """What a party does with its unit in the reader's language, if the trade list knows it."""
    said = QUANTITY.fullmatch(seat)
    if said is None or said["unit"] not in UNIT_WORDS:
        return seat
    unit = UNIT_WORDS[said["unit"]][lang]
    gap = "" if lang == "ko" else " "
    return f"{said['title']}, {said['quantity']}{gap}{unit}"


def _articles(terms: Terms, lang: str, lead: str) -> Iterator[tuple[str, str]]:
    def say(ko: str, en: str) -> str:
        return ko if lang == "ko" else en

    yield say("고객과의 계약", "Contract with the customer"), MODE_WORDS[terms.mode][lang]
    yield (
        say("책임의 한도", "Limit of liability"),
        say(
            f"한 당사자가 다른 당사자에게 지는 책임은 자기 몫의 {terms.liability_percent}%를 넘지 "
            "않는다. 고의나 중대한 과실로 생긴 손해에는 한도가 없다.",
            f"A party's liability to the others is at most {terms.liability_percent} % of its own "
            "share. There is no limit for intent or gross negligence.",
        ),
    )
    yield say("결과물의 권리", "Rights in what is made"), RIGHTS_WORDS[terms.rights][lang]
    yield (
        say("비밀 유지", "Confidentiality"),
        say(
            "당사자는 서로에게서 알게 된 비밀과 고객의 정보를 이 사업에만 쓰고, 끝난 뒤 "
            f"{terms.confidential_years}년 동안 누구에게도 알리지 않는다.",
            "Each party uses the others' secrets and the customer's data for this item alone and "
            f"tells nobody for {terms.confidential_years} years after its end.",
        ),
    )
    if terms.account:
        yield (
            say("사업 계좌", "The project's bank account"),
            say(
                f"고객은 {terms.bank} {terms.account}(예금주 {terms.holder})로 돈을 낸다. 받은 "
                "돈은 제3장의 순서로만 쓰며, 누구도 따로 꺼내지 않는다.",
                f"The customer pays to {terms.bank} {terms.account} (holder {terms.holder}). What "
                "comes in is used in the order of part 3 alone.",
            ),
        )
    yield (
        say("교체와 탈퇴", "Replacement and leaving"),
        say(
            f"떠나려는 당사자는 {terms.notice_days}일 전에 알린다. 다 하지 못한 수량은 나머지가 "
            "동의한 회사가 이어받고, 떠나는 당사자는 끝낸 일의 몫만 받는다. 교체는 그것이 닿는 "
            "모든 당사자가 서명한 새 판으로 한다.",
            f"A party that leaves says so {terms.notice_days} days before. A firm that the others "
            "agree to takes over what is unfinished; who leaves is paid for finished work. A new "
            "version, signed by all whom it touches, makes the change.",
        ),
    )
    yield (
        say("의결", "Decisions"),
        say(
            "한 회사가 한 표를 가진다. 투표권 있는 회사의 3분의 2가 참여하고 던진 표의 3분의 2가 "
            "찬성하면 결정된다. 이해관계가 있는 회사는 투표하지 않는다.",
            "One firm, one vote. A motion is carried when two thirds of those with a vote take "
            "part and two thirds of the votes cast are for it. Who has an interest does not vote.",
        ),
    )
    yield (
        say("의견이 다를 때", "Differences"),
        say(
            "역할이나 돈에 관한 의견의 차이는 조합의 매뉴얼에 따라 푼다. "
            f"{with_particle(lead, '은/는')} 다툼이 있는 금액만 보류하고 나머지는 제때 "
            "지급되게 한다.",
            f"Differences over roles or money are settled by the association's manual. {lead} "
            "sees to it that only the disputed amount is held and all else is paid in time.",
        ),
    )
