"""Who may do what with firms, offers, people, bank accounts and tables that come in."""

from typing import Any

from tests.network.permissions import to

from moyeora.network.frame.clock import now
from moyeora.network.members.actions import people as actions
from moyeora.network.members.imports import store
from moyeora.network.members.imports.reading import Table
from moyeora.network.members.models import BankAccount, Certificate, Offer, Terms, Token, Upload
from moyeora.network.members.secrets import new_secret

# The bank account waits for a call, since the firm has one owner; a table that has come in is
# seen by who sent it alone.
PAGES = """
                        | of the firm it is about | other firms     | association       | agency   |         |
                        | owner staff accountant | partner outside | coordinator board | reviewer | auditor | anyone
firm                    | ok    ok    ok         | ok      ok      | ok          ok    | ok       | ok      | login
my_firm                 | go    go    go         | go      go      | 403         403   | 403      | 403     | login
firm_change             | ok    403   403        | 403     403     | 403         403   | 403      | 403     | login
POST firm_change        | go    403   403        | 403     403     | 403         403   | 403      | 403     | login
certificates            | ok    403   403        | 403     403     | 403         403   | 403      | 403     | login
POST certificates       | go    403   403        | 403     403     | 403         403   | 403      | 403     | login
POST certificate_remove | go    403   403        | 403     403     | 403         403   | 403      | 403     | login
firm_leave              | ok    403   403        | 403     403     | 403         403   | 403      | 403     | login
POST firm_leave         | again 403   403        | 403     403     | 403         403   | 403      | 403     | login
offer_enter             | ok    403   403        | 403     403     | 403         403   | 403      | 403     | login
POST offer_enter        | go    403   403        | 403     403     | 403         403   | 403      | 403     | login
offer_change            | ok    403   403        | 403     403     | 403         403   | 403      | 403     | login
POST offer_change       | go    403   403        | 403     403     | 403         403   | 403      | 403     | login
offer_capacity          | ok    ok    403        | 403     403     | 403         403   | 403      | 403     | login
POST offer_capacity     | go    go    403        | 403     403     | 403         403   | 403      | 403     | login
POST offer_retire       | go    403   403        | 403     403     | 403         403   | 403      | 403     | login
people                  | ok    403   403        | 403     403     | ok          403   | 403      | 403     | login
POST people             | ok    403   403        | 403     403     | ok          403   | 403      | 403     | login
POST withdraw           | go    403   403        | 403     403     | go          403   | 403      | 403     | login
POST office_end         | go    go    403        | 403     403     | 403         403   | 403      | 403     | login
accept                  | ok    ok    ok         | ok      ok      | ok          ok    | ok       | ok      | ok
POST accept             | go    go    go         | go      go      | go          go    | go       | go      | login
tokens                  | ok    ok    ok         | ok      ok      | ok          ok    | ok       | ok      | login
POST tokens             | again again again      | again   again   | again       again | again    | again   | login
POST token_revoke       | go    403   403        | 403     403     | 403         403   | 403      | 403     | login
accounts                | ok    403   ok         | ok      ok      | 403         403   | 403      | 403     | login
account_ask             | ok    403   403        | ok      ok      | 403         403   | 403      | 403     | login
POST account_ask        | again 403   403        | again   again   | 403         403   | 403      | 403     | login
POST account_confirm    | again 403   403        | 404     404     | 404         404   | 404      | 404     | login
POST account_refuse     | go    403   403        | 404     404     | 404         404   | 404      | 404     | login
association             | 403   403   403        | 403     403     | ok          403   | 403      | 403     | login
association_people      | 403   403   403        | 403     403     | ok          403   | 403      | 403     | login
POST association_people | 403   403   403        | 403     403     | ok          403   | 403      | 403     | login
admit                   | 403   403   403        | 403     403     | ok          403   | 403      | 403     | login
POST admit              | 403   403   403        | 403     403     | go          403   | 403      | 403     | login
POST firm_suspend       | 403   403   403        | 403     403     | go          403   | 403      | 403     | login
POST firm_resume        | 403   403   403        | 403     403     | 422         403   | 403      | 403     | login
calls                   | 403   403   403        | 403     403     | ok          403   | 403      | 403     | login
call                    | 403   403   403        | 403     403     | ok          403   | 403      | 403     | login
POST call               | 403   403   403        | 403     403     | again       403   | 403      | 403     | login
imports                 | 403   403   403        | 403     403     | ok          403   | 403      | 403     | login
POST imports            | 403   403   403        | 403     403     | 422         403   | 403      | 403     | login
import_blank            | 403   403   403        | 403     403     | ok          403   | 403      | 403     | login
import                  | 403   403   403        | 403     403     | ok          403   | 403      | 403     | login
import_progress         | 403   403   403        | 403     403     | ok          403   | 403      | 403     | login
POST import_columns     | 403   403   403        | 403     403     | go          403   | 403      | 403     | login
POST import_fix         | 403   403   403        | 403     403     | go          403   | 403      | 403     | login
POST import_start       | 403   403   403        | 403     403     | go          403   | 403      | 403     | login
POST import_drop        | 403   403   403        | 403     403     | go          403   | 403      | 403     | login
demo                    | 403   403   403        | 403     403     | ok          403   | 403      | 403     | login
POST demo               | 403   403   403        | 403     403     | go          403   | 403      | 403     | login
"""

API = """
                                     | of the firm it is about | other firms     | association       | agency   |         |
                                     | owner staff accountant | partner outside | coordinator board | reviewer | auditor | anyone
GET /members/firms                   | ok    ok    ok         | ok      ok      | ok          ok    | ok       | ok      | 401
GET /members/firms/{firm}            | ok    ok    ok         | ok      ok      | ok          ok    | ok       | ok      | 401
GET /members/offers                  | ok    403   403        | ok      ok      | 403         403   | 403      | 403     | 401
GET /members/offers/{offer}          | ok    403   403        | 403     403     | 403         403   | 403      | 403     | 401
PATCH /members/offers/{offer}        | ok    403   403        | 403     403     | 403         403   | 403      | 403     | 401
PUT /members/offers/{offer}/capacity | ok    ok    403        | 403     403     | 403         403   | 403      | 403     | 401
"""

ACTIONS = """
                                | of the firm it is about | other firms     | association       | agency   |         |
                                | owner staff accountant | partner outside | coordinator board | reviewer | auditor | anyone
members.firm.admit              | no    no    no         | no      no      | ok          no    | no       | no      | no
members.firm.change             | ok    no    no         | no      no      | no          no    | no       | no      | no
members.firm.suspend            | no    no    no         | no      no      | ok          no    | no       | no      | no
members.firm.resume             | no    no    no         | no      no      | ok          no    | no       | no      | no
members.firm.leave              | ok    no    no         | no      no      | no          no    | no       | no      | no
members.certificate.add         | ok    no    no         | no      no      | no          no    | no       | no      | no
members.certificate.remove      | ok    no    no         | no      no      | no          no    | no       | no      | no
members.offer.enter             | ok    no    no         | no      no      | no          no    | no       | no      | no
members.offer.change            | ok    no    no         | no      no      | no          no    | no       | no      | no
members.offer.set_capacity      | ok    ok    no         | no      no      | no          no    | no       | no      | no
members.offer.retire            | ok    no    no         | no      no      | no          no    | no       | no      | no
members.person.invite           | ok    no    no         | no      no      | ok          no    | no       | no      | no
members.person.withdraw         | ok    no    no         | no      no      | ok          no    | no       | no      | no
members.person.accept           | ok    ok    ok         | ok      ok      | ok          ok    | ok       | ok      | ok
members.holding.end             | ok    ok    no         | no      no      | no          no    | no       | no      | no
members.token.make              | ok    no    no         | no      no      | no          no    | no       | no      | no
members.token.revoke            | ok    no    no         | no      no      | no          no    | no       | no      | no
members.account.ask             | ok    no    no         | no      no      | no          no    | no       | no      | no
members.account.confirm         | ok    no    no         | no      no      | no          no    | no       | no      | no
members.account.confirm_by_call | no    no    no         | no      no      | ok          no    | no       | no      | no
members.account.refuse          | ok    no    no         | no      no      | no          no    | no       | no      | no
members.account.use             | no    no    no         | no      no      | no          no    | no       | no      | no
members.import.upload           | no    no    no         | no      no      | ok          no    | no       | no      | no
members.import.map              | no    no    no         | no      no      | ok          no    | no       | no      | no
members.import.fix              | no    no    no         | no      no      | ok          no    | no       | no      | no
members.import.start            | no    no    no         | no      no      | ok          no    | no       | no      | no
members.import.commit           | no    no    no         | no      no      | ok          no    | no       | no      | no
members.import.drop             | no    no    no         | no      no      | ok          no    | no       | no      | no
members.demo.fill               | no    no    no         | no      no      | no          no    | no       | no      | no
members.demo.empty              | no    no    no         | no      no      | ok          no    | no       | no      | no
"""


def given(people: Any) -> dict[str, Any]:
    firm, owner, staff = (
        people.firms["ours"],
        people.holdings["ours.owner"],
        people.holdings["ours.staff"],
    )
    offer = Offer.objects.create(firm=firm, capability="offset-printing", unit="piece")
    Terms.objects.create(offer=offer, price=46, capacity="110000")
    certificate = Certificate.objects.create(firm=firm, name="ISO 9001")
    account = BankAccount.objects.create(
        firm=firm,
        bank="한빛은행",
        number="11022233344",
        holder="가나",
        asked_by=owner.person_id,
        asked_at=now(),
    )
    token = Token.objects.create(holding=owner, label="재고", digest=new_secret()[1])
    invitation, secret = actions.invite(
        people.actor("ours.owner"), firm, email="new@ours.example", name="새 사람", office="staff"
    )
    upload = _upload(people.holdings["coordinator"].person_id)
    profile = {"name": firm.name, "region": firm.region, "employees": "12"}
    terms = {"price": "46", "currency": "KRW", "capacity": "900"}
    person = {"name": "또 한 사람", "email": "one@ours.example"}
    at_offer, at_upload, at_firm = to(offer=offer.id), to(upload=upload.id), to(firm=firm.id)
    return {
        **dict.fromkeys(_OF_FIRM, at_firm),
        "POST firm_change": at_firm.send(**profile),
        "POST certificates": at_firm.send(name="ISO 14001"),
        "POST certificate_remove": to(certificate=certificate.id),
        "POST firm_suspend": at_firm.send(reason="서류가 늦다"),
        "POST offer_enter": at_firm.send(**terms, capability="prepress"),
        "offer_change": at_offer,
        "POST offer_change": at_offer.send(**terms),
        "offer_capacity": at_offer,
        "POST offer_capacity": at_offer.send(capacity="800"),
        "POST offer_retire": at_offer,
        "POST people": at_firm.send(**person, office="staff"),
        "POST association_people": to().send(**person, office="board"),
        "POST withdraw": to(invitation=invitation.id),
        "POST office_end": to(holding=staff.id),
        "accept": to(secret=secret),
        "POST accept": to(secret=secret).send(password="a long enough pass phrase"),
        "POST tokens": to().send(label="재고"),
        "POST token_revoke": to(token=token.id),
        "POST account_ask": to().send(bank="한빛은행", number="110222333444", holder="가나"),
        "POST account_confirm": to(account=account.id),
        "POST account_refuse": to(account=account.id),
        "POST admit": to().send(
            firm="124-81-00998", name="새 회사", trade="18113", region="서울 중구", employees="3"
        ),
        "call": to(account=account.id),
        "POST call": to(account=account.id).send(last_four="3344"),
        "import_blank": to(kind="members", format="xlsx"),
        "import": at_upload,
        "import_progress": at_upload,
        "POST import_columns": at_upload.send(
            **{f"heading-{at}": name for name, at in upload.mapping.items()}
        ),
        "POST import_fix": at_upload.send(**{"cell-2-name": "한빛"}),
        "POST import_start": at_upload,
        "POST import_drop": at_upload,
        "GET /members/firms/{firm}": at_firm,
        "GET /members/offers/{offer}": at_offer,
        "PATCH /members/offers/{offer}": at_offer.send(price=47),
        "PUT /members/offers/{offer}/capacity": at_offer.send(capacity="800"),
        **dict.fromkeys(_ABOUT_FIRM, firm),
        **dict.fromkeys(_ABOUT_OFFER, offer),
        "members.certificate.remove": certificate,
        "members.holding.end": staff,
        "members.token.make": owner,
        "members.token.revoke": token,
        "members.account.confirm": account,
        "members.account.confirm_by_call": account,
        "members.account.refuse": account,
        "members.account.use": account,
    }


_OF_FIRM = (
    *("firm", "firm_change", "certificates", "firm_leave", "POST firm_leave", "offer_enter"),
    *("people", "POST firm_resume"),
)
_ABOUT_FIRM = (
    *("members.firm.change", "members.firm.suspend", "members.firm.resume", "members.firm.leave"),
    *("members.certificate.add", "members.offer.enter", "members.account.ask"),
    *("members.person.invite", "members.person.withdraw"),
)
_ABOUT_OFFER = ("members.offer.change", "members.offer.set_capacity", "members.offer.retire")


def _upload(person: Any) -> Upload:
    headings = ("firm", "name", "trade", "region")
    row = (2, ("120-81-47521", "한빛", "18113", "서울 중구"))
    upload = Upload.objects.create(
        kind="members",
        name="firms.csv",
        digest="",
        encoding="UTF-8",
        rows=1,
        person=person,
        created=now(),
        headings=list(headings),
        mapping={name: at for at, name in enumerate(headings)},
    )
    store.keep(upload, Table(headings, (row,), "UTF-8"))
    return upload
