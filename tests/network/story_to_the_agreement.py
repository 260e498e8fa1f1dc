"""From 780 firms in a spreadsheet to the agreement that all have signed, on the pages in Korean."""

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter
from playwright.sync_api import expect
from tests.network.town import Somebody, Town

from moyeora.formation.sample import sample

LEAD, ITEM = "281-97-27990", "백화점 고객 30만 명 개인화 우편"
CUSTOMER = "한빛백화점"
PROJECT_ACCOUNT = {
    "사업 계좌의 은행": "기업은행",
    "계좌번호": "110-240-123456",
    "예금주": "모여라 사업단",
}
PRINTING = "디지털 가변 인쇄"
NEEDS = ["고객 자료 분석", "개인화 소프트웨어", "우편물 디자인", PRINTING, "봉입과 우편 발송"]
FORMING = 90_000  # milliseconds; the page promises half a minute of forming


def to_the_agreement(town: Town, folder: Path) -> tuple[str, list[str]]:
    """Gives the address of the consortium and the numbers of the firms that do the work."""
    the_association_brings_its_members_in(town.coordinator, folder)
    they_are_found(town.coordinator)
    owner = town.owner(LEAD)
    an_item_is_entered(owner)
    firms = a_consortium_is_proposed(owner)
    address, firms = they_are_invited(town, firms)
    they_agree(town, address, firms)
    return address, firms


def the_association_brings_its_members_in(desk: Somebody, folder: Path) -> None:
    table = sample(780, 7).members
    rows = [list(table.columns), *[["" if v is None else v for v in r] for r in table.rows()]]
    bring(desk, write(folder / "업체.xlsx", rows))
    said = [("기업", "780", "0", "0"), ("품목", f"{len(rows) - 1:,}", "0", "0")]
    assert counts(desk) == said
    desk.press("저장하기")
    desk.reads("표를 저장했습니다.")
    assert counts(desk) == said

    changed = {rows[1][0], rows[-1][0]}
    for row in rows[1:]:
        if row[0] in changed:
            row[1] = f"{row[1]} 새이름"
    bring(desk, write(folder / "업체 다시.xlsx", rows))
    assert counts(desk)[0] == ("기업", "0", "2", "778")
    desk.press("저장하기")
    desk.reads("표를 저장했습니다.")
    assert counts(desk)[0] == ("기업", "0", "2", "778")
    assert counts(desk)[1][1] == "0"
    desk.go("/members/")
    desk.heading("회원사 780곳")
    desk.go("/members/?q=새이름")
    desk.heading("회원사 2곳")


def write(path: Path, rows: list[list[Any]]) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    return path


def bring(desk: Somebody, path: Path) -> None:
    """From the association's page to the preview, over the columns as they were recognised."""
    desk.go("/members/association/")
    desk.follow("표 가져오기")
    desk.tab.get_by_label("파일").set_input_files(path)
    desk.press("파일 살펴보기")
    desk.follow("열 지정으로 돌아가기")
    desk.reads("사업자등록번호")
    desk.press("내용 검사")
    desk.heading(path.name)


def counts(desk: Somebody) -> list[tuple[str, ...]]:
    """What is made, updated, left: the page's first table."""
    expect(desk.tab.get_by_role("columnheader", name="새로 등록")).to_be_visible()
    rows = desk.tab.get_by_role("table").first.locator("tbody tr")
    return [tuple(row.locator("th, td").all_inner_texts()) for row in rows.all()]


def they_are_found(desk: Somebody) -> None:
    """Each word finds firms, all of the kind, and not the whole network."""
    for typed, all_do in (("금형", "금형"), ("인쇄", "인쇄"), ("variable data", "가변")):
        desk.go("/members/")
        desk.tab.get_by_role("searchbox").fill(typed)
        desk.press("검색")
        desk.tab.wait_for_url(re.compile(r"\?q="))
        told = desk.tab.get_by_role("heading", name=re.compile(r"회원사 (?!780)\d+곳"))
        assert 0 < int(re.sub(r"\D", "", told.inner_text())) < 780
        rows = desk.tab.get_by_role("table").locator("tbody tr")
        expect(rows.filter(has_text=all_do).first).to_be_visible()


def an_item_is_entered(owner: Somebody) -> None:
    owner.go("/consortia/")
    owner.follow("예시로 시작하기")
    start = date.today() + timedelta(days=42)
    owner.fill("시작일", start.isoformat())
    owner.fill("납기일", (start + timedelta(days=83)).isoformat())
    owner.press("초안으로 저장")
    owner.heading(ITEM)
    owner.press("진행 시작")
    owner.press("컨소시엄 제안받기")


def a_consortium_is_proposed(owner: Somebody) -> list[str]:
    """The numbers of the firms that do it best; the page says why, and what each demand costs."""
    link = owner.tab.get_by_role("link", name="제안을 보고 기업을 초대하기")
    expect(link).to_be_visible(timeout=FORMING)
    link.click()
    owner.heading("가장 잘할 수 있는 컨소시엄")
    owner.reads("증명됨.")
    who = owner.part("누가 무엇을 하는가")
    for need in NEEDS:
        expect(who.get_by_role("rowheader", name=need).first).to_be_visible()
    firms = re.findall(r"\d{3}-\d\d-\d{5}", who.inner_text())
    why = owner.part("왜 이 기업인가").locator("tbody tr")
    expect(why).to_have_count(len(set(firms)))
    for reason in why.all_inner_texts():
        assert "원" in reason or "불가능" in reason
    expect(owner.part("조건마다 드는 값").locator("tbody tr").first).to_contain_text("원")
    runner_up = owner.part("많이 다른 컨소시엄").get_by_role("article").first
    expect(runner_up).to_contain_text("더 듭니다")
    return firms


def they_are_invited(town: Town, firms: list[str]) -> tuple[str, list[str]]:
    """All accept but the printer; the repair brings another. Gives where, and who is in."""
    lead = town.owner(LEAD)
    lead.press("초대")
    lead.reads("기업들을 초대했습니다.")
    address = lead.tab.url.removeprefix(town.address)
    printer = firms[NEEDS.index(PRINTING)]
    for number in firms:
        if number != printer:
            accept(town.owner(number))
    owner = town.owner(printer)
    open_invitation(owner)
    owner.fill("사유", "기계가 모두 차 있습니다.")
    owner.press("거절")
    owner.reads("초대를 거절했습니다.")

    lead.go(address)
    link = lead.tab.get_by_role("link", name="빈자리가 생겼습니다")
    expect(link).to_be_visible(timeout=FORMING)
    link.click()
    lead.heading("빈자리를 이렇게 채울 수 있습니다")
    changes = lead.part("달라지는 점")
    expect(changes.get_by_role("row").filter(has_text="유지")).to_have_count(len(firms) - 1)
    expect(changes.get_by_role("row").filter(has_text="빠짐")).to_have_count(1)
    asked = re.findall(r"\d{3}-\d\d-\d{5}", lead.part("누가 무엇을 하는가").inner_text())
    lead.press("보완안 채택")
    lead.reads("기업들을 초대했습니다.")
    for number in sorted(set(asked) - set(firms)):
        accept(town.owner(number))
    lead.go(address)
    expect(lead.part("자리").locator("tbody tr").filter(has_text="수락")).to_have_count(len(asked))
    return address, asked


def open_invitation(owner: Somebody) -> None:
    owner.go("/consortia/")
    owner.follow(ITEM)
    owner.heading("컨소시엄에 초대되었습니다")


def accept(owner: Somebody) -> None:
    open_invitation(owner)
    owner.sign("자리 수락")
    owner.reads("자리를 수락했습니다.")


def they_agree(town: Town, address: str, firms: list[str]) -> None:
    """The lead drafts, compares and offers; each owner reads and signs; all is on the paper."""
    lead = town.owner(LEAD)
    lead.go(address)
    lead.follow("협약")
    lead.follow("초안 쓰기")
    draft(lead, "맡은 일의 금액에 따라")
    by_work, equal = outlook(lead, "맡은 일의 금액에 따라"), outlook(lead, "똑같이")
    assert sum(by_work) == sum(equal) > 0  # the same proceeds, whatever divides them
    assert by_work[0] == 0 < equal[0]  # who leads and has no seat gets nothing by work
    lead.follow("초안 고치기")
    draft(lead, "똑같이")
    assert outlook(lead, "똑같이") == equal
    lead.press("서명에 부치기")
    lead.heading("협약 제1판")
    waiting = lead.part("서명").locator("tbody tr").all_inner_texts()
    names = {row.split("\t")[0].strip() for row in waiting}
    signing = [town.owner(number) for number in sorted({LEAD, *firms})]
    assert len(names) == len(signing)
    for owner in signing:
        owner.go(address)
        owner.follow("협약")
        owner.follow("협약 제1판을 읽고 서명해 주십시오")
        owner.reads(CUSTOMER)
        owner.sign("서명하기")
        owner.reads("귀사의 서명이 완료되었습니다.")
    lead.tab.reload()
    expect(lead.part("서명").get_by_role("row", name="서명함")).to_have_count(len(names))
    lead.reads("시행 중")
    assert lead.download("PDF로 보기").startswith(b"%PDF")


def draft(lead: Somebody, rule: str) -> None:
    lead.fill("고객", CUSTOMER)
    expect(lead.tab.get_by_label("고객이 내는 금액")).to_have_value("90,000,000")
    for label, text in PROJECT_ACCOUNT.items():
        lead.fill(label, text)
    lead.tab.get_by_label("수익을 나누는 방법").select_option(rule)
    lead.press("초안을 저장하고 비교하기")
    lead.heading("우리 기업이 받을 금액")
    expect(lead.part(f"내 초안: {rule}")).to_contain_text("우리 기업이 받는 금액")


def outlook(lead: Somebody, rule: str) -> tuple[int, int]:
    """What the page says my firm gets by a division, and the others together, in won."""
    rows = lead.part("다른 방법과 비교").get_by_role("row")
    cells = rows.filter(has=lead.tab.get_by_role("rowheader", name=rule)).last.get_by_role("cell")
    mine, others = cells.nth(2).inner_text(), cells.last.inner_text()
    return won(mine), won(others)


def won(text: str) -> int:
    return int(text.removesuffix("원").replace(",", ""))
