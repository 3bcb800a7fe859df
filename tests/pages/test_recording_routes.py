"""A recording comes in by routes of its own: for whom, from where, how large, and what stays."""

import csv
import io

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from classroom.errors import BadInput
from classroom.lawful import ONLY_A_TRIAL, TRYING_OUT
from classroom.recording_job import Stage
from classroom.regions import Region
from classroom.settings import Settings
from classroom.ui import cookies
from classroom.ui.addresses import RECORDING
from classroom.ui.routes import ROUTES
from tests.fakes import sign_up

OWN = {"sec-fetch-site": "same-origin"}

pytestmark = pytest.mark.usefixtures("fake_reader")


@pytest.fixture
def client(ada) -> TestClient:
    client = TestClient(Starlette(routes=ROUTES), base_url="http://school.example")
    client.cookies.set(cookies.TEACHER, ada.token)
    return client


@pytest.fixture
def files(server):
    """What lies in the folder of recordings."""
    return lambda: [path for path in server.jobs._folder.glob("*/*")] if server.jobs._folder else []


def begin(client, name="lesson.mp4", size="5", every="0.5", headers=OWN):
    return client.post(RECORDING, data={"name": name, "size": size, "every": every}, headers=headers)


def upload(client, content=b"video", headers=OWN, **asked):
    address = begin(client, size=str(len(content)), **asked).json()["address"]
    return client.post(f"{address}?changed=1767520800000", content=content, headers=headers)


def finished(server, ada):
    for thread in server.jobs._threads:
        thread.join(timeout=30)
    return server.jobs.of(ada.teacher.id)


def test_a_recording_is_taken_read_and_its_file_is_gone(client, server, ada, files):
    assert upload(client, b"v" * 3_000_000).json() == {"reading": True}
    assert server.desk.recordings == [b"v" * 3_000_000]
    job = finished(server, ada)
    assert (job.stage, len(job.people)) == (Stage.DONE, 2)
    assert files() == []


@pytest.mark.parametrize(("asked", "with_names"), [({}, True), ({"names": "yes"}, True), ({"names": "no"}, False)])
def test_the_names_in_the_tiles_are_read_unless_the_teacher_does_not_want_it(client, server, ada, asked, with_names):
    client.post(RECORDING, data={"name": "lesson.mp4", "size": "5", "every": "0.5"} | asked, headers=OWN)
    assert server.jobs.of(ada.teacher.id).with_names is with_names


@pytest.mark.parametrize(
    ("region", "basis", "why"),
    [
        (Region.EU_EDUCATION, "consent", Region.EU_EDUCATION.profile.why_no_face),
        (Region.OTHER, TRYING_OUT, ONLY_A_TRIAL),
    ],
)
def test_where_nothing_may_be_analysed_no_byte_is_taken_and_no_file_given(
    client, server, ada, files, monkeypatch, region, basis, why
):
    upload(client)
    assert finished(server, ada).stage is Stage.DONE
    monkeypatch.setattr(server.lawful, "_asked", Settings(database_url=server.settings.database_url))
    server.lawful.confirm(ada.teacher, region, basis, "", True)
    assert (begin(client).status_code, begin(client).json()) == (403, {"error": why})
    response = client.get(f"{RECORDING}/session.csv")
    assert response.status_code in (403, 404) and "lesson" not in response.text
    assert files() == []


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}])
def test_a_foreign_page_can_neither_ask_nor_send(client, server, ada, files, headers):
    assert begin(client, headers=headers).status_code == 403
    assert server.jobs.of(ada.teacher.id) is None
    address = begin(client).json()["address"]
    assert client.post(address, content=b"video", headers=headers).status_code == 403
    assert files() == []


@pytest.mark.parametrize("who", ["nobody", "made up", "student"])
def test_only_a_teacher_who_is_signed_in_can(client, server, seeded, who):
    client.cookies.clear()
    if who != "nobody":
        token = server.join(seeded.info.code, "Dan", True)[1] if who == "student" else "made up"
        client.cookies.set(cookies.TEACHER, token)
    response = begin(client)
    assert response.status_code == 403
    assert "signed out" in response.json()["error"]
    assert client.post(f"{RECORDING}/anything", content=b"video", headers=OWN).status_code == 403
    assert client.get(f"{RECORDING}/session.csv").status_code == 404


def test_another_teacher_can_neither_send_nor_download_it(client, server, ada):
    address = begin(client).json()["address"]
    client.cookies.set(cookies.TEACHER, sign_up(server.accounts, "Grace").token)
    assert client.post(address, content=b"video", headers=OWN).status_code == 403
    client.cookies.set(cookies.TEACHER, ada.token)
    assert client.post(address, content=b"video", headers=OWN).status_code == 200
    finished(server, ada)
    client.cookies.set(cookies.TEACHER, sign_up(server.accounts, "Emmy").token)
    assert client.get(f"{RECORDING}/session.csv").status_code == 404


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"name": "notes.txt"}, "is no recording that can be read"),
        ({"size": "0"}, "This file is empty"),
        ({"size": "-1"}, "It was not said how large this recording is"),
        ({"size": str(5 * 1024**3)}, "larger than 4 GB"),
        ({"size": "many"}, "Choose a recording"),
        ({"every": "often"}, "Choose a recording"),
        ({"every": "60"}, "Look every"),
    ],
)
def test_what_cannot_be_taken_is_one_sentence_before_a_byte_is_sent(client, server, ada, asked, words):
    response = begin(client, **asked)
    assert response.status_code == 400
    assert words in response.json()["error"]
    assert server.jobs.of(ada.teacher.id) is None


def test_more_than_was_said_is_refused_in_the_middle_and_its_file_goes(client, server, ada, files):
    address = begin(client, size="2000000").json()["address"]
    response = client.post(address, content=b"v" * 3_000_000, headers=OWN)
    assert response.status_code == 400
    assert "larger than" in response.json()["error"]
    assert server.jobs.of(ada.teacher.id) is None
    assert files() == []


def test_what_is_no_recording_is_one_sentence_and_its_file_goes(client, server, ada, files):
    server.desk.answers = [BadInput("This file is not a recording.")]
    response = upload(client)
    assert (response.status_code, response.json()) == (400, {"error": "This file is not a recording."})
    assert server.jobs.of(ada.teacher.id) is None
    assert files() == []


def test_a_second_recording_waits_for_the_first(client, server, fake_reader, ada):
    fake_reader.pause_after = 3
    upload(client)
    response = begin(client, name="other.mp4")
    assert "still at work" in response.json()["error"]
    server.jobs.drop(server.jobs.of(ada.teacher.id))
    assert begin(client, name="other.mp4").status_code == 200


def test_an_upload_that_was_cancelled_is_not_taken(client, server, ada, files):
    address = begin(client).json()["address"]
    server.jobs.drop(server.jobs.of(ada.teacher.id))
    response = client.post(address, content=b"video", headers=OWN)
    assert (response.status_code, response.json()["error"]) == (403, "The upload was cancelled.")
    assert files() == []


def test_who_is_signed_out_while_it_is_on_its_way_has_nothing_read(client, server, ada, files):
    address = begin(client, size="10").json()["address"]

    def content():
        yield b"video"
        server.accounts.sign_out(ada.token)
        yield b"video"

    response = client.post(address, content=content(), headers=OWN)
    assert response.status_code == 403 and "signed out" in response.json()["error"]
    assert server.jobs.of(ada.teacher.id) is None and server.desk.recordings == []
    assert files() == []


def test_the_csv_is_the_session_csv_of_its_people(client, server, ada):
    upload(client)
    job = finished(server, ada)
    job.rename(1, "=Ann")
    response = client.get(f"{RECORDING}/session.csv", params={"zone": "Asia/Kolkata"})
    assert response.headers["cache-control"] == "no-store"
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert {row["student"] for row in rows} == {"'=Ann", "Person 2"}
    assert {row["class"] for row in rows} == {"lesson"}
    assert sum(int(row["analyses"]) for row in rows) == 20 + 19
    assert rows[0]["window_start_local"].endswith("+05:30")
