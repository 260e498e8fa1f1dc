"""Who may do what in `jobs`: a job is for who started it, and for owners and staff of the firm."""

from tests.network.permissions import to

from moyeora.network.jobs.models import State
from moyeora.network.jobs.work import start

PAGES = """
               | of the firm it is about | other firms     | association        | agency   |         |
               | owner staff accountant  | partner outside | coordinator board  | reviewer | auditor | anyone
job            | ok    ok    404         | 404     404     | 404         404    | 404      | 404     | login
POST job-stop  | go    go    404         | 404     404     | 404         404    | 404      | 404     | login
POST job-again | go    go    404         | 404     404     | 404         404    | 404      | 404     | login
"""
API = """
                   | of the firm it is about | other firms     | association        | agency   |         |
                   | owner staff accountant  | partner outside | coordinator board  | reviewer | auditor | anyone
GET /jobs/{job_id} | ok    ok    404         | 404     404     | 404         404    | 404      | 404     | 401
"""
ACTIONS = """
           | of the firm it is about | other firms     | association        | agency   |         |
           | owner staff accountant  | partner outside | coordinator board  | reviewer | auditor | anyone
jobs.stop  | ok    ok    no          | no      no      | no          no     | no       | no      | no
jobs.again | ok    ok    no          | no      no      | no          no     | no       | no      | no
"""


def given(people):
    waiting, failed = (
        start("journal.checkpoints", {}, people.actor("ours.owner")) for _ in range(2)
    )
    failed.state = State.FAILED
    failed.save()
    return {
        "job": to(job_id=waiting.id),
        "POST job-stop": to(job_id=waiting.id),
        "POST job-again": to(job_id=failed.id),
        "GET /jobs/{job_id}": to(job_id=waiting.id),
        "jobs.stop": waiting,
        "jobs.again": failed,
    }
