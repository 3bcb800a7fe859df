"""Join codes that can be read aloud, and tokens that nobody can guess."""

import hashlib
import secrets

from classroom.errors import CodeError

# Without I, L, O, 0, 1 (they look alike): 31 signs, so eight of them are 8.5e11 codes.
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
LENGTH = 8


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def show_code(code: str) -> str:
    """The code in two groups of four, as it is read aloud."""
    return f"{code[:4]}-{code[4:]}"


def parse_code(typed: str) -> str:
    """The code in what somebody typed; case, spaces and dashes do not matter.

    Raises:
        CodeError: it cannot be a code, with what is wrong about it.
    """
    code = "".join(sign for sign in typed.upper() if sign not in " -\t\n–—_.")
    if not code:
        raise CodeError("Type the code of your class: eight letters and digits that your teacher shows.")
    strange = sorted({sign for sign in code if sign not in ALPHABET})
    if strange:
        shown = ", ".join(sign if sign.isprintable() else "?" for sign in strange[:3])
        raise CodeError(f"A code has no {shown} in it (no 0, 1, I, L or O either). Look at it again, please.")
    if len(code) != LENGTH:
        raise CodeError(f"A code has {LENGTH} letters and digits, this one has {len(code)}. Look at it again, please.")
    return code


def new_token() -> str:
    """A secret for a cookie or a key, 192 bits."""
    return secrets.token_urlsafe(24)


def token_hash(token: str) -> str:
    """What the store keeps of a token. A plain SHA-256 is enough: the token is random, so it cannot be guessed."""
    return hashlib.sha256(token.encode()).hexdigest()
