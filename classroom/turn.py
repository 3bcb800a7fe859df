"""Who may use the TURN server: credentials for one person and for hours, made from a secret that both servers know.

As coturn checks them with ``use-auth-secret``: the user name is "expiry:person", the password its HMAC-SHA1. TURN
carries video where a network lets none through directly.
"""

import base64
import hashlib
import hmac

from classroom.settings import Settings

# Longer than any lesson: a connection that is lost within it is made anew with the same credentials.
VALID_S = 12 * 3600


def credentials(secret: str, person: str, now_ms: int, valid_s: int = VALID_S) -> tuple[str, str]:
    """User name and password of a person, good for ``valid_s`` seconds."""
    user_name = f"{now_ms // 1000 + valid_s}:{person}"
    digest = hmac.new(secret.encode(), user_name.encode(), hashlib.sha1).digest()
    return user_name, base64.b64encode(digest).decode()


def turn_servers(settings: Settings, person: str, now_ms: int, valid_s: int = VALID_S) -> list[dict]:
    """The TURN server with credentials of this person, as browsers want it; empty when the deployment has none."""
    if not settings.turn_urls:
        return []
    user_name, password = credentials(settings.turn_secret, person, now_ms, valid_s)
    return [{"urls": list(settings.turn_urls), "username": user_name, "credential": password}]


def stun_servers(settings: Settings) -> list[dict]:
    """What ``CLASSPULSE_ICE_SERVERS`` names, for both ends of a connection."""
    return [{"urls": url} for url in settings.ice_servers]
