"""From the signed agreement to the last won in its firm's account and the customers' data gone."""

import csv
import io
import json
import re
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as Xml

from playwright.sync_api import expect
from tests.network.processes import program
from tests.network.story_to_the_agreement import ITEM, LEAD, PRINTING, PROJECT_ACCOUNT
from tests.network.test_mailing import MARK, found_in, packed
from tests.network.town import Somebody, Town

from moyeora.network.ledger.bank_file import NAMESPACE

HELD = 100_000
LISTED = 60  # customers on the list: the change order cuts the mailing down to these
PRICE, ADVANCE = 41_800_000, 12_540_000
POSTED = "봉입과 우편 발송"


def to_the_last_won(town: Town, address: str, firms: list[str], folder: Path) -> None:
    """``address`` is the consortium's page, ``firms`` are those that do the work."""
    Order(town, address, firms, folder).play()


class Order:
    """The order as its people carry it out."""

    def __init__(self, town: Town, address: str, firms: list[str], folder: Path) -> None:
        self.town, self.at, self.folder = town, address, folder
        self.id = address.rstrip("/").rpartition("/")[2]
        self.order, self.money = f"/orders/{self.id}/", f"/money/{self.id}/"
        self.lead = town.owner(LEAD)
        self.parties = [town.owner(number) for number in sorted({LEAD, *firms})]
        self.customer = town.comes("the customer")  # without an account: comes by links alone
        self.firms: dict[str, str] = {}
        self.packages: dict[str, str] = {}

    def play(self) -> None:
        self.contract()
        self.change()
        self.accounts()
        self.work()
        self.mailing()
        self.acceptance()
        self.receipts()
        self.payouts()
        self.end()

    def contract(self) -> None:
        """The lead firm's owner is told to conclude it; the seats become work packages."""
        lead = self.lead
        lead.go("/")
        lead.follow(f"계약 체결하기: {ITEM}")
        lead.fill("고객의 이메일", "order@hanbit.example")
        lead.tab.get_by_label(PRINTING).check()
        lead.sign("계약 체결하기")
        lead.reads("계약을 체결했습니다.")
        lead.reads("제1판")
        plan = lead.part("일정").get_by_role("row")
        expect(plan.filter(has_text=PRINTING)).to_contain_text("월")

    def change(self) -> None:
        """The customer writes to fewer people: a change order that all agree to, and that binds
        nobody before the last of them has.
        """
        lead = self.lead
        lead.follow("변경 제안하기")
        lead.fill("변경 사유", "고객이 우수 고객에게만 보내기로 했습니다.")
        expect(lead.tab.get_by_label("고객이 내는 금액")).to_have_value("90,000,000")
        lead.fill("고객이 내는 금액", f"{PRICE:,}")
        for title in ("고객 자료 분석", PRINTING, POSTED):
            quantity = lead.tab.get_by_label(f"‘{title}’의 수량")
            expect(quantity).to_have_value("300,000")
            quantity.fill(f"{LISTED}")
        lead.press("변경 제안하기")
        lead.reads("모든 기업에 동의를 요청했습니다.")
        for owner in self.parties:
            owner.go(self.order)
            owner.reads(f"{PRICE:,}원")
            expect(owner.tab.get_by_role("main")).to_contain_text("제1판")
            owner.sign("동의하기")
            owner.reads("답을 기록했습니다.")
        lead.go(self.order)
        lead.reads("제2판")
        expect(
            lead.part("작업 패키지").get_by_role("row").filter(has_text=PRINTING)
        ).to_contain_text(f"{LISTED}")

    def accounts(self) -> None:
        """Each owner enters where the firm is paid; the association calls back; three days later
        the account is in use.
        """
        desk = self.town.coordinator
        for at, owner in enumerate(self.parties):
            owner.go("/")
            owner.follow("대금을 받을 입금 계좌 등록하기")
            owner.follow("등록하기")
            owner.fill("은행", "기업은행")
            owner.fill("계좌번호", f"110-2400-{1000 + at}")
            owner.fill("예금주", owner.office.removesuffix(" 대표"))
            owner.sign("변경 신청")
            owner.reads("조합이 알고 있는 번호로 기업에 전화합니다.")
        desk.go("/")
        desk.follow(re.compile("새 입금 계좌 확인 전화하기"))
        calls = desk.tab.locator(".tasks").get_by_role("link")
        for at, owner in enumerate(self.parties):
            calls.filter(has_text=owner.office.removesuffix(" 대표")).click()
            desk.fill("기업이 불러 준 마지막 네 자리", f"{1000 + at}")
            desk.sign("확인")
            expect(calls).to_have_count(len(self.parties) - at - 1)
        self.town.later(days=3, minutes=1)

    def work(self) -> None:
        """Staff delivers in parts; what the customer rejects is delivered again; the owners of
        other firms see the state, and may not deliver.
        """
        town, lead = self.town, self.lead
        lead.go("/members/mine/")
        lead.follow("구성원과 직책")
        self.desk = town.invited(lead, "desk@hanbit-order.example.kr", "박직원", "직원")
        analyst = self.owner_of("고객 자료 분석")
        analyst.go("/members/mine/")
        analyst.follow("구성원과 직책")
        self.staff = town.invited(analyst, "staff@analysis.example.kr", "최직원", "직원")
        analyst.go("/members/mine/")
        analyst.follow("구성원과 직책")
        self.accountant = town.invited(analyst, "books@analysis.example.kr", "정회계", "회계 담당")

        staff = self.staff
        staff.go("/")
        staff.follow("납품하기: 고객 자료 분석")
        for part, answer in ((20, True), (40, False), (40, True)):
            staff.fill("수량", f"{part}")
            staff.press("납품 기록하기")
            staff.reads("납품을 기록했습니다.")
            self.answered(staff.tab.url, accept=answer)
            staff.tab.reload()
        staff.reads("검수 완료")
        for title in ("개인화 소프트웨어", "우편물 디자인"):
            owner = self.owner_of(title)
            self.deliver(owner, title)
        stranger = self.owner_of(PRINTING)
        stranger.go(staff.tab.url.removeprefix(town.address))
        expect(stranger.tab.get_by_role("button", name="납품 기록하기")).to_have_count(0)

    def deliver(self, owner: Somebody, title: str) -> None:
        owner.go("/")
        owner.follow(f"납품하기: {title}")
        owner.fill("수량", re.sub(r"\D", "", owner.figure("남은 납품 수량")))
        owner.press("납품 기록하기")
        owner.reads("납품을 기록했습니다.")

    def mailing(self) -> None:
        """Consent, the list into the encrypted folder, the customer's yes, the count."""
        town, printer, desk = self.town, self.owner_of(PRINTING), self.desk
        printer.go("/")
        printer.follow(f"우편 발송 건 시작하기: {PRINTING}")
        printer.press("시작하기")
        printer.reads("고객 동의 대기")
        expect(printer.field("작업 파일(ZIP 하나)")).to_have_count(0)
        self.mailing_at = printer.tab.url.removeprefix(town.address)
        desk.go("/")
        desk.follow(f"고객의 동의 기록하기: {PRINTING}")
        for _ in range(2):  # for the printer, and for the lead, which speaks with the customer
            missing = desk.tab.get_by_text("동의가 없는 기업").inner_text().partition(": ")[2]
            desk.field("기업").select_option(missing.split(", ")[0])
            desk.fill("증빙 서류", "개인정보 처리위탁 동의서 제12호")
            desk.press("동의 기록하기")
            desk.reads("동의를 기록했습니다.")
        job = self.folder / "작업.zip"
        job.write_bytes(packed(LISTED))
        printer.go(self.mailing_at)
        printer.field("작업 파일(ZIP 하나)").set_input_files(job)
        printer.press("암호화하여 보내기")
        printer.reads("교정을 만들고 있습니다.")
        printer.reads("고객 승인 대기")  # the page asks for itself
        stranger = self.owner_of(POSTED)
        stranger.go(self.mailing_at)
        expect(stranger.tab.get_by_role("img", name=re.compile("교정"))).to_have_count(0)

        desk.go(self.mailing_at)
        customer = self.opens(desk, "고객 승인 링크 만들기")
        proof = customer.tab.get_by_role("img", name="교정 1", exact=True)
        expect(proof).to_be_visible()
        assert proof.evaluate("image => image.naturalWidth") > 100
        customer.press("이 교정을 승인합니다")
        customer.reads("이 교정을 승인하셨습니다")
        printer.go("/")
        printer.follow(f"우편물 인쇄하기: {PRINTING}")
        printer.press("전부 인쇄하기")
        printer.reads("인쇄 완료")
        assert printer.figure("인쇄") == f"{LISTED}개"

    def acceptance(self) -> None:
        """The register's count is the delivery; two packages are accepted by silence."""
        printer = self.owner_of(PRINTING)
        printer.go(self.package_at(PRINTING))
        printer.reads("인쇄물 대장으로 센 수량")
        self.answered(printer.tab.url)
        poster = self.owner_of(POSTED)
        self.deliver(poster, POSTED)
        self.answered(poster.tab.url)
        self.town.later(days=8)
        lead = self.lead
        for title in ("개인화 소프트웨어", "우편물 디자인"):
            lead.until(self.package_at(title), "검수 완료(답변 없음)")
        lead.go(self.order)
        expect(
            lead.part("작업 패키지").get_by_role("row").filter(has_text="검수 완료")
        ).to_have_count(5)

    def receipts(self) -> None:
        """Two invoices, the customer sees one; two receipts, each divided to the last won; every
        owner sees the own lines and why, and of the others one total a step.
        """
        lead = self.lead
        for what, gross in (("선금", ADVANCE), ("잔금", PRICE - ADVANCE)):
            lead.go(self.order)
            lead.follow("새 청구서")
            lead.fill("내용", what)
            lead.fill("금액(부가가치세 포함)", f"{gross:,}")
            lead.press("청구서 발행하기")
            lead.reads(f"{gross - gross // 11:,}원")
        customer = self.opens(lead, "고객용 링크 만들기")
        customer.reads(f"{(PRICE - ADVANCE) // 11:,}원")
        customer.reads(PROJECT_ACCOUNT["계좌번호"])

        bank_shows = self.folder / "입금 확인증.pdf"
        bank_shows.write_bytes(b"what the bank shows")
        self.due = dict.fromkeys(range(len(self.parties)), 0)
        for what, amount in (("선금", ADVANCE), ("잔금", PRICE - ADVANCE)):
            lead.go(self.money)
            lead.follow("입금 기록하기")
            lead.fill("금액", f"{amount:,}원")
            lead.press("기록하고 배분하기")
            lead.reads("은행 거래 번호")  # it is missing, and nothing that was typed is lost
            expect(lead.field("금액")).to_have_value(f"{amount:,}")
            lead.fill("은행 거래 번호", f"IBK-{amount}")
            lead.field("은행 증빙 파일").set_input_files(bank_shows)
            invoices = lead.field("해당 청구서")
            invoices.select_option(
                label=invoices.locator("option").filter(has_text=what).inner_text()
            )
            lead.press("기록하고 배분하기")
            lead.reads("입금을 배분했습니다.")
            self.statement(lead.tab.url, amount)

    def statement(self, where: str, amount: int) -> None:
        """What all owners read on theirs, put together, is the receipt to the last won."""
        read = []
        for at, owner in enumerate(self.parties):
            owner.go(self.money)
            owner.follow("누가 얼마를 왜 받는지 보기")
            assert owner.tab.url == where
            read.append(won(owner.figure("우리 기업이 받을 금액")))
            self.due[at] += read[-1]
            lines = owner.tab.get_by_role("table").locator("tbody tr").all()
            cells = [line.locator("td.num").all_inner_texts() for line in lines]
            mine, everybody = zip(*cells, strict=True)
            assert sum(map(won, mine[:-1])) == won(mine[-1]) == read[-1]
            assert sum(map(won, everybody[:-1])) == won(everybody[-1]) == amount
            assert owner.download("PDF로 보기").startswith(b"%PDF")
        others = sum(map(won, everybody[:-1])) - sum(read)
        assert 0 < others < amount  # VAT, the association's fee, the retention: in nobody's lines
        texts = [owner.tab.get_by_role("main").inner_text() for owner in self.parties]
        for at, text in enumerate(texts):
            for other, due in enumerate(read):
                if due != read[at]:
                    assert f"{due:,}원" not in text, (at, other)

    def payouts(self) -> None:
        """A disputed part is held; all else is paid; one payment comes back and goes out again."""
        holder, held = self.owner_of(POSTED), self.owner_of(PRINTING)
        firm = held.office.removesuffix(" 대표")
        due = self.due[self.parties.index(held)]
        holder.go(self.money)
        holder.follow("다툼이 있는 금액 보류하기")
        holder.tab.get_by_label("받을 기업").select_option(firm)
        holder.fill("보류 금액", "999,999,999")
        holder.fill("다툼의 내용", "봉투 200장이 젖었습니다.")
        holder.press("보류하기")
        holder.reads("아직 지급을 지시하지 않은 금액만")
        assert f"{due:,}" not in holder.tab.get_by_role("main").inner_text()
        holder.fill("보류 금액", f"{HELD:,}")
        holder.press("보류하기")
        holder.reads("이 금액만 보류했습니다.")
        held.go(self.money)
        held.reads("봉투 200장이 젖었습니다.")
        assert won(held.figure("다툼이 있는 보류 금액")) == HELD
        analyst = self.owner_of("고객 자료 분석")
        analyst.go(self.money)
        expect(analyst.tab.get_by_role("main")).not_to_contain_text("젖었습니다")

        retained = self.retained()
        assert self.instructed(comes_back=firm) == PRICE - HELD - retained
        held.go("/")
        held.follow(re.compile(r"지급이 되돌아왔습니다\(예금주명 불일치\)"))
        assert self.instructed() == due - HELD
        holder.go(self.money)
        holder.press("보류 풀기")
        expect(holder.tab.get_by_role("button", name="보류 풀기")).to_have_count(0)
        assert self.instructed() == HELD
        for at, owner in enumerate(self.parties):
            owner.go(self.money)
            assert won(owner.figure("지급 완료")) == self.due[at]
            assert won(owner.figure("우리 기업이 받을 금액")) == 0

    def instructed(self, comes_back: str = "") -> int:
        """All that is due goes to the bank in files and is paid, but the payment to ``comes_back``.
        Gives what is instructed.
        """
        lead = self.lead
        lead.go("/")
        lead.follow(f"지급할 금액 지시하기: {ITEM}")
        lead.sign("지급할 금액 모두 지시하기")
        lead.reads("은행에 파일을 넘겨 주십시오")
        amounts = [won(text) for text in lead.tab.locator("tbody td.num").all_inner_texts()]
        by_hand = [
            won(text)
            for text in lead.row("세무서").or_(lead.row("조합")).locator("td.num").all_inner_texts()
        ]
        xml = Xml.fromstring(lead.download("pain.001 (XML)"))
        named = {"p": NAMESPACE}
        sent = [Decimal(one.text) for one in xml.iterfind(".//p:InstdAmt", named)]
        assert sorted([*sent, *by_hand]) == sorted(amounts)
        assert Decimal(xml.findtext(".//p:CtrlSum", None, named)) == sum(sent)
        debtor = xml.findtext(".//p:DbtrAcct//p:Othr/p:Id", None, named)
        assert debtor == PROJECT_ACCOUNT["계좌번호"]
        table = csv.DictReader(io.StringIO(lead.download("CSV").decode("utf-8-sig")))
        assert [Decimal(line["금액"]) for line in table] == sent
        lead.press("은행에 넘겼습니다")
        if comes_back:
            row = lead.row(comes_back)
            row.get_by_text("되돌아온 지급 기록하기").click()
            row.get_by_label("은행이 알린 사유").fill("예금주명 불일치")
            row.get_by_role("button", name="기록하기").click()
            lead.reads("예금주명 불일치")
        lead.tab.get_by_role("button", name=re.compile("지급 (7건 모두 )?확인하기")).first.click()
        expect(lead.tab.get_by_text("은행 전송", exact=True)).to_have_count(0)
        lead.reads("지급 완료")
        return sum(amounts)

    def retained(self) -> int:
        """What the agreement keeps back for the warranty."""
        self.lead.go(self.money)
        self.lead.follow("시산표")
        self.lead.reads("합계 0")
        return -sum(
            won(row.locator("td.num").last.inner_text())
            for row in self.lead.row("협약에 따른 유보").all()
        )

    def end(self) -> None:
        """The accountant's files, the books, the end of the order and of the customers' data, the
        journal verified without the server; who is outside sees nothing of it.
        """
        town, lead = self.town, self.lead
        analyst = self.parties.index(self.owner_of("고객 자료 분석"))
        accountant = self.accountant
        accountant.go(self.money)
        expect(accountant.tab.get_by_role("link", name="다툼이 있는 금액 보류하기")).to_have_count(
            0
        )
        lines = csv.DictReader(io.StringIO(accountant.download("CSV").decode("utf-8-sig")))
        assert sum(int(line["금액"]) for line in lines) == self.due[analyst]
        assert accountant.download("XLSX").startswith(b"PK")

        lead.go(self.order)
        lead.press("주문 마감하기")
        lead.reads("주문을 마감했습니다.")
        lead.until(self.mailing_at, "파기 완료")
        told = json.loads(lead.download("서명된 파기 확인서"))
        assert told
        home = Path(town.environment["MOYEORA_HOME"])
        assert found_in(home, MARK) == []
        assert list((home / "mailings").iterdir()) == []

        lead.go(f"/journal/{self.id}/")
        lead.reads("주문을 마감했습니다")
        files = {
            "journal.json": "활동 기록 (JSON)",
            "checkpoints.jws": "확인서",
            "keys.json": "공개키",
        }
        for name, link in files.items():
            (self.folder / name).write_bytes(lead.download(link))
        journal, checkpoint, keys = (str(self.folder / name) for name in files)
        program(
            town.environment,
            *("moyeora.cli", "journal", "verify", journal),
            *("--checkpoint", checkpoint, "--key", keys),
        )

        desk = town.coordinator
        desk.go("/members/association/")
        desk.follow("조합 담당자")
        reviewer = town.invited(desk, "reviewer@agency.example.kr", "심위원", "심사 위원")
        reviewer.go("/")
        for where in (self.order.removeprefix(town.address), self.money, self.mailing_at):
            reviewer.turned_away(where)
            self.customer.turned_away(where)

    # Who acts, and where

    def owner_of(self, title: str) -> Somebody:
        """The owner of the firm that does the work of this title."""
        if not self.firms:
            self.lead.go(self.order)
            for line in self.lead.part("작업 패키지").locator("tbody tr").all():
                cells = line.locator("td").all_inner_texts()
                self.firms[cells[0]] = cells[1]
        name = self.firms[title]
        return next(owner for owner in self.parties if owner.office == f"{name} 대표")

    def package_at(self, title: str) -> str:
        """The address of a package's page."""
        if title not in self.packages:
            self.lead.go(self.order)
            for link in self.lead.part("작업 패키지").get_by_role("link").all():
                self.packages[link.inner_text()] = link.get_attribute("href")
        return self.packages[title]

    def opens(self, desk: Somebody, button: str) -> Somebody:
        """The desk makes a link for the customer, who opens it. Gives the customer."""
        desk.press(button)
        desk.heading("고객용 링크")
        self.customer.go(desk.tab.get_by_text("/orders/c/").inner_text())
        return self.customer

    def answered(self, package: str, *, accept: bool = True) -> None:
        """The customer accepts the delivery that waits, or says what is wrong with it."""
        self.desk.go(package)
        customer = self.opens(self.desk, "링크 만들기")
        if accept:
            customer.press("인수합니다")
            customer.reads("검수 완료")
        else:
            customer.tab.get_by_text("문제가 있습니다").click()
            customer.fill("문제의 내용", "3건의 주소가 비어 있습니다.")
            customer.press("납품 반려하기")
            customer.reads("반려")


def won(text: str) -> int:
    return 0 if text == "–" else int(re.sub(r"[원,]", "", text).replace("−", "-"))
