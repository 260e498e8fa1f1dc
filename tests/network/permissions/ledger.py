"""Who may do what with money. An accountant reads statements and nothing else."""

from datetime import date

from tests.network.permissions import to

PAGES = """
                     | of the firm it is about | other firms     | association        | agency   |         |
                     | owner staff accountant  | partner outside | coordinator board  | reviewer | auditor | anyone
money                | ok    ok    ok          | ok      404     | ok          ok     | 403      | ok      | login
receipt_record       | ok    403   403         | 403     404     | 403         403    | 403      | 403     | login
POST receipt_record  | 422   403   403         | 403     404     | 403         403    | 403      | 403     | login
POST receipt_divide  | go    403   403         | 403     404     | 403         403    | 403      | 403     | login
books                | ok    ok    403         | ok      404     | ok          ok     | 403      | ok      | login
cost_claim           | ok    403   403         | ok      404     | 403         403    | 403      | 403     | login
POST cost_claim      | 422   403   403         | 422     404     | 403         403    | 403      | 403     | login
POST cost_answer     | 403   403   403         | go      404     | 403         403    | 403      | 403     | login
hold                 | ok    403   403         | ok      404     | 403         403    | 403      | 403     | login
POST hold            | 422   403   403         | 422     404     | 403         403    | 403      | 403     | login
POST hold_release    | go    403   403         | 422     404     | 403         403    | 403      | 403     | login
POST payout_instruct | again 403   403         | 403     404     | 403         403    | 403      | 403     | login
statement            | ok    ok    ok          | ok      404     | ok          ok     | 403      | ok      | login
statement_pdf        | ok    ok    ok          | ok      404     | ok          ok     | 403      | ok      | login
statements_export    | ok    ok    ok          | ok      404     | 403         403    | 403      | ok      | login
batch                | ok    403   403         | 403     404     | 403         403    | 403      | ok      | login
batch_file           | ok    403   403         | 403     404     | 403         403    | 403      | 403     | login
POST batch_send      | 422   403   403         | 403     404     | 403         403    | 403      | 403     | login
POST batch_paid      | go    403   403         | 403     404     | 403         403    | 403      | 403     | login
POST payout_end      | go    403   403         | 403     404     | 403         403    | 403      | 403     | login
"""

API = """
                                            | of the firm it is about | other firms     | association        | agency   |         |
                                            | owner staff accountant  | partner outside | coordinator board  | reviewer | auditor | anyone
GET /money/{consortium_id}/receipts         | ok    ok    ok          | ok      404     | ok          ok     | 403      | ok      | 401
POST /money/{consortium_id}/receipts        | ok    403   403         | 403     404     | 403         403    | 403      | 403     | 401
GET /money/receipts/{receipt_id}            | ok    ok    ok          | ok      404     | ok          ok     | 403      | ok      | 401
POST /money/receipts/{receipt_id}/divide    | ok    403   403         | 403     404     | 403         403    | 403      | 403     | 401
GET /money/{consortium_id}/statements       | ok    ok    ok          | ok      404     | ok          ok     | 403      | ok      | 401
GET /money/statements/{receipt_id}          | ok    ok    ok          | ok      404     | ok          ok     | 403      | ok      | 401
GET /money/{consortium_id}/export           | ok    ok    ok          | ok      404     | 403         403    | 403      | ok      | 401
GET /money/{consortium_id}/balance          | ok    ok    ok          | ok      404     | ok          ok     | 403      | ok      | 401
GET /money/{consortium_id}/books            | ok    ok    403         | ok      404     | ok          ok     | 403      | ok      | 401
GET /money/{consortium_id}/payouts          | ok    ok    ok          | ok      404     | ok          ok     | 403      | ok      | 401
GET /money/{consortium_id}/batches          | ok    403   403         | 403     404     | 403         403    | 403      | ok      | 401
GET /money/batches/{batch_id}               | ok    403   403         | 403     404     | 403         403    | 403      | ok      | 401
GET /money/batches/{batch_id}/file          | ok    403   403         | 403     404     | 403         403    | 403      | 403     | 401
POST /money/batches/{batch_id}/sent         | 422   403   403         | 403     404     | 403         403    | 403      | 403     | 401
POST /money/payouts/{payout_id}/confirm     | ok    403   403         | 403     404     | 403         403    | 403      | 403     | 401
POST /money/payouts/{payout_id}/bounce      | ok    403   403         | 403     404     | 403         403    | 403      | 403     | 401
GET /money/{consortium_id}/costs            | ok    ok    ok          | ok      404     | ok          ok     | 403      | ok      | 401
POST /money/{consortium_id}/costs           | ok    403   403         | ok      404     | 403         403    | 403      | 403     | 401
POST /money/costs/{claim_id}/answer         | 403   403   403         | ok      404     | 403         403    | 403      | 403     | 401
GET /money/{consortium_id}/holds            | ok    ok    ok          | ok      404     | ok          ok     | 403      | ok      | 401
"""

ACTIONS = """
                       | of the firm it is about | other firms     | association        | agency   |         |
                       | owner staff accountant  | partner outside | coordinator board  | reviewer | auditor | anyone
ledger.receipt.record  | ok    no    no          | no      no      | no          no     | no       | no      | no
ledger.receipt.divide  | ok    no    no          | no      no      | no          no     | no       | no      | no
ledger.cost.claim      | ok    no    no          | ok      no      | no          no     | no       | no      | no
ledger.cost.answer     | no    no    no          | ok      no      | no          no     | no       | no      | no
ledger.hold            | ok    no    no          | ok      no      | no          no     | no       | no      | no
ledger.release         | ok    no    no          | ok      no      | no          no     | no       | no      | no
ledger.payout.instruct | ok    no    no          | no      no      | no          no     | no       | no      | no
ledger.payout.send     | ok    no    no          | no      no      | no          no     | no       | no      | no
ledger.payout.confirm  | ok    no    no          | no      no      | no          no     | no       | no      | no
ledger.payout.bounce   | ok    no    no          | no      no      | no          no     | no       | no      | no
"""


def given(people):
    from tests.network.consortium import acting, agreed

    from moyeora.network.ledger import payouts, receipts

    group = agreed(people)
    people.audits(group)
    partner = people.firms["partner"]
    with acting(people.actor("ours.owner")) as actor:
        receipt = receipts.record_receipt(
            actor, group, on=date(2027, 1, 4), amount=27_000_000, bank_reference="IBK-1"
        )
        receipts.divide(actor, receipt)
        claim = receipts.claim_cost(actor, group, what="우편 요금", amount=5, document="영수증 1")
        held = payouts.hold(actor, group, firm=partner, amount=5, reason="색상")
        batch = payouts.instruct(actor, group)
        payouts.send(actor, batch)
        payout = batch.payouts.get(party=partner.number)
    at_group, at_receipt = to(consortium_id=group.id), to(receipt_id=receipt.id)
    at_batch, at_payout = to(batch_id=batch.id), to(payout_id=payout.id)
    return {
        "money": at_group,
        "receipt_record": at_group,
        "POST receipt_record": at_group,
        "POST receipt_divide": at_receipt,
        "books": at_group,
        "cost_claim": at_group,
        "POST cost_claim": at_group,
        "POST cost_answer": to(claim_id=claim.id).send(answer="approve"),
        "hold": at_group,
        "POST hold": at_group,
        "POST hold_release": to(hold_id=held.id),
        "POST payout_instruct": at_group,
        "statement": at_receipt,
        "statement_pdf": at_receipt,
        "statements_export": to(consortium_id=group.id, form="csv"),
        "batch": at_batch,
        "batch_file": to(batch_id=batch.id, form="xml"),
        "POST batch_send": at_batch,
        "POST batch_paid": at_batch,
        "POST payout_end": at_payout.send(answer="paid"),
        **{
            f"GET /money/{{consortium_id}}/{what}": at_group
            for what in (
                *("receipts", "statements", "export", "balance", "books", "payouts", "batches"),
                *("costs", "holds"),
            )
        },
        "POST /money/{consortium_id}/receipts": at_group.send(
            on="2027-02-01", amount=5_000_000, bank_reference="IBK-2"
        ),
        "GET /money/receipts/{receipt_id}": at_receipt,
        "POST /money/receipts/{receipt_id}/divide": at_receipt,
        "GET /money/statements/{receipt_id}": at_receipt,
        "GET /money/batches/{batch_id}": at_batch,
        "GET /money/batches/{batch_id}/file": at_batch,
        "POST /money/batches/{batch_id}/sent": at_batch,
        "POST /money/payouts/{payout_id}/confirm": at_payout,
        "POST /money/payouts/{payout_id}/bounce": at_payout.send(reason="없는 계좌"),
        "POST /money/{consortium_id}/costs": at_group.send(
            what="우편 요금", amount=5, document="영수증 2"
        ),
        "POST /money/costs/{claim_id}/answer": to(claim_id=claim.id).send(approve=True),
        "ledger.receipt.record": group,
        "ledger.receipt.divide": receipt,
        "ledger.cost.claim": group,
        "ledger.cost.answer": claim,
        "ledger.hold": group,
        "ledger.release": held,
        "ledger.payout.instruct": group,
        "ledger.payout.send": batch,
        "ledger.payout.confirm": payout,
        "ledger.payout.bounce": payout,
    }
