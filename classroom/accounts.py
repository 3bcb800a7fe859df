"""Who is a teacher: one-time keys, passwords, and sign-ins that survive a reload."""

import hmac
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
from classroom.tries import Tries, address_group

MIN_PASSWORD = 10
# Argon2 takes time and memory by the length; nobody types more than this.
MAX_PASSWORD = 200
SIGN_IN_MS = 30 * 24 * 3600 * 1000
KEY_MS = 7 * 24 * 3600 * 1000
# Failures within ten minutes: of a name from one address; of all names from one address, behind which may be a school;
# of a name from all addresses together, but for those where its teacher has signed in before.
MAX_TRIES, MAX_TRIES_OF_ADDRESS, MAX_TRIES_OF_NAME = 8, 60, 60
TRIES_MS = 10 * 60 * 1000
# A hash takes 64 MiB and a core: many at once would be a way to stop the server.
HASHES_AT_ONCE = 2
# Stands in place of a password's hash, and no password has it.
_IDENTITY = "identity:"


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
        self._hashing = threading.BoundedSemaphore(HASHES_AT_ONCE)
        self._keys = Tries(clock, MAX_TRIES, TRIES_MS)
        self._pairs = Tries(clock, MAX_TRIES, TRIES_MS)
        self._addresses = Tries(clock, MAX_TRIES_OF_ADDRESS, TRIES_MS)
        self._names = Tries(clock, MAX_TRIES_OF_NAME, TRIES_MS)
        self._known = Tries(clock, 1, SIGN_IN_MS)  # where a teacher has signed in

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
        source = address_group(source)
        _within(self._keys.count(source))
        with self._hashing:
            hashed = self._hasher.hash(password)
        teacher = self._store.teachers.add_with_key(token_hash(key.strip()), name, hashed, self._clock())
        if teacher is None:
            raise NotAllowed(
                "This key is not valid (any more). The terminal where ClassPulse runs shows the current one."
            )
        self._keys.forget(source)
        return self._signed_in(teacher)

    def sign_in(self, name: str, password: str, source: str = "") -> SignIn:
        """Sign in with name and password.

        Args:
            source: the address that the try comes from. Failures are counted a name and address, so that nobody can
                lock a teacher out from elsewhere; and each alone, so that nobody gets far with many of the other.

        Raises:
            NotAllowed: they do not belong together (which of both is wrong is not said), or too many tries.
        """
        name = clean_name(name)
        address, key = address_group(source), name_key(name)
        this_try = object()
        _within(self._pairs.count((key, address)))
        _within(self._addresses.count(address, this_try))
        _within(self._known.is_spent((key, address)) or self._names.count(key, this_try))
        found = self._store.teachers.with_password(name)
        if not self._is_right(password, found[1] if found else self._nobody) or found is None:
            raise NotAllowed("Name and password do not match. Try again, please.")
        self._pairs.forget((key, address))
        self._addresses.take_back(address, this_try)
        self._names.take_back(key, this_try)
        self._known.count((key, address))
        return self._signed_in(found[0])

    def sign_in_by(self, identity: str, name: str) -> SignIn:
        """Sign in whom somebody else vouches for; the first time makes the account.

        Args:
            identity: what never changes and nobody else has, such as issuer and subject of OpenID Connect.

        Raises:
            NotAllowed: the name belongs to an account with a password, or to another identity.
        """
        name, mark = clean_name(name), _IDENTITY + token_hash(identity)
        teachers = self._store.teachers
        found = teachers.with_password(name) or (teachers.add(name, mark, self._clock()), mark)
        if not hmac.compare_digest(found[1], mark):
            raise NotAllowed("A teacher of this name has an account with a password. Sign in with that.")
        return self._signed_in(found[0])

    def teacher_of(self, token: str) -> Teacher | None:
        """The teacher whose cookie this is, while the sign-in lasts."""
        return self._store.teachers.signed_in(token_hash(token), self._clock()) if token else None

    def may_remove(self, teacher: Teacher) -> list[Teacher]:
        """The colleagues whom this teacher may remove: all of them for the first teacher, who set the server up."""
        return self._store.teachers.all()[1:] if self.is_first(teacher) else []

    def is_first(self, teacher: Teacher) -> bool:
        """Whether this teacher set the server up."""
        return teacher.id == self._store.teachers.all()[0].id

    def sign_out(self, token: str) -> None:
        self._store.teachers.end_sign_in(token_hash(token))

    def _signed_in(self, teacher: Teacher) -> SignIn:
        token, now_ms = new_token(), self._clock()
        self._store.teachers.add_sign_in(token_hash(token), teacher.id, now_ms, now_ms + SIGN_IN_MS)
        return SignIn(teacher, token)

    def _is_right(self, password: str, hashed: str) -> bool:
        """Argon2's own comparison takes the same time wherever two hashes differ."""
        try:
            with self._hashing:
                return self._hasher.verify(hashed, password[:MAX_PASSWORD])
        except (VerificationError, InvalidHashError):
            return False


def _within(limit: bool) -> None:
    if not limit:
        raise NotAllowed("Too many tries. Wait ten minutes, then try again.")
