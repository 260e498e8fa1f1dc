"""Who may do what with an agreement, from its draft to the votes of its firms."""

from dataclasses import replace

from tests.network.permissions import to

PAGES = """
                       | of the firm it is about | other firms     | association        | agency   |         |
                       | owner staff accountant  | partner outside | coordinator board  | reviewer | auditor | anyone
agreements             | ok    ok    403         | ok      404     | ok          ok     | 403      | ok      | login
agreement_draft        | ok    403   403         | ok      404     | 403         403    | 403      | 403     | login
POST agreement_draft   | 422   403   403         | 422     404     | 403         403    | 403      | 403     | login
agreement_compare      | ok    403   403         | ok      404     | 403         403    | 403      | 403     | login
POST agreement_compute | go    403   403         | go      404     | 403         403    | 403      | 403     | login
POST agreement_offer   | 422   403   403         | 422     404     | 403         403    | 403      | 403     | login
agreement              | ok    ok    403         | ok      404     | ok          ok     | 403      | ok      | login
POST agreement         | again 403   403         | again   404     | 403         403    | 403      | 403     | login
agreement_paper        | ok    ok    403         | ok      404     | ok          ok     | 403      | ok      | login
POST ballot_put        | go    403   403         | go      404     | 403         403    | 403      | 403     | login
POST ballot_vote       | again 403   403         | again   404     | 403         403    | 403      | 403     | login
"""

ACTIONS = """
                            | of the firm it is about | other firms     | association        | agency   |         |
                            | owner staff accountant  | partner outside | coordinator board  | reviewer | auditor | anyone
consortia.agreement.draft   | ok    no    no          | ok      no      | no          no     | no       | no      | no
consortia.agreement.compute | ok    no    no          | ok      no      | no          no     | no       | no      | no
consortia.agreement.offer   | ok    no    no          | ok      no      | no          no     | no       | no      | no
consortia.agreement.sign    | ok    no    no          | ok      no      | no          no     | no       | no      | no
consortia.agreement.refuse  | ok    no    no          | ok      no      | no          no     | no       | no      | no
consortia.agreement.lapse   | no    no    no          | no      no      | no          no     | no       | no      | no
consortia.ballot.put        | ok    no    no          | ok      no      | no          no     | no       | no      | no
consortia.ballot.vote       | ok    no    no          | ok      no      | no          no     | no       | no      | no
consortia.ballot.close      | no    no    no          | no      no      | no          no     | no       | no      | no
"""


def given(people):
    from tests.network.consortium import acting, agreeing

    from moyeora.network.consortia.agreements import actions, ballots

    group = agreeing(people)
    people.audits(group)
    with acting(people.actor("ours.owner")) as actor:
        terms = replace(actions.first_terms(group), customer="한빛백화점")
        actions.write_draft(actor, group, terms=terms)
        offered = actions.offer_for_signature(actor, group, days=14)
        ballot = ballots.put(actor, group, question="납기를 1주 늦춘다")
    at_group, at_offered = to(consortium_id=group.id), to(agreement_id=offered.id)
    return {
        "agreements": at_group,
        "agreement_draft": at_group,
        "POST agreement_draft": at_group,
        "agreement_compare": at_group,
        "POST agreement_compute": at_group,
        "POST agreement_offer": at_group.send(days="14"),
        "agreement": at_offered,
        "POST agreement": at_offered.send(text_hash=offered.text_hash),
        "agreement_paper": at_offered,
        "POST ballot_put": at_group.send(question="대금을 나눠 받는다"),
        "POST ballot_vote": to(ballot_id=ballot.id).send(choice="yes"),
        "consortia.agreement.draft": group,
        "consortia.agreement.compute": group,
        "consortia.agreement.offer": group,
        "consortia.agreement.sign": offered,
        "consortia.agreement.refuse": offered,
        "consortia.agreement.lapse": offered,
        "consortia.ballot.put": group,
        "consortia.ballot.vote": ballot,
        "consortia.ballot.close": ballot,
    }
