"""Signing in: by e-mail alone, locked out after wrong passwords, with a second step if wanted."""

import re
import time

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from tests.network.conftest import PASSWORD

from moyeora.network.frame.faults import NotFresh, Refused
from moyeora.network.urls import *  # noqa: F403
from moyeora.network.urls import urlpatterns as addresses

OWNER = "owner@ours.example"


def sign(request: HttpRequest) -> HttpResponse:
    """A page as the rooms have them: what it takes binds a firm."""
    if request.method == "GET":
        return HttpResponse("the text to sign")
    if not request.actor.fresh:
        raise NotFresh
    if request.POST["text"] == "wrong":
        raise Refused("The text has changed meanwhile.")
    return HttpResponse(f"signed {request.POST['text']} as {request.actor.office.value}")


urlpatterns = [path("sign/", sign, name="sign"), *addresses]
pytestmark = pytest.mark.urls(__name__)


@pytest.fixture(autouse=True)
def no_counts_of_before():
    cache.clear()


def sign_in(browser: Client, password: str = PASSWORD, email: str = OWNER, **extra):
    return browser.post("/account/login/", {"login": email, "password": password}, **extra)


def test_an_address_and_its_password_open_the_first_page(people):
    browser = Client()
    assert sign_in(browser, email="Owner@Ours.example").headers["Location"] == "/"
    assert people.firms["ours"].name in browser.get("/").content.decode()


def test_wrong_passwords_lock_one_person_on_one_line_for_a_while(people, time_machine):
    time_machine.move_to("2026-11-24 09:00 +0900")
    browser = Client()
    for _ in range(4):
        assert sign_in(browser, "not it").status_code == 200
    locked = sign_in(browser, "not it")
    assert locked.status_code == 429
    assert "15분" in locked.content.decode()
    assert sign_in(browser).status_code == 429  # the right one too, while it lasts
    assert sign_in(Client(), email="staff@ours.example").status_code == 302
    assert sign_in(Client(), REMOTE_ADDR="192.0.2.7").status_code == 302
    time_machine.shift(15 * 60 + 1)
    assert sign_in(browser).status_code == 302


def test_a_second_step_is_asked_once_it_is_on(people):
    browser = people.client("ours.owner")
    asked = browser.get("/account/2fa/totp/activate/")
    page = browser.post(asked.headers["Location"], {"password": PASSWORD}, follow=True)
    code = current_code(page.context["form"].secret)
    browser.post("/account/2fa/totp/activate/", {"code": code})
    codes = browser.get("/account/2fa/recovery-codes/").context["unused_codes"]
    assert len(codes) == 10

    another = Client()
    assert sign_in(another).headers["Location"].startswith("/account/2fa/authenticate/")
    assert another.get("/").headers["Location"].startswith("/account/login/")
    assert another.post("/account/2fa/authenticate/", {"code": "000000"}).status_code == 200
    another.post("/account/2fa/authenticate/", {"code": codes[0]})
    assert another.get("/").status_code == 200

    third = Client()
    sign_in(third)
    assert third.post("/account/2fa/authenticate/", {"code": codes[0]}).status_code == 200  # once


def test_a_signature_asks_for_the_password_and_goes_on_by_itself(people):
    browser = people.client("ours.owner")
    asked = browser.post("/sign/", {"text": "가나"})
    assert asked.headers["Location"].startswith("/account/reauthenticate/")
    assert browser.post(asked.headers["Location"], {"password": "not it"}).status_code == 200
    signed = browser.post(asked.headers["Location"], {"password": PASSWORD})
    assert signed.content.decode() == "signed 가나 as owner"
    # For some minutes the password counts; then it is asked again.
    assert browser.post("/sign/", {"text": "다라"}).content.decode() == "signed 다라 as owner"


def test_what_is_refused_after_the_password_leads_back_to_the_page(people):
    browser = people.client("ours.owner")
    page = "http://testserver/sign/"
    asked = browser.post("/sign/", {"text": "wrong"}, headers={"referer": page})
    told = browser.post(asked.headers["Location"], {"password": PASSWORD})
    assert told.headers["Location"] == page


@pytest.mark.parametrize("turned_away", ["another page", "ten minutes"])
def test_a_signature_that_was_turned_away_from_is_never_given_later(
    people, time_machine, turned_away
):
    time_machine.move_to("2026-11-24 09:00 +0900")
    browser = people.client("ours.owner")
    asked = browser.post("/sign/", {"text": "가나"})
    if turned_away == "another page":
        browser.get("/account/")
    else:
        time_machine.shift(601)
    told = browser.post(asked.headers["Location"], {"password": PASSWORD})
    assert "signed" not in told.content.decode()
    assert told.status_code == 302


def test_a_forgotten_password_is_replaced_by_a_link_of_one_use(people):
    browser = Client()
    assert (
        "password/reset/done"
        in browser.post("/account/password/reset/", {"email": OWNER}).headers["Location"]
    )
    (letter,) = mail.outbox
    link = re.search(r"http://testserver(\S+)", letter.body)[1]
    page = browser.get(link, follow=True)
    new = {"password1": "another long phrase", "password2": "another long phrase"}
    browser.post(page.redirect_chain[-1][0], new)
    assert sign_in(Client(), PASSWORD).status_code == 200
    assert sign_in(Client(), "another long phrase").status_code == 302
    assert "새 링크" in Client().get(link, follow=True).content.decode()


def test_a_changed_password_is_told_by_mail(people):
    new = {"password1": "another long phrase", "password2": "another long phrase"}
    browser = people.client("ours.owner")
    browser.post("/account/password/change/", {"oldpassword": PASSWORD, **new})
    (letter,) = mail.outbox
    assert (letter.subject, letter.to) == ("비밀번호가 바뀌었습니다", [OWNER])


def test_nobody_learns_which_addresses_have_an_account(people):
    known = Client().post("/account/password/reset/", {"email": OWNER})
    unknown = Client().post("/account/password/reset/", {"email": "nobody@nowhere.example"})
    assert (known.status_code, known.headers["Location"]) == (
        unknown.status_code,
        unknown.headers["Location"],
    )
    assert [one.to for one in mail.outbox] == [[OWNER]]
    wrong = sign_in(Client(), "not it").context["form"].errors
    assert wrong == sign_in(Client(), "not it", email="no@where.example").context["form"].errors


def test_too_many_requests_end_in_a_page_that_says_so(people):
    browser = Client()
    for _ in range(5):
        browser.post("/account/password/reset/", {"email": OWNER})
    told = browser.post("/account/password/reset/", {"email": OWNER})
    assert told.status_code == 429
    assert "잠시 뒤" in told.content.decode()


def test_one_person_acts_in_one_office_at_a_time(people):
    holding = people.holdings["ours.owner"]
    board = people.holdings["board"]
    board.person = holding.person
    board.save()
    browser = people.client("ours.owner")
    assert browser.post("/account/office/", {"holding": str(board.id)}).status_code == 302
    assert "이사회 위원" in browser.get("/").content.decode()
    stranger = people.holdings["partner.owner"]
    browser.post("/account/office/", {"holding": str(stranger.id)})
    assert stranger.firm.name not in browser.get("/").content.decode()


def current_code(secret: str) -> str:
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))
