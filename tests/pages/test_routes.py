"""What the browser posts and downloads beside Streamlit's own connection."""

import csv
import io
from base64 import b64encode
from hashlib import sha256
from http.cookies import SimpleCookie

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from classroom.class_files import file_names
from classroom.codes import ALPHABET
from classroom.door import WRONG_OF_ADDRESS
from classroom.errors import StoreError
from classroom.lawful import ONLY_A_TRIAL, TRYING_OUT
from classroom.modes import Mode
from classroom.records import Sharing
from classroom.ui import cookies
from classroom.ui.addresses import MY_DATA
from classroom.ui.headers import HEADERS, SecurityHeaders, content_security_policy
from classroom.ui.routes import ROUTES
from tests.fakes import HOSTILE_NAMES, PASSWORD, camera_frame, seed_class, serve, sign_up

OWN = {"sec-fetch-site": "same-origin"}
FORMS = ("/teacher/sign-in", "/teacher/create", "/teacher/sign-out", "/student/join", "/student/leave")
FORMS += ("/student/come-back", "/student/forget-me", "/student/erase-me", "/teacher/enter")
FORMS += ("/teacher/password", "/teacher/sign-out-everywhere")


@pytest.fixture
def client() -> TestClient:
    app = Starlette(routes=ROUTES, middleware=[SecurityHeaders.as_middleware()])
    return TestClient(app, base_url="http://school.example", follow_redirects=False)


@pytest.fixture
def adas_client(client, ada) -> TestClient:
    client.cookies.set(cookies.TEACHER, ada.token)
    return client


def set_cookies(response) -> dict:
    """Name to cookie of those that the answer sets or takes away."""
    found = {}
    for header in response.headers.get_list("set-cookie"):
        found |= dict(SimpleCookie(header))
    return found


def notice(response) -> dict:
    """What the next page will say."""
    return cookies.read_notice(set_cookies(response)[cookies.NOTICE].value)


def post(client, address: str, headers=OWN, **form):
    return client.post(address, data=form, headers=headers)


@pytest.fixture
def waits(monkeypatch) -> list[float]:
    """How long each post had to wait, in seconds; nobody does."""
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr("classroom.ui.routes.sleep", sleep)
    return waited


def join(client, info, name="Ann", share="camera", **options):
    return post(client, "/student/join", class_code=info.code, student_name=name, share=share, **options)


def opens_nothing(client, server, info, cookie: str) -> None:
    """Attack: whoever has this cookie of a student called Dan tries everything that a student can do with one."""
    client.cookies.set(cookies.STUDENT, cookie)
    assert client.get("/student/my-data.json").status_code == 404
    assert post(client, "/student/come-back").status_code == 303
    for sent in (cookie, cookies.read_student(cookie)[0]):
        client.cookies.set(cookies.STUDENT, sent)
        assert client.post("/student/picture", content=b"", headers=OWN).status_code == 403
        assert "Dan" not in client.get("/student/my-data.json").text
        for action in ("erase-me", "leave", "forget-me"):
            assert "deleted" not in str(post(client, f"/student/{action}").headers)
            client.cookies.set(cookies.STUDENT, sent)
    assert "Dan" in [student.name for student in server.store.classes.students(info.id)], "nothing was erased"


class TestForms:
    @pytest.mark.parametrize("address", FORMS)
    @pytest.mark.parametrize(
        ("headers", "why"),
        [
            ({"sec-fetch-site": "cross-site"}, "a page of somebody else"),
            ({"sec-fetch-site": "same-site"}, "another server of the same school"),
            ({"origin": "https://evil.example"}, "the same, from a browser that only says where it comes from"),
            ({"origin": "null"}, "a page in a sandbox"),
            ({"origin": "http://school.example:8080"}, "another port of the same machine"),
            ({"origin": "https://school.example.evil"}, "a name that begins with ours"),
            ({"origin": "http://evil.example", "sec-fetch-site": "same-origin"}, "a browser that contradicts itself"),
            ({}, "whoever does not say where it comes from"),
        ],
    )
    def test_a_foreign_page_can_post_nothing(self, client, server, ada, address, headers, why):
        client.cookies.set(cookies.TEACHER, ada.token)
        response = post(client, address, headers=headers, user_name="Ada Teacher", secret=PASSWORD)
        assert response.status_code == 403
        assert not set_cookies(response)
        assert server.accounts.teacher_of(ada.token) is not None

    @pytest.mark.parametrize(
        "headers", [{"sec-fetch-site": "none"}, {"origin": "http://school.example"}, {"sec-fetch-site": "same-origin"}]
    )
    def test_the_own_page_can(self, client, server, ada, headers):
        response = post(client, "/teacher/sign-in", headers=headers, user_name="Ada Teacher", secret=PASSWORD)
        assert (response.status_code, response.headers["location"]) == (303, "/Live_class")

    @pytest.mark.parametrize("address", ["/teacher/sign-in", "/teacher/create", "/student/join"])
    def test_a_form_larger_than_any_of_ours_is_not_read(self, client, server, address):
        assert post(client, address, user_name="x" * 30_000).status_code == 403

    @pytest.mark.parametrize("address", FORMS)
    def test_a_form_is_never_asked_for_with_get(self, client, server, address):
        assert client.get(address).status_code == 405

    @pytest.mark.parametrize("address", ["/teacher/sign-in", "/teacher/create", "/student/join"])
    def test_an_empty_form_is_a_sentence(self, client, server, address):
        response = post(client, address)
        assert response.status_code == 303
        assert notice(response)["kind"] == "error"
        assert len(notice(response)["sentence"]) > 20


class TestTeacher:
    def test_signing_in_sets_a_cookie_that_no_script_and_no_foreign_page_can_use(self, client, server, ada):
        response = post(client, "/teacher/sign-in", user_name="Ada Teacher", secret=PASSWORD)
        assert set(set_cookies(response)) == {cookies.TEACHER, cookies.BROWSER, cookies.NOTICE}
        for cookie in (set_cookies(response)[name] for name in (cookies.BROWSER, cookies.TEACHER)):
            assert cookie["httponly"]
            assert cookie["samesite"].lower() == "lax"
        assert not cookie["secure"], "else plain HTTP on the own machine could not be used"
        assert server.accounts.teacher_of(cookie.value) == ada.teacher
        assert cookie.value not in response.headers["location"]

    def test_each_sign_in_has_a_cookie_of_its_own_and_ends_the_one_before(self, adas_client, server, ada):
        response = post(adas_client, "/teacher/sign-in", user_name="Ada Teacher", secret=PASSWORD)
        new = set_cookies(response)[cookies.TEACHER].value
        assert new != ada.token
        assert server.accounts.teacher_of(new) == ada.teacher
        assert server.accounts.teacher_of(ada.token) is None, "a cookie that somebody planted is worth nothing"

    def test_a_sign_in_that_fails_leaves_the_one_before(self, adas_client, server, ada):
        post(adas_client, "/teacher/sign-in", user_name="Ada Teacher", secret="wrong password")
        assert server.accounts.teacher_of(ada.token) == ada.teacher

    @pytest.mark.parametrize("scheme", ["https address", "https before a proxy"])
    def test_over_https_the_cookie_never_goes_over_plain_http(self, client, server, ada, scheme):
        headers = OWN | ({"x-forwarded-proto": "https"} if scheme == "https before a proxy" else {})
        if scheme == "https address":
            client.base_url = "https://school.example"
        response = post(client, "/teacher/sign-in", headers=headers, user_name="Ada Teacher", secret=PASSWORD)
        for name in (cookies.TEACHER, cookies.BROWSER):
            cookie = set_cookies(response)[cookies.HOST + name]
            # All four belong to the prefix, or a browser refuses the cookie.
            assert (bool(cookie["secure"]), cookie["path"], cookie["domain"]) == (True, "/", "")
            assert name not in set_cookies(response), "and none without the prefix"

    def test_a_wrong_password_is_said_and_the_name_stays_but_not_the_password(self, client, server, ada):
        response = post(client, "/teacher/sign-in", user_name="Ada Teacher", secret="wrong password")
        assert cookies.TEACHER not in set_cookies(response)
        assert notice(response) == {
            "kind": "error",
            "sentence": "Name and password do not match. Try again, please.",
            "form": {"user_name": "Ada Teacher"},
        }

    def test_the_setup_key_makes_the_first_account_once(self, client, server):
        key = server.accounts.new_setup_key()
        response = post(client, "/teacher/create", setup_key=key, user_name="Ada", secret=PASSWORD)
        assert server.accounts.teacher_of(set_cookies(response)[cookies.TEACHER].value).name == "Ada"
        response = post(client, "/teacher/create", setup_key=key, user_name="Eve", secret=PASSWORD)
        assert cookies.TEACHER not in set_cookies(response)
        assert "not valid" in notice(response)["sentence"]

    def test_signing_out_ends_the_sign_in_on_the_server_too(self, adas_client, server, ada):
        response = post(adas_client, "/teacher/sign-out")
        assert set_cookies(response)[cookies.TEACHER].value == ""
        assert server.accounts.teacher_of(ada.token) is None


class TestStudent:
    @pytest.mark.parametrize(
        ("share", "sharing"), [("camera", Sharing.CAMERA), ("nothing", Sharing.NOTHING), ("", Sharing.NOTHING)]
    )
    def test_joining_sets_the_cookie_that_brings_back_the_row(self, client, server, seeded, share, sharing):
        response = join(client, seeded.info, "Dan", share)
        cookie = set_cookies(response)[cookies.STUDENT]
        assert cookie["httponly"]
        assert cookie["samesite"].lower() == "lax"
        student, info = server.student_of(cookie.value)
        assert (student.name, student.sharing, info) == ("Dan", sharing, seeded.info)
        assert response.headers["location"] == "/Join", "no token in an address"

    @pytest.mark.parametrize(
        ("name", "words"), [("Ann", "add an initial"), ("", "Type your name"), ("\u200b", "Type your name")]
    )
    def test_what_cannot_join_is_said_with_everything_typed_in_place(self, client, server, seeded, name, words):
        response = join(client, seeded.info, name)
        assert cookies.STUDENT not in set_cookies(response)
        assert response.headers["location"] == f"/Join?code={seeded.info.code}"
        assert words in notice(response)["sentence"]
        assert notice(response)["form"] == {"class_code": seeded.info.code, "student_name": name}

    def test_guesses_wait_and_who_found_the_code_on_the_page_does_not(self, client, server, seeded, waits):
        for number in range(WRONG_OF_ADDRESS):
            code = f"ABCD{ALPHABET[number // 31]}{ALPHABET[number % 31]}AB"
            post(client, "/student/join", class_code=code, student_name="Dan", share="nothing")
        assert set(waits) == {0}
        waits.clear()
        for name in ("Dan", "Eve"):
            assert cookies.STUDENT in set_cookies(join(client, seeded.info, name)), "later, and in"
        assert waits == [0, 2]
        answer = join(client, seeded.info, "Fay", ticket=server.door.ticket(seeded.info))
        assert cookies.STUDENT in set_cookies(answer) and waits[-1] == 0

    def test_who_joins_again_and_again_waits_too(self, client, server, seeded, waits):
        ticket = server.door.ticket(seeded.info)
        for number in range(server.settings.max_students + 2):
            join(client, seeded.info, f"Bot {number}", ticket=ticket)
        assert waits == [0] * server.settings.max_students + [0, 1]

    def test_a_name_that_is_not_on_the_list_comes_back_with_a_question_and_goes_in_the_second_time(
        self, client, server, ada
    ):
        info = server.open_class(ada.teacher, "Chemistry", "Ann Smith")
        response = join(client, info, "Eve")
        assert cookies.STUDENT not in set_cookies(response)
        assert "Nobody on the list of this class is called “Eve”" in notice(response)["sentence"]
        assert "Smith" not in str(notice(response))
        assert notice(response)["form"] == {"class_code": info.code, "student_name": "Eve", "asked": "yes"}
        response = post(client, "/student/join", class_code=info.code, student_name="Eve", asked="Eve", share="nothing")
        assert server.student_of(set_cookies(response)[cookies.STUDENT].value)[0].name == "Eve"

    @pytest.mark.parametrize(("typed", "kept", "why"), HOSTILE_NAMES)
    def test_a_hostile_name_joins_as_text(self, client, server, ada, typed, kept, why):
        response = join(client, server.open_class(ada.teacher, "Chemistry"), typed)
        assert server.student_of(set_cookies(response)[cookies.STUDENT].value)[0].name == kept

    @pytest.mark.parametrize("typed", ["\r\nSet-Cookie: a=b", "x" * 5_000, "?a=b&c", "é\u202e"])
    def test_a_hostile_code_stays_in_its_place(self, client, server, typed):
        response = post(client, "/student/join", class_code=typed, student_name="Ann", share="camera")
        assert response.status_code == 303
        assert response.headers["location"].startswith("/Join?code=")
        assert "&" not in response.headers["location"]
        assert set(set_cookies(response)) == {cookies.NOTICE}
        assert len(response.headers["set-cookie"]) < 4_000, "more than a browser keeps"

    def test_leaving_is_at_once_and_coming_back_is_the_same_row(self, client, server, seeded):
        token = set_cookies(join(client, seeded.info, "Dan"))[cookies.STUDENT].value
        dan, _ = server.student_of(token)
        server.presence.page_ran(dan, "page")
        left = set_cookies(post(client, "/student/leave"))[cookies.STUDENT].value
        assert cookies.read_student(left) == (token, True)
        assert dan.id not in server.presence.seen()
        back = set_cookies(post(client, "/student/come-back"))[cookies.STUDENT].value
        assert cookies.read_student(back) == (token, False)
        assert server.student_of(back) == (dan, seeded.info)
        assert set_cookies(post(client, "/student/forget-me"))[cookies.STUDENT].value == ""

    def test_the_file_of_all_that_is_stored_about_me_goes_by_my_own_cookie(self, client, server, seeded):
        assert client.get("/student/my-data.json").status_code == 404
        for name in ("Dan", "Eve"):
            token = set_cookies(join(client, seeded.info, name))[cookies.STUDENT].value
        client.cookies.set(cookies.STUDENT, cookies.mark_left(token))
        response = client.get("/student/my-data.json")
        assert response.headers["content-type"] == "application/json"
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["content-disposition"].startswith("attachment")
        assert [row["name"] for row in response.json()["tables"]["students"]] == ["Eve"]
        assert not any(name in response.text for name in ("Ann", "Ben", "Dan"))

    def test_leave_and_erase_deletes_the_student_and_the_cookie_and_says_so(self, client, server, seeded):
        token = set_cookies(join(client, seeded.info, "Dan"))[cookies.STUDENT].value
        response = post(client, "/student/erase-me")
        assert (response.status_code, response.headers["location"]) == (303, "/Join")
        assert server.student_of(token) is None
        assert [each.name for each in server.store.classes.students(seeded.info.id)] == ["Ann", "Ben", "Cem"]
        assert set_cookies(response)[cookies.STUDENT].value == ""
        assert notice(response)["kind"] == "done" and "deleted" in notice(response)["sentence"]
        client.cookies.set(cookies.STUDENT, token)
        assert cookies.NOTICE not in set_cookies(post(client, "/student/erase-me")), "nobody was there to be deleted"

    @pytest.mark.parametrize("left", [True, False])
    def test_leaving_on_a_shared_computer_ends_the_cookie_wherever_a_copy_of_it_is(self, client, server, seeded, left):
        token = set_cookies(join(client, seeded.info, "Dan"))[cookies.STUDENT].value
        dan, _ = server.student_of(token)
        server.presence.page_ran(dan, "page")
        copy = cookies.mark_left(token) if left else token
        client.cookies.set(cookies.STUDENT, copy)
        response = post(client, "/student/forget-me")
        assert set_cookies(response)[cookies.STUDENT].value == ""
        assert "forgotten you" in notice(response)["sentence"]
        assert dan.id not in server.presence.seen()
        assert server.has_left_for_good(dan), "or another tab would go on"
        opens_nothing(client, server, seeded.info, copy)

    @pytest.mark.parametrize("ended", [True, False])
    @pytest.mark.parametrize("left", [True, False])
    def test_a_cookie_opens_nothing_a_day_after_its_student_was_last_there(
        self, client, server, seeded, clock, ended, left
    ):
        """Also where nobody ended the class."""
        token = set_cookies(join(client, seeded.info, "Dan"))[cookies.STUDENT].value
        dan, _ = server.student_of(token)
        clock.advance(3_600)
        server.presence.page_ran(dan, "page")
        server.recorder.flush()
        if ended:
            server.end_class(seeded.info)
        copy = cookies.mark_left(token) if left else token
        client.cookies.set(cookies.STUDENT, copy)
        clock.advance(24 * 3_600 - 1)
        assert client.get("/student/my-data.json").status_code == 200
        clock.advance(2)
        opens_nothing(client, server, seeded.info, copy)

    @pytest.mark.parametrize("action", ["leave", "come-back", "forget-me", "erase-me"])
    def test_who_never_joined_gets_no_error(self, client, server, action):
        assert post(client, f"/student/{action}").status_code == 303


class TestDownloads:
    def test_where_somebody_tries_the_server_out_alone_no_file_is_given_but_the_students_own(
        self, client, adas_client, server, ada, seeded
    ):
        server.lawful.confirm(ada.teacher, None, TRYING_OUT, "", True)
        for name in file_names(seeded.info.mode):
            response = adas_client.get(f"/class/{seeded.info.id}/{name}")
            assert (response.status_code, response.text) == (403, ONLY_A_TRIAL)
        info = server.open_class(ada.teacher, "Alone")
        assert join(client, info).status_code == 303
        assert b"Ann" in client.get(MY_DATA).content
        demo = server.demo.watch(Mode.NAMES)
        assert client.get(f"/class/{demo.info.id}/attendance.csv").status_code == 200, "made up, of nobody"
        server.lawful.confirm(ada.teacher, None, "consent", "", True)
        assert adas_client.get(f"/class/{seeded.info.id}/session.csv").status_code == 200

    FILES = ("session", "attendance", "signals", "markers", "alerts")

    @pytest.mark.parametrize("which", FILES)
    @pytest.mark.parametrize("who", ["nobody", "another teacher", "a student of the class", "a made-up cookie"])
    def test_only_the_owner_gets_the_files(self, client, server, seeded, which, who):
        if who == "another teacher":
            client.cookies.set(cookies.TEACHER, sign_up(server.accounts, "Grace").token)
        elif who == "a student of the class":
            token = server.join(seeded.info.code, "Dan", True)[1]
            client.cookies.set(cookies.TEACHER, token)
            client.cookies.set(cookies.STUDENT, token)
        elif who == "a made-up cookie":
            client.cookies.set(cookies.TEACHER, "made up")
        response = client.get(f"/class/{seeded.info.id}/{which}.csv")
        assert response.status_code == 404, "and it is not said whether there is such a class"
        assert "Ann" not in response.text

    @pytest.mark.parametrize("number", ["0", "999", "99999999999999999999999"])
    def test_a_class_that_is_not_there_is_not_found(self, adas_client, number):
        assert adas_client.get(f"/class/{number}/session.csv").status_code == 404

    def test_the_owner_gets_a_file_that_is_not_kept_anywhere(self, adas_client, seeded):
        response = adas_client.get(f"/class/{seeded.info.id}/session.csv")
        assert response.headers["content-type"] == "text/csv; charset=utf-8"
        assert response.headers["content-disposition"] == (
            f'attachment; filename="classpulse-{seeded.info.code}-session.csv"'
        )
        assert response.headers["cache-control"] == "no-store"
        rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
        assert sum(int(row["analyses"]) for row in rows) == seeded.analyses
        assert {row["student"] for row in rows} == {"Ann", "Ben"}

    def test_attendance_has_everybody_who_joined(self, adas_client, seeded):
        response = adas_client.get(f"/class/{seeded.info.id}/attendance.csv")
        rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
        assert [row["student"] for row in rows] == ["Ann", "Ben", "Cem"]

    def test_a_running_class_is_complete_to_the_second(self, adas_client, server, seeded):
        dan, _ = server.join(seeded.info.code, "Dan", True)
        server.presence.page_ran(dan, "page")
        server.frame_arrived(dan, camera_frame())
        serve(server.ticker, 1e9)
        response = adas_client.get(f"/class/{seeded.info.id}/session.csv")
        assert "Dan" in response.text

    @pytest.mark.parametrize(
        ("zone", "offset"),
        [
            ("", "+00:00"),
            ("Asia/Kolkata", "+05:30"),
            ("Nowhere/At_all", "+00:00"),
            ("../../etc/passwd", "+00:00"),
            ("posix", "+00:00"),
            ("x" * 5_000, "+00:00"),
        ],
    )
    def test_local_times_are_those_of_the_browser_or_utc(self, adas_client, seeded, zone, offset):
        response = adas_client.get(f"/class/{seeded.info.id}/session.csv", params={"zone": zone})
        row = next(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
        assert row["window_start_local"].endswith(offset)

    def test_the_demo_is_for_everybody(self, client, server):
        demo = seed_class(server.store, None)
        assert client.get(f"/class/{demo.info.id}/session.csv").status_code == 200


class TestStoreDown:
    @pytest.mark.parametrize("address", FORMS)
    def test_a_form_is_a_sentence_on_the_next_page(self, client, no_store, address):
        client.cookies.set(cookies.STUDENT, "some token")
        client.cookies.set(cookies.TEACHER, "some token")
        form = {"user_name": "Ada", "secret": PASSWORD, "class_code": "ABCDEFGH", "student_name": "Ann"}
        response = post(client, address, **form)
        assert response.status_code == 303
        if address == "/student/come-back":
            return  # it only changes the cookie
        assert "does not answer" in notice(response)["sentence"]

    @pytest.mark.parametrize("address", ["/student/leave", "/student/erase-me"])
    def test_a_student_who_cannot_leave_now_keeps_the_cookie(self, client, no_store, address):
        client.cookies.set(cookies.STUDENT, "some token")
        assert cookies.STUDENT not in set_cookies(post(client, address))

    def test_a_shared_computer_forgets_whom_it_had_all_the_same(self, client, no_store):
        client.cookies.set(cookies.STUDENT, "some token")
        assert set_cookies(post(client, "/student/forget-me"))[cookies.STUDENT].value == ""

    def test_the_file_about_me_is_a_sentence(self, client, no_store):
        client.cookies.set(cookies.STUDENT, "some token")
        response = client.get("/student/my-data.json")
        assert response.status_code == 503
        assert "does not answer" in response.text

    def test_a_file_is_a_sentence(self, client, no_store):
        response = client.get("/class/1/session.csv")
        assert response.status_code == 503
        assert "does not answer" in response.text

    def test_a_file_whose_last_readings_cannot_be_written_is_not_given_incomplete(
        self, adas_client, server, seeded, monkeypatch
    ):
        def away(*_):
            raise StoreError("The class database does not answer.")

        monkeypatch.setattr(server.store.readings, "write", away)
        server.presence.page_ran(seeded.students[0], "page")
        assert adas_client.get(f"/class/{seeded.info.id}/session.csv").status_code == 503


def test_the_policy_lets_streamlits_own_page_run_and_no_other_script_in_it(tmp_path):
    policy = dict(rule.split(" ", 1) for rule in content_security_policy().split("; "))
    assert "unsafe" not in policy["script-src"] and "http" not in "".join(policy.values())
    assert policy["frame-ancestors"] == policy["connect-src"] == policy["default-src"] == "'self'"
    page = tmp_path / "index.html"
    page.write_text("<script>\n a = 1\n</script><script src='x'></script><script>b</script>")
    hashes = content_security_policy(page).partition("script-src ")[2].partition(";")[0].split()[2:]
    known = {b64encode(sha256(script).digest()).decode() for script in (b"\n a = 1\n", b"b")}
    assert {each[len("'sha256-") : -1] for each in hashes} == known
    assert len(policy["script-src"].split()) == 3, "Streamlit's page has one script in it"


@pytest.mark.parametrize("address", ["/healthz", "/class/1/session.csv", "/nothing/here"])
def test_every_answer_carries_the_headers(client, server, address):
    headers = client.get(address).headers
    assert {name: headers[name] for name in HEADERS} == HEADERS
