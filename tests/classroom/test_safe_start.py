import pytest

from classroom.safe_start import is_own_machine, unsafe_settings
from classroom.settings import Settings

SAFE = {
    "server.enableXsrfProtection": True,
    "server.enableCORS": True,
    "server.enableAgentApi": False,
    "browser.gatherUsageStats": False,
    "logger.hideWelcomeMessage": True,
    "client.showErrorDetails": "none",
    "server.address": None,
    "server.cookieSecret": "0123456789abcdef" * 4,
}
GOOD_SECRET = "7f3a9c51e0b2d8467f3a9c51e0b2d846"


def found(settings: Settings | None = None, auth=None, **options) -> list[str]:
    """Options by their name behind the dot."""
    values = SAFE | {name: options[name.partition(".")[2]] for name in SAFE if name.partition(".")[2] in options}
    return unsafe_settings(settings or Settings(database_url="sqlite:///x.db"), values.__getitem__, auth)


def test_a_first_start_as_it_comes_is_safe():
    assert found() == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"enableXsrfProtection": False}, "enableXsrfProtection must be true"),
        ({"enableCORS": False}, "enableCORS must be true"),
        ({"enableAgentApi": True}, "enableAgentApi must be false"),
        ({"gatherUsageStats": True}, "gatherUsageStats must be false"),
        ({"hideWelcomeMessage": False}, "ask a server on the internet"),
        ({"showErrorDetails": "full"}, "showErrorDetails must be none"),
        ({"showErrorDetails": "full", "address": "0.0.0.0"}, "showErrorDetails must be none"),
        ({"cookieSecret": "a" * 64}, "cookieSecret is too easy"),
        ({"cookieSecret": "short"}, "cookieSecret is too easy"),
    ],
)
def test_an_unsafe_setting_of_streamlit_is_one_sentence(options, words):
    (sentence,) = found(**options)
    assert words in sentence


def test_who_works_on_it_sees_tracebacks_on_the_own_machine():
    assert found(showErrorDetails="full", address="localhost") == []


@pytest.mark.parametrize(
    ("url", "words", "why"),
    [
        ("", "", "none is fine"),
        ("https://school.example", "", "as it should be"),
        ("https://192.0.2.10:8501", "", "with a port"),
        ("http://localhost:8501", "", "only this machine"),
        ("http://127.0.0.1:8501", "", "the same"),
        ("http://[::1]:8501", "", "the same"),
        ("http://school.example", "without HTTPS", "passwords in plain"),
        ("http://192.168.1.5:8501", "without HTTPS", "a private address is a network all the same"),
        ("http://localhost.school.example", "without HTTPS", "only looks like this machine"),
        ("school.example", "must look like", "no scheme"),
        ("javascript:alert(1)", "must look like", "no address of a page"),
        ("https://teacher:secret@school.example", "must look like", "a password in every join link"),
        ("https://", "must look like", "no host"),
    ],
)
def test_the_address_in_join_links(url, words, why):
    sentences = found(Settings(database_url="sqlite:///x.db", public_url=url))
    assert len(sentences) == bool(words)
    assert words in "".join(sentences)


@pytest.mark.parametrize(
    ("url", "good", "why"),
    [
        ("sqlite:///x.db", True, "a file"),
        ("postgresql://teacher@127.0.0.1/classes", True, "a database on this machine may trust it"),
        ("postgresql://teacher:b7fk2p9sd@db.example/classes", True, "a password of its own"),
        ("postgresql://teacher@db.example/classes", False, "none"),
        ("postgresql://user:password@db.example/classes", False, "the one in the README"),
        ("postgresql://user:Postgres@db.example/classes", False, "the one that everybody tries"),
        ("no address", True, "the store says what is wrong with it"),
    ],
)
def test_the_password_of_the_database(url, good, why):
    assert (found(Settings(database_url=url)) == []) is good


@pytest.mark.parametrize(
    ("auth", "words"),
    [
        ({"cookie_secret": GOOD_SECRET, "redirect_uri": "https://school.example/oauth2callback"}, []),
        ({"cookie_secret": GOOD_SECRET, "redirect_uri": "http://localhost:8501/oauth2callback"}, []),
        ({"redirect_uri": "https://school.example/oauth2callback"}, ["cookie_secret in [auth]"]),
        ({"cookie_secret": "xxx"}, ["cookie_secret in [auth]"]),
        (
            {"cookie_secret": GOOD_SECRET, "redirect_uri": "http://school.example/oauth2callback"},
            ["redirect_uri in [auth] is 'http://school.example/oauth2callback': without HTTPS"],
        ),
    ],
)
def test_the_sign_in_by_openid_connect(auth, words):
    sentences = found(auth=auth)
    assert len(sentences) == len(words)
    assert all(word in sentence for word, sentence in zip(words, sentences, strict=True))


def test_no_sentence_repeats_a_secret():
    sentences = found(
        Settings(database_url="postgresql://user:changeme@db.example/x"), auth={"cookie_secret": "hunter2"}
    )
    assert len(sentences) == 2
    assert not any(secret in sentence for secret in ("changeme", "hunter2") for sentence in sentences)


@pytest.mark.parametrize(
    ("host", "own"),
    [("localhost", True), ("127.0.0.2", True), ("::1", True), ("0.0.0.0", False), ("10.0.0.1", False), ("", False)],
)
def test_what_only_this_machine_reaches(host, own):
    assert is_own_machine(host) is own


@pytest.mark.parametrize(
    ("urls", "secret", "good", "why"),
    [
        ((), "", True, "no relay, no secret"),
        (("turn:school.example:3478",), "0123456789abcdef" * 4, True, "as openssl prints it"),
        (("turn:school.example:3478",), "classpulse", False, "a word"),
        (("turn:school.example:3478",), "a" * 64, False, "long, and guessed at once"),
    ],
)
def test_the_secret_of_the_relay(urls, secret, good, why):
    sentences = found(Settings(database_url="sqlite:///x.db", turn_urls=urls, turn_secret=secret))
    assert len(sentences) == (not good), why
    assert secret[:9] not in "".join(sentences) or not secret, why
