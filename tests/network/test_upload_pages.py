"""The pages by which a table comes in, from the file to the written rows."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.network.test_imports import HEAD, ROW, own_home  # noqa: F401  a fixture

from moyeora.network.jobs.work import work
from moyeora.network.members.imports import store
from moyeora.network.members.imports.reading import FILE_MOST
from moyeora.network.members.models import Firm, Upload


def send(browser: Client, text: str, name: str = "업체.csv", encoding: str = "cp949"):
    file = SimpleUploadedFile(name, text.encode(encoding))
    return browser.post(reverse("imports"), {"kind": "members", "file": file}, follow=True)


def test_a_table_goes_from_file_to_firms_through_its_faults(people):
    browser = people.client("coordinator")
    evil = "<script>alert('x')</script>"
    text = f"{HEAD}\n{ROW}\n220-81-62517,{evil},18113,서울 중구,prepress,세 원,900"
    page = send(browser, text)
    assert "CP949" in page.content.decode()
    assert page.context["faulty"] == 1
    assert evil not in page.content.decode()
    upload = Upload.objects.get()
    fixed = browser.post(
        reverse("import_fix", args=[upload.id]), {"cell-3-price": "3"}, follow=True
    )
    assert fixed.context["counts"]["firm"] == {"made": 2, "updated": 0, "left": 0}
    assert evil not in fixed.content.decode()
    assert not Firm.objects.filter(number="220-81-62517").exists()
    running = browser.post(reverse("import_start", args=[upload.id]), follow=True)
    assert b"hx-get" in running.content
    work(until_idle=True)
    done = browser.get(reverse("import", args=[upload.id]))
    assert done.context["counts"]["offer"]["made"] == 2
    assert Firm.objects.get(number="220-81-62517").name == evil
    assert evil not in browser.get(reverse("imports")).content.decode()


def test_a_table_with_unknown_headings_asks_which_column_is_which(people):
    browser = people.client("coordinator")
    page = send(browser, "번호,이름,업종,도시\n124-81-00998,한빛,18113,서울 중구")
    assert page.context["missing"]
    upload = Upload.objects.get()
    chosen = {"heading-0": "firm", "heading-1": "name", "heading-2": "trade", "heading-3": "region"}
    address = reverse("import_columns", args=[upload.id])
    twice = browser.post(address, {**chosen, "heading-1": "firm"})
    assert twice.status_code == 422
    page = browser.post(address, chosen, follow=True)
    assert page.context["counts"]["firm"]["made"] == 1


class Endless:
    """A body of so many bytes, of which none is kept by the test."""

    def __init__(self, size: int) -> None:
        self.left, self.most_at_once = size, 0

    def read(self, size: int = -1) -> bytes:
        self.most_at_once = max(self.most_at_once, self.left if size < 0 else size)
        piece = bytes(min(size if size >= 0 else self.left, self.left))
        self.left -= len(piece)
        return piece

    readline = read


@pytest.mark.parametrize("checks", [False, True])
def test_200_megabytes_are_refused_by_their_size_and_never_held(people, checks):
    browser = people.client("coordinator")
    browser.handler.enforce_csrf_checks = checks
    body = Endless(200 * 2**20)
    answer = browser.generic(
        "POST",
        reverse("imports"),
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(body.left),
        **{"wsgi.input": body},
    )
    assert answer.status_code == 413
    assert f"{FILE_MOST // 2**20} MB" in answer.content.decode()
    assert body.left == 0
    assert body.most_at_once <= 2**20
    assert not Upload.objects.exists()
    assert list(store.folder().iterdir()) == []


def test_an_upload_from_another_site_is_refused(people):
    browser = people.client("coordinator")
    browser.handler.enforce_csrf_checks = True
    assert send(browser, f"{HEAD}\n{ROW}").status_code == 403
    assert not Upload.objects.exists()


def test_only_who_sent_a_table_sees_it(people):
    send(people.client("coordinator"), f"{HEAD}\n{ROW}")
    upload = Upload.objects.get()
    Upload.objects.update(person=people.holdings["board"].person_id)
    assert people.client("coordinator").get(reverse("import", args=[upload.id])).status_code == 403


def test_a_table_that_is_given_up_leaves_no_file(people, django_capture_on_commit_callbacks):
    browser = people.client("coordinator")
    send(browser, f"{HEAD}\n{ROW}")
    upload = Upload.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(reverse("import_drop", args=[upload.id]))
    assert list(store.folder().iterdir()) == []
