"""Who reads what of journals and jobs on the pages and through the API."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
import rules

from moyeora.network.frame.actor import CLOCK
from moyeora.network.frame.faults import NotAllowed, Refused
from moyeora.network.jobs import actions as job_actions
from moyeora.network.jobs.models import Job, State
from moyeora.network.jobs.work import Task, job, start, start_rounds, work
from moyeora.network.journal import audience, words
from moyeora.network.journal.action import Act, action
from moyeora.network.journal.actions import look
from moyeora.network.journal.chains import NETWORK
from moyeora.network.journal.checkpoints import checkpoint
from moyeora.network.journal.models import Checkpoint, Entry
from moyeora.network.journal.verify import verify

CONSORTIUM = uuid4()
rules.add_perm("test.say", rules.always_true)
words.describe("test.said", "{text}라고 말함")


@action("test.say")
def say(act: Act, text: str, to: audience.Audience, chain=NETWORK, about=None) -> None:
    facts = {"text": text, "list": [1]}
    act.record("test.said", subject=about or uuid4(), facts=facts, audience=to, chain=chain)


@audience.readers
def of_the_test(actor, chain):
    """``ours`` and ``partner`` are parties; the test says which firms these are."""
    if chain != CONSORTIUM:
        return None
    if actor.of_the_association:
        return audience.Reader(association=True)
    return audience.Reader(actor.firm, party=True) if actor.firm in PARTIES else None


PARTIES = set()


@pytest.fixture
def said(people):
    ours, partner = people.firms["ours"].id, people.firms["partner"].id
    PARTIES.clear()
    PARTIES.update((ours, partner))
    for text, to in (
        ("alle", audience.PUBLIC),
        ("verband", audience.ASSOCIATION),
        ("konsortium", audience.CONSORTIUM),
        ("unser", audience.firms(ours)),
        ("paar", audience.firms(ours, partner)),
        ("mittler", audience.MEDIATOR),
        ("beide", audience.association_and(partner)),
    ):
        say(people.actor("ours.owner"), text, to, chain=CONSORTIUM)
    checkpoint(CONSORTIUM)
    return people


READS = {
    "ours.owner": {"alle", "konsortium", "unser", "paar"},
    "partner.staff": {"alle", "konsortium", "paar", "beide"},
    "coordinator": {"alle", "verband", "konsortium", "beide"},
}


@pytest.mark.parametrize("who", READS)
def test_a_reader_sees_what_is_for_it_and_the_file_verifies(said, who):
    client = said.client(who)
    page = client.get(f"/journal/{CONSORTIUM}/").content.decode()
    api = client.get(f"/api/journal/{CONSORTIUM}").json()
    text = b"".join(client.get(f"/journal/{CONSORTIUM}/export/").streaming_content).decode()
    every = set().union(*READS.values(), {"mittler"})
    for told in (page, json.dumps(api, ensure_ascii=False), text):
        assert {word for word in every if word in told} == READS[who]
    assert api["length"] == 7
    signed = client.get(f"/journal/{CONSORTIUM}/checkpoints/").content.decode()
    keys = said.client("anyone").get("/journal/keys/").content.decode()
    verdict = verify(text, [signed], [keys])
    assert verdict.holds
    assert verdict.hidden == 7 - len(READS[who])


@pytest.mark.parametrize(
    ("who", "status"),
    [("other.owner", 404), ("ours.accountant", 403), ("reviewer", 403), ("anyone", 302)],
)
def test_others_learn_nothing_of_a_chain(said, who, status):
    client = said.client(who)
    for part in ("", "export/", "checkpoints/"):
        answer = client.get(f"/journal/{CONSORTIUM}/{part}")
        assert answer.status_code == status
    for part in ("", "/export", "/checkpoints"):
        answer = client.get(f"/api/journal/{CONSORTIUM}{part}")
        assert answer.status_code == (401 if who == "anyone" else status)


def test_a_list_is_filtered_and_comes_in_pages(people):
    about = uuid4()
    actor = people.actor("ours.owner")
    for number in range(120):
        say(actor, f"n{number}.", audience.PUBLIC, about=about if number % 10 == 0 else None)
    client, seen, query = people.client("other.owner"), [], ""
    for _ in range(3):
        page = client.get(f"/journal/{query}")
        seen += [line.what for line in page.context["lines"]]
        query = f"?{page.context['older']}"
    assert seen == [f"n{number}.라고 말함" for number in range(119, -1, -1)]
    page = client.get(f"/journal/?subject={about}&kind=test.said")
    assert len(page.context["lines"]) == 12
    assert page.context["older"] is None


def test_looks_of_the_association_are_seen_by_the_firm_and_nobody_else(people):
    firm = people.firms["ours"]
    look(people.actor("coordinator"), firm.id, "단가", firms=[firm.id])
    with pytest.raises(NotAllowed):
        look(people.actor("ours.owner"), firm.id, "단가")
    for who, seen in (("ours.owner", True), ("other.owner", False), ("board", True)):
        page = people.client(who).get("/journal/").content.decode()
        assert ("단가" in page) is seen


def test_markup_and_braces_in_facts_are_text(people):
    say(people.actor("ours.owner"), "<b>{text.__class__}</b>", audience.PUBLIC)
    page = people.client("ours.owner").get("/journal/").content.decode()
    assert "&lt;b&gt;{text.__class__}&lt;/b&gt;" in page


def test_signing_is_followed_by_a_checkpoint(people, django_capture_on_commit_callbacks):
    rules.add_perm("test.sign", rules.always_true)

    @action("test.sign", signs=True)
    def sign(act: Act) -> None:
        act.record("test.said", subject=NETWORK, facts={"text": "."}, audience=audience.PUBLIC)

    with django_capture_on_commit_callbacks(execute=True):
        sign(people.actor("ours.owner"))
    signed = Checkpoint.objects.get()
    assert signed.length >= 1
    assert signed.chain_id == NETWORK


@job("test.succeed")
def succeed(task: Task, *, url: str):
    task.progress(0.5, "halb")
    return {"url": url}


@job("test.fail")
def fail(task: Task):
    raise Refused("단가표에 3행이 비어 있습니다.")


@job("test.break")
def break_(task: Task):
    raise RuntimeError("비밀 단가 1234")


def test_a_job_is_seen_by_its_firm_alone_and_leads_on(people):
    made = start("test.succeed", {"url": "/members/"}, people.actor("ours.owner"))
    address = f"/jobs/{made.id}/"
    seen = {"ours.owner": 200, "ours.staff": 200, "ours.accountant": 404, "other.owner": 404}
    for who, status in {**seen, "coordinator": 404, "anyone": 302}.items():
        assert people.client(who).get(address).status_code == status
        if who != "anyone":
            assert people.client(who).get(f"/api/jobs/{made.id}").status_code == status
    owner = people.client("ours.owner")
    polled = owner.get(address, headers={"HX-Request": "true"})
    assert polled.status_code == 200
    assert "<html" not in polled.content.decode()
    work(until_idle=True)
    polled = owner.get(address, headers={"HX-Request": "true"})
    assert polled.status_code == 286
    assert 'href="/members/"' in polled.content.decode()
    assert owner.get(f"/api/jobs/{made.id}").json()["state"] == "done"


def test_a_failed_job_says_what_to_do_and_nothing_of_an_unknown_error(people, caplog):
    own = start("test.fail", {}, people.actor("ours.owner"))
    broken = start("test.break", {}, people.actor("ours.owner"))
    work(until_idle=True)
    page = people.client("ours.owner").get(f"/jobs/{own.id}/").content.decode()
    assert "단가표에 3행이 비어 있습니다." in page
    page = people.client("ours.owner").get(f"/jobs/{broken.id}/").content.decode()
    assert "1234" not in page
    assert str(broken.id) in page
    people.client("ours.owner").post(f"/jobs/{own.id}/again/")
    own.refresh_from_db()
    assert (own.state, own.failure) == (State.WAITING, "")


def test_a_stopped_job_ends_and_its_worker_writes_nothing(people):
    actor = people.actor("ours.owner")

    def stopping(task: Task) -> None:
        with pytest.raises(NotAllowed):
            job_actions.stop(people.actor("other.owner"), task.job)
        job_actions.stop(actor, task.job)
        with task.finishing():
            raise AssertionError("it is no longer ours")

    job("test.stopped")(stopping)
    made = start("test.stopped", {}, actor)
    work(until_idle=True)
    made.refresh_from_db()
    assert made.state == State.STOPPED
    assert Entry.objects.filter(kind="job.stopped", subject=made.id).count() == 1


def test_a_day_has_one_round_of_each_daily_job(db):
    from moyeora.network.frame.clock import now

    day = now()
    for at in (day, day, day + timedelta(days=1)):
        start_rounds(at)
    assert Job.objects.filter(kind="journal.checkpoints").count() == 2
    say(CLOCK, "x", audience.PUBLIC)
    work(until_idle=True)
    assert Checkpoint.objects.filter(chain=NETWORK).exists()
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}
