"""Security headers on every answer; Django's own checks of a deployment find nothing."""

import os
import subprocess
import sys

import pytest
from tests.network.conftest import PASSWORD

ANSWERS = ["/", "/account/login/", "/nothing/", "/static/moyeora/moyeora.css", "/api/openapi.json"]


@pytest.mark.parametrize("path", ANSWERS)
@pytest.mark.parametrize("who", ["anyone", "ours.owner"])
def test_every_answer_carries_the_policy(people, path, who):
    headers = people.client(who).get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    if path != "/static/moyeora/moyeora.css":
        assert headers["X-Frame-Options"] == "DENY"


def test_cookies_are_not_for_scripts(people):
    browser = people.client("anyone")
    browser.get("/account/login/")
    browser.post("/language/", {"language": "en"})
    who = {"login": people.holdings["board"].person.email, "password": PASSWORD}
    browser.post("/account/login/", who)
    assert set(browser.cookies) >= {"session", "csrf", "django_language"}
    assert all(morsel["samesite"] == "Lax" for morsel in browser.cookies.values())
    assert all(browser.cookies[name]["httponly"] for name in ("session", "csrf"))


def test_nothing_is_wanting_to_be_deployed(tmp_path):
    checked = subprocess.run(
        [
            *(sys.executable, "-m", "moyeora.network.command"),
            *("check", "--deploy", "--fail-level", "WARNING"),
        ],
        env={**os.environ, "MOYEORA_HOME": str(tmp_path), "MOYEORA_HTTPS": "1"}
        | {"DJANGO_SETTINGS_MODULE": "moyeora.network.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
