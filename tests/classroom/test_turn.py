from classroom.settings import Settings
from classroom.turn import credentials, stun_servers, turn_servers

AT_MS = 1_700_000_000_000


def test_credentials_are_those_that_openssl_makes():
    # printf '1700043200:7' | openssl dgst -sha1 -hmac shared -binary | base64
    assert credentials("shared", "7", AT_MS) == ("1700043200:7", "hP0bZ7hlHCSSnI4ThqOIp/9Sanc=")


def test_another_person_time_or_secret_has_another_password():
    passwords = {
        credentials(secret, person, at_ms)[1]
        for secret in ("shared", "other")
        for person in ("7", "8")
        for at_ms in (AT_MS, AT_MS + 1000)
    }
    assert len(passwords) == 8


def test_without_a_turn_server_nothing_is_made():
    assert turn_servers(Settings(), "7", AT_MS) == []
    assert stun_servers(Settings()) == []


def test_a_browser_gets_every_way_to_the_turn_server_with_its_own_credentials():
    settings = Settings(turn_urls=("turn:a:1?transport=udp", "turn:a:1?transport=tcp"), turn_secret="shared")
    (server,) = turn_servers(settings, "7", AT_MS, valid_s=60)
    assert server["urls"] == ["turn:a:1?transport=udp", "turn:a:1?transport=tcp"]
    assert server["username"] == "1700000060:7"
    assert "shared" not in str(server)
