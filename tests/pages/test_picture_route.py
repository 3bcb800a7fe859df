"""The pictures that a student's page posts in place of video."""

from dataclasses import replace

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from classroom.modes import Mode
from classroom.pictures import MAX_CAMERA_BYTES
from classroom.records import Sharing
from classroom.ui import cookies
from classroom.ui.addresses import PICTURE
from classroom.ui.routes import ROUTES

OWN = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def client() -> TestClient:
    return TestClient(Starlette(routes=ROUTES), base_url="http://school.example")


@pytest.fixture
def dan(client, server, seeded):
    """A student with the class page open, sharing a camera."""
    dan, token = server.join(seeded.info.code, "Dan", True)
    client.cookies.set(cookies.STUDENT, token)
    server.presence.page_ran(dan, "his page")
    return dan


def send(client, content=b"a picture", headers=OWN) -> int:
    return client.post(PICTURE, content=content, headers=headers).status_code


def test_a_picture_goes_the_way_of_a_frame_and_is_marked(client, server, dan):
    assert send(client) == 204
    assert server.slots.fresh() == [dan.id]
    assert server.pictures.is_used_by(dan.id)
    assert server._decoder.pictures == [b"a picture"]


@pytest.mark.parametrize(
    "headers",
    [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "https://evil.example"}],
)
def test_a_foreign_page_can_send_none(client, server, dan, headers):
    assert send(client, headers=headers) == 403
    assert server.slots.fresh() == []


def test_nobody_else_can_send_one(client, server, dan):
    token = client.cookies[cookies.STUDENT]
    for cookie in (None, "guessed", cookies.mark_left(token)):
        client.cookies.clear()
        if cookie:
            client.cookies.set(cookies.STUDENT, cookie)
        assert send(client) == 403
    assert server.slots.fresh() == []


def test_a_picture_that_is_too_large_is_not_even_read_to_its_end(client, server, dan):
    assert send(client, b"x" * (MAX_CAMERA_BYTES + 1)) == 413
    assert server._decoder.pictures == []


@pytest.mark.parametrize("sharing", [Sharing.PAUSED, Sharing.NOTHING])
def test_none_is_taken_of_who_has_paused_or_shares_no_camera(client, server, dan, sharing):
    server.share(dan, sharing)
    assert send(client) == 409
    assert server._decoder.pictures == []


def test_none_is_taken_of_who_has_left(client, server, dan):
    server.leave(dan)
    assert send(client) == 409


def test_none_is_taken_when_the_class_has_ended(client, server, seeded, dan):
    server.end_class(seeded.info)
    assert send(client) == 409
    assert server.slots.fresh() == []


def test_too_many_are_refused(client, server, dan, clock):
    assert [send(client) for _ in range(3)] == [204, 409, 409]
    clock.advance(2)
    assert send(client) == 204


def test_it_is_never_asked_for_with_get(client, server):
    assert client.get(PICTURE).status_code == 405


def test_a_class_without_cameras_takes_no_picture_whatever_the_page_says(client, server, ada):
    info = server.open_class(ada.teacher, "Optics", mode=Mode.SIGNALS_ONLY)
    eve, token = server.join(info.code, "Eve", True)
    client.cookies.set(cookies.STUDENT, token)
    server.presence.page_ran(replace(eve, sharing=Sharing.CAMERA), "a page of her own making")
    assert send(client) == 409
    assert server._decoder.pictures == []
