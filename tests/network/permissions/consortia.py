"""Who may do what from an item to accepted seats. The agreement's rows stand beside these."""

from datetime import date, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from tests.network.consortia_world import SMALL
from tests.network.permissions import to

PAGES = """
                   | of the firm it is about | other firms     | association        | agency   |         |
                   | owner staff accountant  | partner outside | coordinator board  | reviewer | auditor | anyone
consortia          | ok    ok    403         | ok      ok      | ok          ok     | 403      | ok      | login
item_new           | ok    ok    403         | ok      ok      | 403         403    | 403      | 403     | login
POST item_new      | go    go    403         | go      go      | 403         403    | 403      | 403     | login
POST item_upload   | go    go    403         | go      go      | 403         403    | 403      | 403     | login
item               | ok    ok    403         | 404     404     | 403         403    | 403      | 403     | login
item_edit          | ok    ok    403         | 404     404     | 403         403    | 403      | 403     | login
POST item_edit     | go    go    403         | 404     404     | 403         403    | 403      | 403     | login
POST item_open     | go    403   403         | 404     404     | 403         403    | 403      | 403     | login
POST item_propose  | go    403   403         | 404     404     | 403         403    | 403      | 403     | login
POST item_close    | go    403   403         | 404     404     | 403         403    | 403      | 403     | login
POST item_delete   | go    go    403         | 404     404     | 403         403    | 403      | 403     | login
proposal           | ok    ok    403         | 404     404     | 403         403    | 403      | 403     | login
POST proposal_take | go    403   403         | 404     404     | 403         403    | 403      | 403     | login
seat               | ok    ok    403         | 404     404     | 403         403    | 403      | 403     | login
POST seat_accept   | again 403   403         | 404     404     | 403         403    | 403      | 403     | login
POST seat_decline  | go    403   403         | 404     404     | 403         403    | 403      | 403     | login
POST seat_withdraw | go    403   403         | 403     404     | 403         403    | 403      | 403     | login
closed_items       | ok    ok    403         | ok      ok      | 403         403    | 403      | 403     | login
closed_item        | ok    ok    403         | ok      ok      | 403         403    | 403      | 403     | login
POST closed_item   | go    403   403         | go      422     | 403         403    | 403      | 403     | login
questions          | 403   403   403         | 403     403     | ok          ok     | 403      | 403     | login
consortium         | ok    ok    403         | ok      404     | ok          ok     | 403      | ok      | login
POST repair_ask    | go    403   403         | 403     404     | 403         403    | 403      | 403     | login
leave              | ok    ok    403         | ok      404     | 403         403    | 403      | 403     | login
POST leave         | again 403   403         | again   404     | 403         403    | 403      | 403     | login
dissolve           | ok    ok    403         | ok      404     | 403         403    | 403      | 403     | login
POST dissolve      | go    403   403         | 403     404     | 403         403    | 403      | 403     | login
"""

API = """
                                               | of the firm it is about | other firms     | association        | agency   |         |
                                               | owner staff accountant  | partner outside | coordinator board  | reviewer | auditor | anyone
GET /consortia                                 | ok    ok    403         | ok      ok      | ok          ok     | 403      | ok      | 401
GET /consortia/{consortium_id}                 | ok    ok    403         | ok      404     | ok          ok     | 403      | ok      | 401
GET /consortia/items                           | ok    ok    403         | ok      ok      | 403         403    | 403      | 403     | 401
POST /consortia/items                          | ok    ok    403         | ok      ok      | 403         403    | 403      | 403     | 401
GET /consortia/items/{item_id}                 | ok    ok    403         | 404     404     | 403         403    | 403      | 403     | 401
PUT /consortia/items/{item_id}                 | ok    ok    403         | 404     404     | 403         403    | 403      | 403     | 401
DELETE /consortia/items/{item_id}              | ok    ok    403         | 404     404     | 403         403    | 403      | 403     | 401
POST /consortia/items/{item_id}/open           | ok    403   403         | 404     404     | 403         403    | 403      | 403     | 401
POST /consortia/items/{item_id}/close          | ok    403   403         | 404     404     | 403         403    | 403      | 403     | 401
POST /consortia/items/{item_id}/propose        | 202   403   403         | 404     404     | 403         403    | 403      | 403     | 401
GET /consortia/items/{item_id}/proposals       | ok    ok    403         | 404     404     | 403         403    | 403      | 403     | 401
GET /consortia/proposals/{proposal_id}         | ok    ok    403         | 404     404     | 403         403    | 403      | 403     | 401
POST /consortia/proposals/{proposal_id}/take   | ok    403   403         | 404     404     | 403         403    | 403      | 403     | 401
GET /consortia/seats                           | ok    ok    403         | ok      ok      | 403         403    | 403      | 403     | 401
POST /consortia/seats/{seat_id}/accept         | 403   403   403         | 404     404     | 403         403    | 403      | 403     | 401
POST /consortia/seats/{seat_id}/decline        | ok    403   403         | 404     404     | 403         403    | 403      | 403     | 401
"""

ACTIONS = """
                           | of the firm it is about | other firms     | association        | agency   |         |
                           | owner staff accountant  | partner outside | coordinator board  | reviewer | auditor | anyone
consortia.item.create      | ok    ok    no          | no      no      | no          no     | no       | no      | no
consortia.item.change      | ok    ok    no          | no      no      | no          no     | no       | no      | no
consortia.item.delete      | ok    ok    no          | no      no      | no          no     | no       | no      | no
consortia.item.open        | ok    no    no          | no      no      | no          no     | no       | no      | no
consortia.item.close       | ok    no    no          | no      no      | no          no     | no       | no      | no
consortia.propose          | ok    no    no          | no      no      | no          no     | no       | no      | no
consortia.invite           | ok    no    no          | no      no      | no          no     | no       | no      | no
consortia.seat.accept      | ok    no    no          | no      no      | no          no     | no       | no      | no
consortia.seat.decline     | ok    no    no          | no      no      | no          no     | no       | no      | no
consortia.seat.expire      | no    no    no          | no      no      | no          no     | no       | no      | no
consortia.seat.withdraw    | ok    no    no          | no      no      | no          no     | no       | no      | no
consortia.answer.write     | no    no    no          | no      no      | no          no     | no       | no      | no
consortia.question.answer  | no    no    no          | no      no      | no          no     | no       | no      | no
consortia.repair.ask       | ok    no    no          | no      no      | no          no     | no       | no      | no
consortia.repair.take      | ok    no    no          | no      no      | no          no     | no       | no      | no
consortia.leave            | ok    no    no          | ok      no      | no          no     | no       | no      | no
consortia.dissolve         | ok    no    no          | no      no      | no          no     | no       | no      | no
consortia.ask              | ok    no    no          | ok      ok      | no          no     | no       | no      | no
"""


class Anew(SimpleUploadedFile):
    """A file that each person sends from its beginning."""

    def read(self, *octets):
        self.seek(0)
        return super().read(*octets)


def given(people):
    from moyeora.network.consortia.item_table import read, store
    from moyeora.network.consortia.models import (
        Consortium,
        Item,
        Party,
        Proposal,
        Sealed,
        Seat,
        SeatTerms,
    )
    from moyeora.network.consortia.snapshot import Snapshot
    from moyeora.network.frame.clock import now, today

    ours, partner, other = (people.firms[name] for name in ("ours", "partner", "other"))
    soon = today() + timedelta(days=30)
    table = SMALL | {
        "item": SMALL["item"] | {"start": soon, "due": soon + timedelta(days=90)},
    }

    def item(state, owner=ours):
        made = Item(owner=owner, created=now(), created_by=people.holdings["ours.owner"].person_id)
        made.state = state
        made.closed = now() if state == Item.State.CLOSED else None
        store(made, read(table, today()), table)
        return made

    def consortium(seats):
        made = Consortium.objects.create(
            item=item(Item.State.OPEN), title="우편", lead=ours, created=now()
        )
        for firm in (ours, partner):
            Party.objects.create(consortium=made, firm=firm, since=now())
        return made, [seat(made, *one) for one in seats]

    def seat(made, firm, need, state):
        one = Seat.objects.create(
            consortium=made,
            firm=firm,
            need=need,
            title=need,
            role="design",
            quantity=10,
            unit="day",
            begins=soon,
            ends=soon,
            state=state,
            deadline=now() + timedelta(days=7),
        )
        SeatTerms.objects.create(seat=one, cost=1, currency="KRW")
        return one

    def proposal(of, kind, group=None):
        made = Proposal.objects.create(
            item=of,
            consortium=group,
            kind=kind,
            created=now(),
            view={"state": "found", "cost": {"from": 1, "to": 1}, "currency": "KRW"}
            | {"days": 1, "offers": 1, "offers_left": 1, "proven": True, "gap_percent": 0},
        )
        Sealed.objects.create(
            proposal=made, plan={"shares": []}, snapshot=Snapshot([], [], []).pack()
        )
        return made

    draft, opened = item(Item.State.DRAFT), item(Item.State.OPEN)
    plan = proposal(opened, Proposal.Kind.PLAN)
    closed = item(Item.State.CLOSED, other)
    proposal(closed, Proposal.Kind.PLAN)
    group, (mine, theirs) = consortium(
        [(ours, "design", Seat.State.INVITED), (partner, "print", Seat.State.ACCEPTED)]
    )
    people.audits(group)
    repair = proposal(group.item, Proposal.Kind.REPAIR, group)
    file = Anew("item.toml", _file(table).encode())
    deadline = str(today() + timedelta(days=9))
    at_draft, at_open = to(item_id=draft.id), to(item_id=opened.id)
    at_seat, at_group = to(seat_id=mine.id), to(consortium_id=group.id)
    form = _form(table)
    body = {"item": table["item"], "need": table["need"], "wishes": table["wishes"]}
    return {
        "POST item_new": to().send(**form),
        "POST item_upload": to().send(file=file),
        "item": at_draft,
        "item_edit": at_draft,
        "POST item_edit": at_draft.send(**form),
        "POST item_open": at_draft,
        "POST item_propose": at_open,
        "POST item_close": at_open,
        "POST item_delete": at_draft,
        "proposal": to(proposal_id=plan.id),
        "POST proposal_take": to(proposal_id=plan.id).send(deadline=deadline),
        "seat": at_seat,
        "POST seat_accept": at_seat,
        "POST seat_decline": at_seat.send(reason="바쁩니다"),
        "POST seat_withdraw": at_seat,
        "closed_item": to(item_id=closed.id),
        "POST closed_item": to(item_id=closed.id),
        "consortium": at_group,
        "POST repair_ask": at_group,
        "leave": at_group,
        "POST leave": at_group.send(**{"reason": "폐업", f"done.{theirs.id}": 0}),
        "dissolve": at_group,
        "POST dissolve": at_group.send(reason="고객 취소"),
        "GET /consortia/{consortium_id}": at_group,
        "POST /consortia/items": to().send(**body),
        "GET /consortia/items/{item_id}": at_draft,
        "PUT /consortia/items/{item_id}": at_draft.send(**body),
        "DELETE /consortia/items/{item_id}": at_draft,
        "POST /consortia/items/{item_id}/open": at_draft,
        "POST /consortia/items/{item_id}/close": at_open,
        "POST /consortia/items/{item_id}/propose": at_open,
        "GET /consortia/items/{item_id}/proposals": at_open,
        "GET /consortia/proposals/{proposal_id}": to(proposal_id=plan.id),
        "POST /consortia/proposals/{proposal_id}/take": to(proposal_id=plan.id).send(
            deadline=(now() + timedelta(days=9)).isoformat()
        ),
        "POST /consortia/seats/{seat_id}/accept": at_seat,
        "POST /consortia/seats/{seat_id}/decline": at_seat.send(reason="바쁩니다"),
        "consortia.item.create": ours,
        "consortia.item.change": draft,
        "consortia.item.delete": draft,
        "consortia.item.open": draft,
        "consortia.item.close": opened,
        "consortia.propose": opened,
        "consortia.invite": plan,
        "consortia.seat.accept": mine,
        "consortia.seat.decline": mine,
        "consortia.seat.expire": mine,
        "consortia.seat.withdraw": mine,
        "consortia.repair.ask": group,
        "consortia.repair.take": repair,
        "consortia.leave": group,
        "consortia.dissolve": group,
        "consortia.ask": closed,
    }


def _form(table):
    """A table as the item's page sends it."""
    form = {f"{key}": value for key, value in table["item"].items()}
    form |= {"currency": "KRW", "first": "cost", "needs": len(table["need"])}
    for at, need in enumerate(table["need"]):
        sent = {
            "key": need["id"],
            "title": need["title"],
            "role": need["role"],
            "capability": need["capability"][0],
            "quantity": need["quantity"],
        }
        form |= {f"need{at}-{name}": value for name, value in sent.items()}
    return form


def _file(table):
    """A table as an item.toml, as far as these values go."""

    def lines(values):
        for key, value in values.items():
            if isinstance(value, bool):
                yield f"{key} = {str(value).lower()}"
            elif isinstance(value, (int, date)):
                yield f"{key} = {value}"
            elif isinstance(value, list):
                yield f"{key} = [{', '.join(repr(one) for one in value)}]"
            else:
                yield f'{key} = "{value}"'

    text = ["[item]", *lines(table["item"])]
    for need in table["need"]:
        text += ["[[need]]", *lines(need)]
    return "\n".join(text)
