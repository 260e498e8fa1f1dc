"""Who may do what in the frame: the first page, one's own account, signing in."""

from tests.network.permissions import to

PAGES = """
                                     | of the firm it is about | other firms     | association        | agency   |         |
                                     | owner staff accountant  | partner outside | coordinator board  | reviewer | auditor | anyone
home                                 | ok    ok    ok          | ok      ok      | ok          ok     | ok       | ok      | login
POST language                        | go    go    go          | go      go      | go          go     | go       | go      | go
account                              | ok    ok    ok          | ok      ok      | ok          ok     | ok       | ok      | login
POST account                         | go    go    go          | go      go      | go          go     | go       | go      | login
POST office                          | go    go    go          | go      go      | go          go     | go       | go      | login
account_login                        | go    go    go          | go      go      | go          go     | go       | go      | ok
POST account_login                   | go    go    go          | go      go      | go          go     | go       | go      | ok
account_logout                       | ok    ok    ok          | ok      ok      | ok          ok     | ok       | ok      | login
POST account_logout                  | login login login       | login   login   | login       login  | login    | login   | login
account_inactive                     | ok    ok    ok          | ok      ok      | ok          ok     | ok       | ok      | ok
account_reauthenticate               | ok    ok    ok          | ok      ok      | ok          ok     | ok       | ok      | login
POST account_reauthenticate          | ok    ok    ok          | ok      ok      | ok          ok     | ok       | ok      | login
account_change_password              | ok    ok    ok          | ok      ok      | ok          ok     | ok       | ok      | login
POST account_change_password         | ok    ok    ok          | ok      ok      | ok          ok     | ok       | ok      | login
account_reset_password               | ok    ok    ok          | ok      ok      | ok          ok     | ok       | ok      | ok
POST account_reset_password          | go    go    go          | go      go      | go          go     | go       | go      | go
account_reset_password_done          | ok    ok    ok          | ok      ok      | ok          ok     | ok       | ok      | ok
account_reset_password_from_key      | ok    ok    ok          | ok      ok      | ok          ok     | ok       | ok      | ok
POST account_reset_password_from_key | ok    ok    ok          | ok      ok      | ok          ok     | ok       | ok      | ok
account_reset_password_from_key_done | ok    ok    ok          | ok      ok      | ok          ok     | ok       | ok      | ok
mfa_index                            | ok    ok    ok          | ok      ok      | ok          ok     | ok       | ok      | login
mfa_activate_totp                    | again again again       | again   again   | again       again  | again    | again   | login
POST mfa_activate_totp               | again again again       | again   again   | again       again  | again    | again   | login
mfa_deactivate_totp                  | 404   404   404         | 404     404     | 404         404    | 404      | 404     | login
POST mfa_deactivate_totp             | 404   404   404         | 404     404     | 404         404    | 404      | 404     | login
mfa_view_recovery_codes              | 404   404   404         | 404     404     | 404         404    | 404      | 404     | login
mfa_generate_recovery_codes          | again again again       | again   again   | again       again  | again    | again   | login
POST mfa_generate_recovery_codes     | again again again       | again   again   | again       again  | again    | again   | login
mfa_download_recovery_codes          | 404   404   404         | 404     404     | 404         404    | 404      | 404     | login
mfa_authenticate                     | go    go    go          | go      go      | go          go     | go       | go      | login
POST mfa_authenticate                | go    go    go          | go      go      | go          go     | go       | go      | login
mfa_reauthenticate                   | again again again       | again   again   | again       again  | again    | again   | login
POST mfa_reauthenticate              | again again again       | again   again   | again       again  | again    | again   | login
api:openapi-json                     | ok    ok    ok          | ok      ok      | ok          ok     | ok       | ok      | ok
api:api-root                         | 404   404   404         | 404     404     | 404         404    | 404      | 404     | 404
"""


def given(people):
    wrong_link = to(uidb36="0", key="wrong")
    return {
        "account_reset_password_from_key": wrong_link,
        "POST account_reset_password_from_key": wrong_link,
        "POST account_reset_password": to().send(email="owner@ours.example"),
        "POST language": to().send(language="en", next="/account/"),
    }
