"""Who may do what in `journal`: here a consortium's chain; the network's own for every member."""

from tests.network.permissions import to

from moyeora.network.consortia.models import Consortium, Party
from moyeora.network.frame.actor import CLOCK
from moyeora.network.frame.clock import now
from moyeora.network.journal.audience import CONSORTIUM
from moyeora.network.journal.chains import Record, append
from moyeora.network.journal.checkpoints import checkpoint
from moyeora.network.journal.models import Entry

PAGES = """
                         | of the firm it is about | other firms     | association        | agency   |         |
                         | owner staff accountant  | partner outside | coordinator board  | reviewer | auditor | anyone
journal                  | ok    ok    403         | ok      ok      | ok          ok     | 403      | 404     | login
journal-of               | ok    ok    403         | ok      404     | ok          ok     | 403      | ok      | login
journal-export           | ok    ok    403         | ok      404     | ok          ok     | 403      | ok      | login
journal-checkpoints      | ok    ok    403         | ok      404     | ok          ok     | 403      | ok      | login
journal-keys             | ok    ok    ok          | ok      ok      | ok          ok     | ok       | ok      | ok
"""
API = """
                                 | of the firm it is about | other firms     | association        | agency   |         |
                                 | owner staff accountant  | partner outside | coordinator board  | reviewer | auditor | anyone
GET /journal/{chain}             | ok    ok    403         | ok      404     | ok          ok     | 403      | ok      | 401
GET /journal/{chain}/export      | ok    ok    403         | ok      404     | ok          ok     | 403      | ok      | 401
GET /journal/{chain}/checkpoints | ok    ok    403         | ok      404     | ok          ok     | 403      | ok      | 401
"""
ACTIONS = """
              | of the firm it is about | other firms     | association        | agency   |         |
              | owner staff accountant  | partner outside | coordinator board  | reviewer | auditor | anyone
journal.erase | no    no    no          | no      no      | ok          ok     | no       | no      | no
journal.look  | no    no    no          | no      no      | ok          ok     | no       | ok      | no
"""


def given(people):
    firms = people.firms
    made = Consortium.objects.create(title="우편 3만 통", lead=firms["ours"], created=now())
    people.audits(made)
    for firm in (firms["ours"], firms["partner"]):
        Party.objects.create(consortium=made, firm=firm, since=now())
    append([Record(CLOCK, now(), "test.noted", made.id, {}, CONSORTIUM, made.id)])
    checkpoint(made.id)
    chain = to(chain=made.id)
    pages = dict.fromkeys(("journal-of", "journal-export", "journal-checkpoints"), chain)
    operations = ("", "/export", "/checkpoints")
    return {
        **pages,
        **{f"GET /journal/{{chain}}{part}": chain for part in operations},
        "journal.erase": Entry.objects.get(chain=made.id),
        "journal.look": firms["ours"].id,
    }
