"""Settings under which a server must not start, each with a sentence that says what to change.

Pure: what Streamlit has been told comes in as a function, so that every rule is tested without a server.
"""

import ipaddress
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from classroom.settings import Settings

Option = Callable[[str], object]

# Of Streamlit's settings: what each must be, and what happens otherwise.
_MUST_BE = (
    ("server.enableXsrfProtection", True, "another page could post in a teacher's name"),
    ("server.enableCORS", True, "another page could read what a teacher sees"),
    ("browser.gatherUsageStats", False, "the browsers of a class would report to somebody else"),
    ("logger.hideWelcomeMessage", True, "Streamlit would ask a server on the internet for this machine's address"),
    ("server.enableAgentApi", False, "programs could drive the pages without a browser"),
)
_SHORTEST_SECRET = 32
# What stands in examples, and what people type when they mean to change it later.
_NO_SECRETS = {"", "password", "postgres", "changeme", "change-me", "secret", "admin", "root", "classpulse", "test"}


def unsafe_settings(settings: Settings, option: Option, auth: Mapping[str, object] | None = None) -> list[str]:
    """One sentence for everything that is unsafe; empty when the server may start.

    Args:
        option: gives a setting of Streamlit's by its name.
        auth: the section [auth] of Streamlit's secrets, ``None`` without one.
    """
    found = [_wrong(name, wanted, why) for name, wanted, why in _MUST_BE if option(name) is not wanted]
    found += _errors(option) + _database(settings.database_url)
    found += _address(settings.public_url, "CLASSPULSE_PUBLIC_URL") if settings.public_url else []
    found += _turn(settings.turn_secret) if settings.turn_urls else []
    return found + _cookie_secret(option("server.cookieSecret"), "server.cookieSecret") + _auth(auth)


def is_own_machine(host: str) -> bool:
    """Whether only browsers on this machine reach a host of this name."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _wrong(name: str, wanted: bool, why: str) -> str:
    value = str(wanted).lower()
    return f"{name} must be {value}, or {why}: set it, and start in the folder of streamlit_app.py."


def _errors(option: Option) -> list[str]:
    shown, address = option("client.showErrorDetails"), option("server.address")
    if shown == "none" or (address and is_own_machine(str(address))):
        return []
    return [
        "client.showErrorDetails must be none where other machines can connect: a traceback tells too much. To see them"
        " here, add --server.address localhost."
    ]


def _address(url: str, name: str) -> list[str]:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query or parts.fragment:
        return [f"{name} is {url.rpartition('@')[2][:60]!r}; it must look like https://school.example."]
    if parts.scheme == "http" and not is_own_machine(parts.hostname):
        return [
            f"{name} is {url[:60]!r}: without HTTPS passwords could be read on the way, and no browser gives a camera."
            " Use an https address."
        ]
    return []


def _database(url: str) -> list[str]:
    parts = urlsplit(url)
    if not parts.hostname or is_own_machine(parts.hostname) or (parts.password or "").lower() not in _NO_SECRETS:
        return []
    return ["DATABASE_URL has no password, or one that everybody tries first. Give the database a password of its own."]


def _turn(secret: str) -> list[str]:
    if _is_long(secret):
        return []
    return [
        "CLASSPULSE_TURN_SECRET is too easy to guess: who has it can use the relay. Give both servers what this prints:"
        " openssl rand -hex 32"
    ]


def _auth(auth: Mapping[str, object] | None) -> list[str]:
    if auth is None:
        return []
    found = _cookie_secret(auth.get("cookie_secret", ""), "cookie_secret in [auth]", needed=True)
    redirect = str(auth.get("redirect_uri", ""))
    return found + (_address(redirect, "redirect_uri in [auth]") if redirect else [])


def _cookie_secret(secret: object, name: str, needed: bool = False) -> list[str]:
    text = str(secret or "")
    if not text and not needed:
        return []
    if _is_long(text):
        return []
    return [
        f"{name} is too easy to guess: who has it can sign in as anybody. Put in what this prints:"
        ' python -c "import secrets; print(secrets.token_hex(32))"'
    ]


def _is_long(secret: str) -> bool:
    """Whether nobody guesses it; a word or one sign again and again is not."""
    return len(secret) >= _SHORTEST_SECRET and len(set(secret)) >= 10
