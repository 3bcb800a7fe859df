"""Who is a teacher: one-time keys, passwords, and sign-ins that survive a reload."""

import threading
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from classroom.clock import Clock
from classroom.codes import new_token, token_hash
from classroom.errors import BadInput, NotAllowed
from classroom.naming import clean_name, name_key
from classroom.records import Teacher
from classroom.store import Store

MIN_PASSWORD = 10
# Argon2 takes time and memory by the length; nobody types more than this.
MAX_PASSWORD = 200
SIGN_IN_MS = 30 * 24 * 3600 * 1000
KEY_MS = 7 * 24 * 3600 * 1000
MAX_TRIES, TRIES_MS = 8, 10 * 60 * 1000


@dataclass(frozen=True)
class SignIn:
    teacher: Teacher
    token: str


class Accounts:
    """Passwords are kept as Argon2id hashes (argon2-cffi's defaults, RFC 9106); tokens and keys as SHA-256."""

    def __init__(self, store: Store, clock: Clock, hasher: PasswordHasher | None = None) -> None:
        self._store = store
        self._clock = clock
        self._hasher = hasher or PasswordHasher()
        # Verified for an unknown name, so that the answer takes as long as for a known one.
        self._nobody = self._hasher.hash(new_token())
        self._tries: dict[tuple[str, ...], list[int]] = {}
        self._lock = threading.Lock()

    def needs_setup(self) -> bool:
        """Whether there is no teacher yet."""
        return self._store.teachers.count() == 0

    def new_key(self) -> str:
        """A key that creates one teacher's account within seven days."""
        key = new_token()
        self._store.teachers.add_key(token_hash(key), self._clock() + KEY_MS)
        return key

    def new_setup_key(self) -> str | None:
        """The key of a first start, which replaces earlier ones; ``None`` when there is a teacher already."""
        if not self.needs_setup():
            return None
        self._store.teachers.drop_keys()
        return self.new_key()

    def create(self, key: str, name: str, password: str, source: str = "") -> SignIn:
        """Create a teacher's account with a one-time key, and sign in. ``source`` as for ``sign_in``.

        Raises:
            BadInput: no name, or the password is too short or too long; the key stays good.
            NotAllowed: the key is wrong, used or expired.
        """
        name = clean_name(name)
        if len(password) < MIN_PASSWORD:
            raise BadInput(f"Choose a password of at least {MIN_PASSWORD} signs.")
        if len(password) > MAX_PASSWORD:
            raise BadInput(f"Choose a password of at most {MAX_PASSWORD} signs.")
        self._count_try(("key", source))
        hashed = self._hasher.hash(password)
        teacher = self._store.teachers.add_with_key(token_hash(key.strip()), name, hashed, self._clock())
        if teacher is None:
            raise NotAllowed(
                "This key is not valid (any more). The terminal where ClassPulse runs shows the current one."
            )
        self._forget_tries(("key", source))
        return self._signed_in(teacher)

    def sign_in(self, name: str, password: str, source: str = "") -> SignIn:
        """Sign in with name and password.

        Args:
            source: where the try comes from, such as an address: tries are counted a name and source, so that nobody
                can lock a teacher out from elsewhere.

        Raises:
            NotAllowed: they do not belong together (which of both is wrong is not said), or too many tries.
        """
        name = clean_name(name)
        tried = ("name", name_key(name), source)
        self._count_try(tried)
        found = self._store.teachers.with_password(name)
        try:
            self._hasher.verify(found[1] if found else self._nobody, password[:MAX_PASSWORD])
        except (VerificationError, InvalidHashError) as error:
            raise NotAllowed("Name and password do not match. Try again, please.") from error
        if found is None:
            raise NotAllowed("Name and password do not match. Try again, please.")
        self._forget_tries(tried)
        return self._signed_in(found[0])

    def teacher_of(self, token: str) -> Teacher | None:
        """The teacher whose cookie this is, while the sign-in lasts."""
        return self._store.teachers.signed_in(token_hash(token), self._clock()) if token else None

    def sign_out(self, token: str) -> None:
        self._store.teachers.end_sign_in(token_hash(token))

    def _signed_in(self, teacher: Teacher) -> SignIn:
        token, now_ms = new_token(), self._clock()
        self._store.teachers.add_sign_in(token_hash(token), teacher.id, now_ms, now_ms + SIGN_IN_MS)
        return SignIn(teacher, token)

    def _count_try(self, what: tuple[str, ...]) -> None:
        now_ms = self._clock()
        with self._lock:
            tries = [at_ms for at_ms in self._tries.get(what, []) if at_ms > now_ms - TRIES_MS]
            if len(tries) >= MAX_TRIES:
                raise NotAllowed("Too many tries. Wait ten minutes, then try again.")
            self._tries[what] = [*tries, now_ms]

    def _forget_tries(self, what: tuple[str, ...]) -> None:
        with self._lock:
            self._tries.pop(what, None)
