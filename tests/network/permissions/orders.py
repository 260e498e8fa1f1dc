"""Who may do what for an order, with the customer's links."""

from datetime import date

from tests.network.permissions import to

PAGES = """
                      | of the firm it is about | other firms     | association        | agency   |         |
                      | owner staff accountant  | partner outside | coordinator board  | reviewer | auditor | anyone
order                 | ok    ok    403         | ok      404     | ok          ok     | 403      | ok      | login
order_conclude        | ok    403   403         | 403     404     | 403         403    | 403      | 403     | login
POST order_conclude   | 422   403   403         | 403     404     | 403         403    | 403      | 403     | login
order_change          | ok    403   403         | ok      404     | 403         403    | 403      | 403     | login
POST order_change     | 422   403   403         | 422     404     | 403         403    | 403      | 403     | login
POST order_close      | 422   403   403         | 403     404     | 403         403    | 403      | 403     | login
POST order_answer     | again 403   403         | again   404     | 403         403    | 403      | 403     | login
invoice_issue         | ok    403   403         | 403     404     | 403         403    | 403      | 403     | login
POST invoice_issue    | go    403   403         | 403     404     | 403         403    | 403      | 403     | login
invoice               | ok    ok    403         | ok      404     | ok          ok     | 403      | ok      | login
package               | ok    ok    403         | ok      404     | ok          ok     | 403      | ok      | login
POST package          | go    go    403         | 403     404     | 403         403    | 403      | 403     | login
POST link_make        | ok    ok    403         | 403     404     | 403         403    | 403      | 403     | login
POST mailing_begin    | 403   403   403         | go      404     | 403         403    | 403      | 403     | login
mailing               | ok    ok    403         | ok      404     | ok          ok     | 403      | ok      | login
POST mailing_consent  | go    go    403         | 403     404     | 403         403    | 403      | 403     | login
mailing_upload        | go    go    403         | go      404     | go          go     | 403      | go      | login
POST mailing_upload   | 422   422   403         | 422     404     | 403         403    | 403      | 403     | login
mailing_picture       | 404   404   403         | 404     404     | 403         403    | 403      | 403     | login
POST mailing_print    | 403   403   403         | 422     404     | 403         403    | 403      | 403     | login
POST mailing_destroy  | go    go    403         | go      404     | 403         403    | 403      | 403     | login
mailing_statement     | 404   404   403         | 404     404     | 404         404    | 403      | 404     | login
customer              | ok    ok    ok          | ok      ok      | ok          ok     | ok       | ok      | ok
POST customer         | go    go    go          | go      go      | go          go     | go       | go      | go
customer_picture      | 404   404   404         | 404     404     | 404         404    | 404      | 404     | 404
"""

API = """
                                              | of the firm it is about | other firms     | association        | agency   |         |
                                              | owner staff accountant  | partner outside | coordinator board  | reviewer | auditor | anyone
GET /orders/{consortium_id}/contract          | ok    ok    403         | ok      404     | ok          ok     | 403      | ok      | 401
GET /orders/{consortium_id}/versions          | ok    ok    403         | ok      404     | ok          ok     | 403      | ok      | 401
GET /orders/{consortium_id}/packages          | ok    ok    403         | ok      404     | ok          ok     | 403      | ok      | 401
GET /orders/packages/{package_id}             | ok    ok    403         | ok      404     | ok          ok     | 403      | ok      | 401
POST /orders/packages/{package_id}/deliveries | ok    ok    403         | 403     404     | 403         403    | 403      | 403     | 401
GET /orders/deliveries/{delivery_id}          | ok    ok    403         | ok      404     | ok          ok     | 403      | ok      | 401
GET /orders/{consortium_id}/invoices          | ok    ok    403         | ok      404     | ok          ok     | 403      | ok      | 401
POST /orders/{consortium_id}/invoices         | ok    403   403         | 403     404     | 403         403    | 403      | 403     | 401
GET /orders/invoices/{invoice_id}             | ok    ok    403         | ok      404     | ok          ok     | 403      | ok      | 401
"""

ACTIONS = """
                         | of the firm it is about | other firms     | association        | agency   |         |
                         | owner staff accountant  | partner outside | coordinator board  | reviewer | auditor | anyone
orders.contract.conclude | ok    no    no          | no      no      | no          no     | no       | no      | no
orders.contract.close    | ok    no    no          | no      no      | no          no     | no       | no      | no
orders.order.change      | ok    no    no          | ok      no      | no          no     | no       | no      | no
orders.order.answer      | ok    no    no          | ok      no      | no          no     | no       | no      | no
orders.delivery.make     | ok    ok    no          | no      no      | no          no     | no       | no      | no
orders.delivery.answer   | no    no    no          | no      no      | no          no     | no       | no      | no
orders.delivery.silence  | no    no    no          | no      no      | no          no     | no       | no      | no
orders.link.make         | ok    ok    no          | no      no      | no          no     | no       | no      | no
orders.link.revoke       | ok    ok    no          | no      no      | no          no     | no       | no      | no
orders.invoice.issue     | ok    no    no          | no      no      | no          no     | no       | no      | no
orders.mailing.begin     | no    no    no          | ok      no      | no          no     | no       | no      | no
orders.mailing.consent   | ok    ok    no          | no      no      | no          no     | no       | no      | no
orders.mailing.upload    | ok    ok    no          | ok      no      | no          no     | no       | no      | no
orders.mailing.proofed   | no    no    no          | no      no      | no          no     | no       | no      | no
orders.mailing.approve   | no    no    no          | no      no      | no          no     | no       | no      | no
orders.mailing.print     | no    no    no          | ok      no      | no          no     | no       | no      | no
orders.mailing.printed   | no    no    no          | no      no      | no          no     | no       | no      | no
orders.mailing.failed    | no    no    no          | no      no      | no          no     | no       | no      | no
orders.mailing.destroy   | ok    ok    no          | ok      no      | no          no     | no       | no      | no
orders.mailing.destroyed | no    no    no          | no      no      | no          no     | no       | no      | no
"""


def given(people):
    from tests.network.consortium import acting, agreed

    from moyeora.network.frame.clock import today
    from moyeora.network.orders import packages as texts
    from moyeora.network.orders.actions import contracts, deliveries
    from moyeora.network.orders.mailings import actions as mailings
    from moyeora.network.orders.models import CustomerLink, Order

    ours, partner = people.firms["ours"], people.firms["partner"]
    group = agreed(people)
    people.audits(group)
    with acting(people.actor("ours.owner")) as actor:
        contract = contracts.conclude(
            actor,
            group,
            email="order@store.example",
            concluded=date(2026, 12, 1),
            mailings=frozenset({"need-1"}),
        )
        order = contract.orders.get(state=Order.State.IN_FORCE)
        change = contracts.propose_change(
            actor,
            group,
            packages=texts.from_json(order.packages),
            price=order.price + 1,
            due=order.due,
            why="추가 요청",
        )
        mine = group.packages.get(firm=ours)
        delivery = deliveries.deliver(actor, mine, quantity=1)
        invoice = deliveries.issue_invoice(
            actor, group, what="선금", gross=1000, on=date(2027, 1, 4)
        )
        link, secret = deliveries.make_link(
            actor, group, purpose=CustomerLink.Purpose.DELIVERY, subject=delivery.id
        )
    printed = group.packages.get(firm=partner)
    with acting(people.actor("partner.staff")) as actor:
        mailing = mailings.begin(actor, printed)
    at_group, at_mailing = to(consortium_id=group.id), to(mailing_id=mailing.id)
    return {
        "order": at_group,
        "order_conclude": at_group,
        "POST order_conclude": at_group,
        "order_change": at_group,
        "POST order_change": at_group,
        "POST order_close": at_group,
        "POST order_answer": to(order_id=change.id).send(answer="agree"),
        "invoice_issue": at_group,
        "POST invoice_issue": at_group.send(
            what="잔금", gross=5, on="2027-03-01", vat_class="taxable"
        ),
        "invoice": to(invoice_id=invoice.id),
        "package": to(package_id=mine.id),
        "POST package": to(package_id=mine.id).send(quantity=5),
        "POST link_make": to(purpose="delivery", subject=delivery.id),
        "POST mailing_begin": to(package_id=printed.id),
        "mailing": at_mailing,
        "POST mailing_consent": at_mailing.send(
            firm=str(ours.id), given=today().isoformat(), document="동의서"
        ),
        "mailing_upload": at_mailing,
        "POST mailing_upload": at_mailing,
        "mailing_picture": to(mailing_id=mailing.id, number=1),
        "POST mailing_print": at_mailing,
        "POST mailing_destroy": at_mailing,
        "mailing_statement": at_mailing,
        "customer": to(secret=secret),
        "POST customer": to(secret=secret).send(answer="accept"),
        "customer_picture": to(secret=secret, number=1),
        **{
            f"GET /orders/{{consortium_id}}/{what}": at_group
            for what in ("contract", "versions", "packages", "invoices")
        },
        "GET /orders/packages/{package_id}": to(package_id=mine.id),
        "POST /orders/packages/{package_id}/deliveries": to(package_id=mine.id).send(quantity=5),
        "GET /orders/deliveries/{delivery_id}": to(delivery_id=delivery.id),
        "POST /orders/{consortium_id}/invoices": at_group.send(
            what="잔금", gross=5, on="2027-03-01"
        ),
        "GET /orders/invoices/{invoice_id}": to(invoice_id=invoice.id),
        "orders.contract.conclude": group,
        "orders.contract.close": contract,
        "orders.order.change": group,
        "orders.order.answer": change,
        "orders.delivery.make": mine,
        "orders.delivery.answer": delivery,
        "orders.delivery.silence": delivery,
        "orders.link.make": group,
        "orders.link.revoke": link,
        "orders.invoice.issue": group,
        "orders.mailing.begin": printed,
        **{
            f"orders.mailing.{name}": mailing
            for name in (
                "consent",
                "upload",
                "proofed",
                "approve",
                "print",
                "printed",
                "failed",
                "destroy",
                "destroyed",
            )
        },
    }
