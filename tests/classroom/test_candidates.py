"""Which addresses may be named as a browser's own."""

from dataclasses import replace

import pytest

from classroom.candidates import Named, is_usable, named

HOST = "candidate:630175628 1 udp 2122194687 192.0.2.2 53854 typ host generation 0 ufrag DUYb network-id 1"
OUTSIDE = "203.0.113.9"


def test_what_chromium_names_is_read():
    assert named(HOST) == Named(1, "udp", 2122194687, "192.0.2.2", 53854, "host")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (HOST, "an address of the machine"),
        (HOST.replace("192.0.2.2", "fd00::2"), "the same over IPv6"),
        (HOST.replace("192.0.2.2", "10.1.2.3"), "behind a router at home"),
        (HOST.replace("192.0.2.2", "100.64.3.4"), "behind the provider's router"),
        (HOST.replace("typ host", "typ srflx raddr 0.0.0.0 rport 0"), "as a STUN server sees it"),
        (HOST.replace("typ host", "typ relay raddr 203.0.113.9 rport 4000"), "a relay"),
        (HOST.replace("udp", "UDP"), "as Firefox writes it"),
    ],
)
def test_what_a_browser_can_have_is_usable(text, why):
    assert is_usable(named(text), OUTSIDE), why


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"host": "224.0.0.251"}, "multicast"),
        ({"host": "ff02::fb"}, "multicast over IPv6"),
        ({"host": "255.255.255.255"}, "broadcast"),
        ({"host": "0.0.0.0"}, "unspecified"),
        ({"host": "::"}, "unspecified over IPv6"),
        ({"host": "0.1.2.3"}, "this network, which some systems take for themselves"),
        ({"host": "240.0.0.1"}, "reserved"),
        ({"host": "127.0.0.1"}, "loopback of the server"),
        ({"host": "127.8.8.8"}, "all of it"),
        ({"host": "::1"}, "loopback over IPv6"),
        ({"host": "::ffff:127.0.0.1"}, "loopback in other words"),
        ({"host": "169.254.169.254"}, "link-local, where clouds tell secrets"),
        ({"host": "fe80::1"}, "link-local over IPv6"),
        ({"host": "3f1e0c9a-1b2c-4d5e-8f90-123456789abc.local"}, "a name that a network would have to be asked for"),
        ({"host": "evil.example"}, "any name"),
        ({"host": "1"}, "no address"),
        ({"host": ""}, "nothing"),
        ({"transport": "tcp"}, "no browser can be reached by TCP"),
        ({"transport": "quic"}, "nothing that there is"),
        ({"kind": "prflx"}, "never named: it is learned"),
        ({"kind": "any"}, "no kind"),
        ({"component": 2}, "audio of ten years ago"),
        ({"port": 53}, "a service"),
        ({"port": 0}, "no port"),
        ({"port": 65536}, "no port either"),
        ({"port": -1}, "nor this"),
        ({"priority": 2**32}, "more than the field holds"),
        ({"priority": -1}, "less than nothing"),
    ],
)
def test_everything_else_is_left_out(changed, why):
    assert not is_usable(replace(named(HOST), **changed), OUTSIDE), why


@pytest.mark.parametrize("visitor", ["", "127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_who_is_on_the_machine_itself_may_be_reached_there(visitor):
    for host in ("127.0.0.1", "127.3.2.1", "::1"):
        assert is_usable(replace(named(HOST), host=host), visitor)
    assert not is_usable(replace(named(HOST), host="169.254.1.1"), visitor)


@pytest.mark.parametrize("visitor", ["169.254.7.7", "fe80::7"])
def test_who_came_from_a_link_local_address_may_have_one(visitor):
    assert is_usable(replace(named(HOST), host="169.254.1.1"), visitor)
    assert not is_usable(replace(named(HOST), host="127.0.0.1"), visitor)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "candidate",
        HOST.replace("typ", "tip"),
        HOST.replace("53854", "many"),
        HOST + " x" * 200,
        "1 1 udp 1 1.1.1.1",
    ],
)
def test_what_names_nothing_is_nothing(text):
    assert named(text) is None


def test_a_number_of_ten_thousand_digits_is_nothing():
    assert named(HOST.replace("53854", "9" * 10_000)) is None
