"""From another machine: HTTPS at a proxy, video through a relay, and pictures where no video gets through."""

import pytest
from playwright.sync_api import BrowserContext

from benchmarks.server import ServerProcess
from classroom.ui import cookies
from tests.e2e.outside import SECRET, Caddy, Coturn
from tests.e2e.people import Student, Teacher, wait_until

# Half a minute of two connections in vain on a machine that has nothing else to do.
CONNECTED_WITHIN_S = 150
READINGS = """select count(*) from readings join students on students.id = student_id
    where students.name = ? and readings.reason is null"""


@pytest.fixture(scope="module")
def outside(tmp_path_factory):
    """The parts of ``deploy/compose.yaml`` as far as they run without containers: (server, Caddy, coturn)."""
    folder = tmp_path_factory.mktemp("outside")
    coturn = Coturn(folder)
    settings = {"CLASSPULSE_TURN_URLS": coturn.url, "CLASSPULSE_TURN_SECRET": SECRET}
    server = ServerProcess(folder / "server", settings)
    caddy = Caddy(folder, server.port)
    server.add_settings({"CLASSPULSE_PUBLIC_URL": caddy.url})
    with coturn.running(), caddy.running():
        yield server.start(), caddy, coturn
        server.stop()


def test_video_comes_through_the_relay_and_pictures_where_nothing_gets_through(outside, open_context):
    server, caddy, coturn = outside
    assert caddy.is_trusted_by_who_trusts_its_authority()
    teacher = Teacher(_over_https(open_context, width=1280), caddy.url)
    teacher.create_account(server.setup_key(), "Ada")
    code = teacher.open_class("Optics")
    kept = {each["name"]: each for each in teacher.context.cookies()}
    assert cookies.TEACHER not in kept, "a neighbour could plant one without the prefix"
    cookie = kept[cookies.HOST + cookies.TEACHER]
    assert cookie["secure"] and cookie["httpOnly"]

    # Blocked first: until pictures take the place of its video, the other one is looked at.
    blocked = Student(_over_https(open_context, ways="[]"), caddy.url)
    blocked.join(code, "Bea")
    relayed = Student(_over_https(open_context, ways="settings.iceServers"), caddy.url)
    relayed.open_link(code)
    relayed.press("Test camera and network")
    relayed.reads("All is well: video from here reaches the class")
    relayed.reads("Video reaches the class through the relay (TURN), over UDP")
    relayed.submit("Rosa")
    teacher.sees("Rosa", "live", CONNECTED_WITHIN_S)
    assert ":camera-" in coturn.log, "no credentials of a student's connection"
    assert not teacher.tile("Rosa").get_by_text("pictures").count()
    wait_until(lambda: server.one(READINGS, "Rosa") > 2, "readings through the relay", page=teacher.page)

    teacher.sees("Bea", "live", CONNECTED_WITHIN_S)
    teacher.tile("Bea").get_by_text("pictures").wait_for()
    blocked.reads("Your network lets no video through, so one picture every two seconds takes its place")
    blocked.press("Test camera and network")
    blocked.reads("Your network lets no video through. You need not do anything")
    before = server.one(READINGS, "Bea")
    wait_until(lambda: server.one(READINGS, "Bea") > before + 1, "readings of pictures", page=blocked.page)

    blocked.press("Pause my camera")
    teacher.sees("Bea", "paused")
    blocked.press("Leave the class")
    blocked.reads("You have left the class")


def _over_https(open_context, ways: str | None = None, width: int = 420) -> BrowserContext:
    """A visitor who trusts Caddy's authority.

    Args:
        ways: the only servers through which a connection may come about: JavaScript, ``settings`` is what the page asks for.
    """
    context = open_context(ignore_https_errors=True, viewport={"width": width, "height": 1000})
    if ways:
        context.add_init_script(_ONLY_BY_RELAY % ways)
    return context


_ONLY_BY_RELAY = """(() => {
  const Real = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Real {
    constructor(settings) { super({ ...settings, iceServers: %s, iceTransportPolicy: "relay" }); }
  };
})();"""
