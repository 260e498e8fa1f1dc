"""Who may do what about a consortium's auditor; what that one may see stands in the other rooms."""

from datetime import timedelta

from tests.network.permissions import to

PAGES = """
                     | of the firm it is about | other firms     | association        | agency   |         |
                     | owner staff accountant  | partner outside | coordinator board  | reviewer | auditor | anyone
auditor              | ok    ok    403         | ok      404     | ok          ok     | 403      | ok      | login
POST auditor         | 422   403   403         | 422     404     | 403         403    | 403      | 403     | login
POST auditor_invite  | go    403   403         | go      404     | 403         403    | 403      | 403     | login
POST auditor_relieve | go    403   403         | go      404     | 403         403    | 403      | 403     | login
"""

ACTIONS = """
                          | of the firm it is about | other firms     | association        | agency   |         |
                          | owner staff accountant  | partner outside | coordinator board  | reviewer | auditor | anyone
consortia.auditor.name    | ok    no    no          | ok      no      | no          no     | no       | no      | no
consortia.auditor.invite  | ok    no    no          | ok      no      | no          no     | no       | no      | no
consortia.auditor.relieve | ok    no    no          | ok      no      | no          no     | no       | no      | no
consortia.auditor.close   | no    no    no          | no      no      | no          no     | no       | no      | no
"""


def given(people):
    from tests.network.consortium import SEATS, acting, agreeing

    from moyeora.network.consortia.agreements import ballots
    from moyeora.network.consortia.auditors import actions
    from moyeora.network.frame.clock import today

    group = agreeing(people)
    people.audits(group)
    until = today() + timedelta(days=30)
    with acting(people.actor("ours.owner")) as actor:
        ballot = actions.name(actor, group, name="한공정", email="han@audit.example", until=until)
    for key in SEATS:
        with acting(people.actor(f"{key}.owner")) as actor:
            ballots.vote(actor, ballot, choice="yes")
    at_group, agreed = to(consortium_id=group.id), to(appointment_id=ballot.appointment_id)
    return {
        "auditor": at_group,
        "POST auditor": at_group.send(
            name="한공정", email="han@audit.example", until=until.isoformat()
        ),
        "POST auditor_invite": agreed,
        "POST auditor_relieve": agreed.send(reason="바쁘다고 합니다"),
        "consortia.auditor.name": group,
        "consortia.auditor.invite": ballot.appointment,
        "consortia.auditor.relieve": ballot.appointment,
        "consortia.auditor.close": ballot.appointment,
    }
