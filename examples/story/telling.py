"""The steps of the story. Each does what a person would do on a page, in that person's scope."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django_scopes import scope, scopes_disabled
from job import packed_job

from moyeora.network.consortia import actions as consortia
from moyeora.network.consortia.agreements import actions as agreements
from moyeora.network.consortia.agreements.comparison import outlooks
from moyeora.network.consortia.agreements.divisions import divisions, own_bands, own_cost, worth_of
from moyeora.network.consortia.item_table import example
from moyeora.network.consortia.models import Agreement, Consortium, Item, Party, Seat
from moyeora.network.demo import filling
from moyeora.network.frame import clock
from moyeora.network.frame.actor import ANYONE, CLOCK, Actor, Office
from moyeora.network.jobs.work import work
from moyeora.network.journal import checkpoints, export, keys
from moyeora.network.journal.audience import Reader
from moyeora.network.journal.verify import verify
from moyeora.network.ledger import payouts, receipts
from moyeora.network.ledger.balance import out_of_balance, trial_balance
from moyeora.network.ledger.models import Payout
from moyeora.network.members.acting import actor_of
from moyeora.network.members.actions import accounts, people
from moyeora.network.members.models import BankAccount, Firm, Holding, Person
from moyeora.network.orders.actions import contracts, deliveries
from moyeora.network.orders.mailings import actions as mailings
from moyeora.network.orders.mailings.upload import JOB
from moyeora.network.orders.mailings.vault import Vault
from moyeora.network.orders.menu import pass_deadlines
from moyeora.network.orders.models import CustomerLink, Mailing, WorkPackage

OWNER = "281-97-27990"
REAL_HOUSEHOLDS = 2_469
CUSTOMER = Actor(office=Office.CUSTOMER)
STORE = "온결백화점"
DAYS = 90  # the story begins so many days ago


class Story:
    """780 firms, one item, one consortium, one mailing, every won."""

    def __init__(self, households: int | None) -> None:
        self.households = households
        self.pieces = households or REAL_HOUSEHOLDS
        self.day_one = timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0)
        self.day_one -= timedelta(days=DAYS)

    def told(self) -> bool:
        """Whether it was played in this database."""
        with scopes_disabled():
            return Item.objects.filter(owner__number=OWNER, title=self._title).exists()

    @property
    def _title(self) -> str:
        return f"{STORE} 고객 {self.pieces:,}명 개인화 우편"

    def play(self, teller: Any) -> None:
        """All of it, one line a step."""
        steps = (
            (0, "780 firms", self.network),
            (5, "The item, and the consortium that is proven best", self.item),
            (6, "Invitations, one decline, the repair", self.seats),
            (8, "Bank accounts, each by two people", self.accounts),
            (12, "The agreement: compared and signed by all", self.agreement),
            (20, "The contract with the customer", self.contract),
            (40, "The work before the press", self.first_work),
            (50, "The mailing: proofs, the customer's yes, printed", self.mailing),
            (60, "Sent; accepted, the last by silence", self.acceptance),
            (75, "Invoices, receipts, statements", self.money),
            (80, "Payouts; one comes back and is paid again", self.paying),
            (85, "The order closes; the customers' data are destroyed", self.destroy),
            (88, "Trial balance, and the journal verified offline", self.proof),
        )
        for day, name, step in steps:
            with clock.at(self.day_one + timedelta(days=day)), teller.step(name) as tell:
                step(tell)
        teller.end()

    def network(self, tell: Any) -> None:
        """The demonstration network, and who acts in the story."""
        filling.fill(CLOCK, None)
        with scopes_disabled():
            tell(f"{Firm.objects.count()} firms, {Consortium.objects.count()} past consortia")
            self.lead = Firm.objects.get(number=OWNER)

    def accounts(self, tell: Any) -> None:
        """Every party's owner enters its account; the association calls back; three days later
        it is in use.
        """
        for at, firm in enumerate(self._parties()):
            with self._owner_of(firm) as actor:
                number = str(110_2400_0001 + at)
                account = accounts.ask(
                    actor, firm, bank="기업은행", number=number, holder=firm.name
                )
            with scopes_disabled():
                accounts.confirm_by_call(self._coordinator(), account, last_four=number[-4:])
        with scopes_disabled(), clock.at(clock.now() + timedelta(days=3, hours=1)):
            for account in BankAccount.objects.filter(state=BankAccount.State.CONFIRMED):
                accounts.use(CLOCK, account)
            used = BankAccount.objects.filter(state=BankAccount.State.USED).count()
        tell(f"{used} in use after the association's call and three days")

    def item(self, tell: Any) -> None:
        """The direct-mail firm's owner enters the item; formation proposes in the background."""
        table = example()
        today = clock.today()
        table["item"] |= {
            "id": "story",
            "title": self._title,
            "start": today + timedelta(days=14),
            "due": today + timedelta(days=14 + 7 * 12),
            "price": 42_000_000 + 170 * self.pieces,
            "budget": 38_000_000 + 150 * self.pieces,
        }
        for need in table["need"]:
            if need["unit"] in ("record", "piece"):
                need["quantity"] = self.pieces
            if need["id"] == "printing":
                need["split"] = False  # one press job, one register
        with self._owner() as actor:
            self.the_item = consortia.create_item(actor, self.lead, table=table)
            consortia.open_item(actor, self.the_item)
            consortia.propose(actor, self.the_item)
        work(until_idle=True)
        with self._owner():
            proposal = self.the_item.proposals.first()
            view = proposal.view
            names = dict.fromkeys(share["name"] for share in view["shares"])
        tell(f"{', '.join(names)}; {'proven' if view['proven'] else 'not proven'}")
        tell(f"{len(view.get('runners_up', []))} runners-up")
        self.proposal = proposal

    def seats(self, tell: Any) -> None:
        """One declines; the repair keeps the others."""
        deadline = clock.now() + timedelta(days=5)
        with self._owner() as actor:
            group = consortia.invite(actor, self.proposal, deadline=deadline)
            self.group = group
            asked = list(group.seats.select_related("firm").order_by("begins", "id"))
        unwilling = next(seat for seat in reversed(asked) if seat.firm_id != self.lead.id)
        for seat in asked:
            with self._owner_of(seat.firm) as actor:
                mine = Seat.own.get(id=seat.id)
                if seat == unwilling:
                    consortia.decline(actor, mine, reason="그 기간에는 설비가 모두 찼습니다")
                else:
                    consortia.accept(actor, mine)
        work(until_idle=True)
        with self._owner() as actor:
            repair = self.the_item.proposals.first()
            consortia.take_repair(actor, repair, deadline=deadline)
            new = list(self.group.seats.filter(state=Seat.State.INVITED).select_related("firm"))
        for seat in new:
            with self._owner_of(seat.firm) as actor:
                consortia.accept(actor, Seat.own.get(id=seat.id))
        self.group.refresh_from_db()
        assert self.group.state == Consortium.State.AGREEING, self.group.state
        tell(f"{unwilling.firm.name} declines, {', '.join(s.firm.name for s in new)} takes over")

    def agreement(self, tell: Any) -> None:
        """v(S) is computed, each firm compares what it would get, all sign one text."""
        with self._owner() as actor:
            terms = agreements.first_terms(self.group)
            agreements.ask_for_worth(actor, self.group, terms=terms)
        work(until_idle=True)
        with self._owner() as actor:
            terms = agreements.first_terms(self.group)
            found = divisions(self.group.id, terms)
            rule = "shapley"
            terms = terms.with_weights(rule, found[rule])
            terms = self._filled(terms)
            agreements.write_draft(actor, self.group, terms=terms)
            mine = outlooks(
                terms,
                found,
                self.lead.number,
                own_cost(self.group.id, self.lead.id),
                worth_of(self.group.id, terms),
                own_bands(self.group.id, terms),
            )
            offered = agreements.offer_for_signature(actor, self.group, days=14)
        tell(f"{len(mine)} divisions compared")
        for firm in self._parties():
            with self._owner_of(firm) as actor:
                offered = agreements.sign(actor, offered, text_hash=offered.text_hash)
        assert offered.state == Agreement.State.IN_FORCE
        shares = ", ".join(f"{party.name} {party.weight / 10:g}%" for party in terms.parties)
        tell(f"signed by {len(self._parties())}: {shares}")

    def contract(self, tell: Any) -> None:
        """The seats become work packages; printing is a mailing."""
        with self._owner() as actor:
            contract = contracts.conclude(
                actor,
                self.group,
                email="order@ongyeol.example",
                concluded=clock.today(),
                mailings=frozenset({"printing"}),
            )
            order = contract.orders.get(version=1)
            packages = self.group.packages.count()
            invoice = deliveries.issue_invoice(
                actor, self.group, what="선금 30%", gross=order.price * 3 // 10, on=clock.today()
            )
        self.price, self.advance = order.price, invoice.gross
        tell(f"{order.price:,} KRW, {packages} work packages")

    def first_work(self, tell: Any) -> None:
        """Data, software and design are delivered whole and accepted by the customer's link."""
        done = []
        for package in self._packages():
            if package.mailing or any(before.mailing for before in self._before(package)):
                continue
            self._deliver(package, accept=True)
            done.append(package.title)
        tell(", ".join(done))

    def mailing(self, tell: Any) -> None:
        """Consents, the job sealed as it comes in, proofs, the customer's yes, the volumes."""
        package = next(one for one in self._packages() if one.mailing)
        with self._owner_of(package.firm) as actor:
            mailing = mailings.begin(actor, package)
        with self._owner() as actor:
            for firm in (self.lead, package.firm):
                mailing = mailings.record_consent(
                    actor,
                    mailing,
                    firm=firm.id,
                    given=clock.today(),
                    document="개인정보 위탁 동의서",
                )
        digest, size = packed_job(self.households, Vault(mailing.id), JOB)
        with self._owner_of(package.firm) as actor:
            mailings.take_upload(actor, mailing, digest=digest, size=size)
        work(until_idle=True)
        with self._owner() as actor:
            mailing.refresh_from_db()
            assert mailing.state == Mailing.State.PROOFED, mailing.problem
            link, _ = deliveries.make_link(
                actor, self.group, purpose=CustomerLink.Purpose.PROOF, subject=mailing.id
            )
        with scopes_disabled():
            mailings.approve(CUSTOMER, mailing, fingerprint=mailing.fingerprint, link=link.id)
        with self._owner_of(package.firm) as actor:
            mailings.print_it(actor, mailing)
        work(until_idle=True)
        with self._owner():
            mailing.refresh_from_db()
        assert mailing.state == Mailing.State.PRINTED, mailing.problem
        counts = mailing.counts
        tell(f"{mailing.proofs} proofs; {counts['printed']:,} of {counts['inputs']:,} printed")
        tell(f"{counts['pages']:,} pages, {counts['held']:,} held")
        self.the_mailing = mailing

    def acceptance(self, tell: Any) -> None:
        """The printed pieces are accepted by link, what is left by silence."""
        for package in self._packages():
            if package.mailing:
                with self._owner():
                    waiting = list(package.deliveries.filter(state="waiting"))
                for delivery in waiting:
                    self._accept(delivery)
            elif package.state != WorkPackage.State.ACCEPTED:
                self._deliver(package, accept=False)
        later = clock.now() + timedelta(days=8)
        silent = pass_deadlines(later)
        with self._owner():
            states = {
                package.title: package.get_state_display() for package in self.group.packages.all()
            }
        tell(f"{silent} by silence; " + ", ".join(f"{k} {v}" for k, v in states.items()))

    def money(self, tell: Any) -> None:
        """Two receipts with the bank's references, each divided to the last won."""
        with self._owner() as actor:
            deliveries.issue_invoice(
                actor, self.group, what="잔금", gross=self.price - self.advance, on=clock.today()
            )
            divided = []
            for at, amount in enumerate((self.advance, self.price - self.advance)):
                receipt = receipts.record_receipt(
                    actor,
                    self.group,
                    on=clock.today() + timedelta(days=at),
                    amount=amount,
                    bank_reference=f"IBK-{clock.today():%Y%m%d}-{at + 1}",
                )
                divided.append(receipts.divide(actor, receipt))
        for statement in divided:
            lines = sum(line["amount"] for line in statement.made["lines"])
            assert lines == statement.made["amount"], "every won has a home"
        tell(f"{sum(s.made['amount'] for s in divided):,} KRW in {len(divided)} statements")

    def paying(self, tell: Any) -> None:
        """All that is due goes out; one payment bounces and goes out again."""
        paid = 0
        for again in (False, True):
            with self._owner() as actor:
                batch = payouts.send(actor, payouts.instruct(actor, self.group))
                rows = list(batch.payouts.exclude(firm=None).order_by("party"))
                rest = list(batch.payouts.filter(firm=None))
                if not again:
                    payouts.bounce(actor, rows.pop(), reason="예금주명 불일치")
                for payout in [*rows, *rest]:
                    payouts.confirm(actor, payout)
                    paid += payout.amount
        with self._owner():
            bounced = Payout.objects.filter(state=Payout.State.BOUNCED).count()
        tell(f"{paid:,} KRW paid, {bounced} came back and was paid again")

    def destroy(self, tell: Any) -> None:
        """Closing the order destroys the mailing; the signed statement stays."""
        with self._owner() as actor:
            contracts.close(actor, self.group.contract)
        work(until_idle=True)
        with self._owner():
            self.the_mailing.refresh_from_db()
        assert self.the_mailing.state == Mailing.State.DESTROYED
        assert not Vault(self.the_mailing.id).folder.exists()
        tell(f"statement {self.the_mailing.statement['sha256'][:12]}…")

    def proof(self, tell: Any) -> None:
        """The books are zero; the chain of the consortium verifies with nothing but its files."""
        with scopes_disabled():
            rows = trial_balance(self.group.id)
            assert out_of_balance(rows) == {}
            tell(f"{len(rows)} accounts, sum 0")
            checkpoints.checkpoint_all()
            text = "".join(export.export(self.group.id, Reader(association=True, auditor=True)))
            signed = checkpoints.Checkpoint.objects.filter(chain=self.group.id).first()
        verdict = verify(text, [signed.signed], [_keys()])
        assert verdict.holds, verdict.findings
        tell(f"{verdict.length} entries hold, {verdict.covered} under a signed checkpoint")

    # Who acts

    @contextmanager
    def _as(self, actor: Actor) -> Iterator[Actor]:
        with scope(**actor.scopes()):
            yield actor

    def _owner(self) -> Any:
        return self._owner_of(self.lead)

    def _owner_of(self, firm: Firm) -> Any:
        with scopes_disabled():
            holding = Holding.objects.filter(
                firm=firm, office=Office.OWNER, ended__isnull=True
            ).first()
            holding = holding or self._join(firm)
        return self._as(actor_of(holding, fresh=True))

    def _join(self, firm: Firm) -> Holding:
        """The coordinator invites an owner of a firm that has nobody here yet."""
        email = f"owner.{firm.number}@demo.example"
        _, secret = people.invite(
            self._coordinator(), firm, email=email, name="이대표", office=Office.OWNER
        )
        holding = people.accept(ANYONE, secret, password=filling.password())
        Person.objects.filter(id=holding.person_id).update(made_up=True)
        return holding

    def _coordinator(self) -> Actor:
        holding = Holding.objects.filter(office=Office.COORDINATOR, ended__isnull=True).first()
        return actor_of(holding, fresh=True)

    def _parties(self) -> list[Firm]:
        with scopes_disabled():
            rows = Party.objects.filter(consortium=self.group, left=None).select_related("firm")
            return [party.firm for party in rows.order_by("since", "id")]

    def _packages(self) -> list[WorkPackage]:
        with scopes_disabled():
            return list(self.group.packages.select_related("firm").order_by("begins", "key"))

    def _before(self, package: WorkPackage) -> list[WorkPackage]:
        with scopes_disabled():
            return list(self.group.packages.filter(key__in=package.after))

    def _filled(self, terms: Any) -> Any:
        return replace(
            terms,
            customer=STORE,
            late_each=100_000,
            bank="기업은행",
            account="1102400000",
            holder=self.lead.name,
        )

    def _deliver(self, package: WorkPackage, *, accept: bool) -> None:
        with self._owner_of(package.firm) as actor:
            delivery = deliveries.deliver(
                actor, package, quantity=package.quantity - deliveries.delivered(package)
            )
        if accept:
            self._accept(delivery)

    def _accept(self, delivery: Any) -> None:
        with self._owner() as actor:
            link, _ = deliveries.make_link(
                actor, self.group, purpose=CustomerLink.Purpose.DELIVERY, subject=delivery.id
            )
        with scopes_disabled():
            deliveries.answer_delivery(CUSTOMER, delivery, accept=True, link=link.id)


def _keys() -> str:
    return json.dumps(keys.public_keys())
