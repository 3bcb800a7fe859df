"""Offers as browsers make them, and as nobody's browser does."""

import pytest
from aiortc import RTCPeerConnection
from aiortc.sdp import SessionDescription

from classroom.candidates import MOST_CANDIDATES
from classroom.ui.offers import MOST_CODECS, MOST_LINES, unwanted
from tests import own_loop

CANDIDATE = "a=candidate:1 1 udp 2122194687 192.0.2.2 {} typ host\r\n"


async def _offer(*kinds: str) -> str:
    browser = RTCPeerConnection()
    for kind in kinds:
        if kind == "application":
            browser.createDataChannel("test")
        else:
            browser.addTransceiver(kind, direction="sendonly")
    sdp = (await browser.createOffer()).sdp
    await browser.close()
    return sdp


@pytest.fixture(scope="module")
def video() -> str:
    return own_loop.run(_offer("video"))


def media_of(offer: str) -> str:
    """Its lines from ``m=`` on."""
    return offer[offer.index("m=") :]


def test_one_video_is_wanted_and_one_channel_where_a_channel_is(video):
    assert unwanted(video) is None
    assert unwanted(own_loop.run(_offer("application")), "application") is None


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        (("audio",), "it came with sound"),
        (("video", "audio"), "it came with sound"),
        (("video", "video"), "video, video instead of one video"),
        (("video", "application"), "video, application instead of one video"),
        (("application",), "application instead of one video"),
    ],
)
def test_everything_else_is_named(kinds, words):
    assert words in unwanted(own_loop.run(_offer(*kinds)))


def test_a_medium_that_says_it_is_refused_would_be_made_all_the_same_and_counts(video):
    """Every line ``m=`` makes ports and threads, whatever its port says."""
    refused = media_of(video).replace("m=video 9", "m=video 0", 1)
    assert "m=video 0" in refused
    assert "video, video, video instead of one video" in unwanted(video + refused * 2)


@pytest.mark.parametrize(
    ("sdp", "words"),
    [
        ("v=0\r\n" * 20_000, "larger than any browser's"),
        ("x" * 50_001, "larger than any browser's"),
        ("v=0\r\n" * (MOST_LINES + 1), "larger than any browser's"),
        ("garbage", "nothing instead"),
        ("v=0\r\nm=video x y z\r\n", "could not be read"),
        ("", "nothing instead"),
    ],
)
def test_an_offer_of_no_browser_is_one_sentence(sdp, words):
    assert words in unwanted(sdp)


def test_an_offer_whose_feedback_would_be_given_to_each_of_a_thousand_codecs_is_not_parsed(video, monkeypatch):
    """45 kB of this took the parser two seconds, on the event loop."""
    monkeypatch.setattr(SessionDescription, "parse", lambda sdp: pytest.fail("it was parsed"))
    quadratic = video + "a=rtpmap:96 VP8/90000\r\n" * 1_200 + "a=rtcp-fb:* nack\r\n" * 900
    assert len(quadratic) < 50_000
    assert "larger than any browser's" in unwanted(quadratic)
    assert "larger than any browser's" in unwanted(video + "a=rtpmap:96 VP8/90000\r\n" * (MOST_CODECS + 1))


def test_a_browser_with_many_addresses_is_taken_and_one_with_more_than_there_are_is_not(video):
    named = [CANDIDATE.format(port) for port in range(2_000, 2_000 + MOST_CANDIDATES + 1)]
    assert unwanted(video + "".join(named[:-1])) is None
    assert "more than 50 addresses" in unwanted(video + "".join(named))


@pytest.mark.parametrize("name", ["ice-ufrag", "ice-pwd"])
@pytest.mark.parametrize("length", [0, 3, 257, 20_000])
def test_a_name_or_password_of_a_wrong_length_would_be_sent_with_every_packet(video, name, length):
    lines = [f"a={name}:{'x' * length}" if line.startswith(f"a={name}:") else line for line in video.splitlines()]
    assert unwanted("\r\n".join(lines) + "\r\n") == "its offer could not be read"
