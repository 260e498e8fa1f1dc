"""Who may search the members and see their map: whoever is signed in."""

from tests.network.permissions import to

PAGES = """
             | of the firm it is about | other firms     | association        | agency   |         |
             | owner staff accountant  | partner outside | coordinator board  | reviewer | auditor | anyone
members      | ok    ok    ok          | ok      ok      | ok          ok     | ok       | ok      | login
members_file | ok    ok    ok          | ok      ok      | ok          ok     | ok       | ok      | login
members_map  | ok    ok    ok          | ok      ok      | ok          ok     | ok       | ok      | login
members_ties | ok    ok    ok          | ok      ok      | ok          ok     | ok       | ok      | login
"""
API = """
             | of the firm it is about | other firms     | association        | agency   |         |
             | owner staff accountant  | partner outside | coordinator board  | reviewer | auditor | anyone
GET /members/ | ok    ok    ok         | ok      ok      | ok          ok     | ok       | ok      | 401
"""
ACTIONS = ""


def given(people):
    return {"members_file": to(format="csv")}
