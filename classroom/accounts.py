"""Who is a teacher: one-time keys, passwords, and sign-ins that survive a reload and end everywhere at once."""

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
from classroom.sign_in_pace import SignInPace, Turn
from classroom.store import Store
from classroom.tries import Tries, address_group

MIN_PASSWORD = 10
# Argon2 takes time and memory by the length; nobody types more than this.
MAX_PASSWORD = 200
SIGN_IN_MS = 30 * 24 * 3600 * 1000
KEY_MS = 7 * 24 * 3600 * 1000
# For how long a browser is known in which a teacher has signed in.
BROWSER_MS = 180 * 24 * 3600 * 1000
# Wrong passwords on the page that changes one, which only who is signed in sees.
MAX_CHANGES, CHANGES_MS = 8, 10 * 60 * 1000
# A hash takes 64 MiB and a core: many at once would be a way to stop the server.
HASHES_AT_ONCE = 2
# Stands in place of a password's hash, and no password has it.
_IDENTITY = "identity:"


@dataclass(frozen=True)
class SignIn:
    """``token`` is for the cookie of the sign-in, ``browser`` for the one by which this browser stays known."""

    teacher: Teacher
    token: str
    browser: str = ""


class Accounts:
    """Passwords are kept as Argon2id hashes (argon2-cffi's defaults, RFC 9106); tokens and keys as SHA-256."""

    def __init__(self, store: Store, clock: Clock, hasher: PasswordHasher | None = None) -> None:
        self._store = store
        self._clock = clock
        self._hasher = hasher or PasswordHasher()
        # Verified for an unknown name, so that the answer takes as long as for a known one.
        self._nobody = self._hasher.hash(new_token())
        self._hashing = threading.BoundedSemaphore(HASHES_AT_ONCE)
        self._pace = SignInPace(clock)
        self._changes = Tries(clock, MAX_CHANGES, CHANGES_MS)

    def needs_setup(self) -> bool:
        """Whether there is no teacher yet."""
        return self._store.teachers.count() == 0

    def new_key(self, maker: Teacher | None = None) -> str:
        """A key that creates one teacher's account within seven days.

        Args:
            maker: the teacher who invites a colleague; the key ends with that account, and when its teacher signs out
                everywhere. ``None``: whoever sees the terminal.

        Raises:
            NotAllowed: the maker has been removed.
        """
        key = new_token()
        self._store.teachers.add_key(token_hash(key), self._clock() + KEY_MS, maker.id if maker else None)
        return key

    def new_setup_key(self) -> str | None:
        """The key of a first start, which replaces earlier ones; ``None`` when there is a teacher already."""
        if not self.needs_setup():
            return None
        self._store.teachers.drop_keys()
        return self.new_key()

    def create(self, key: str, name: str, password: str) -> SignIn:
        """Create a teacher's account with a one-time key, and sign in.

        Nobody guesses a key, so tries are not limited; but only a good one is worth the cost of a hash.

        Raises:
            BadInput: no name, or the password is too short or too long; the key stays good.
            NotAllowed: the key is wrong, used or expired, or its maker is no teacher any more.
        """
        name = clean_name(name)
        _usable(password)
        hashed, now_ms = token_hash(key.strip()), self._clock()
        teacher = None
        if self._store.teachers.has_key(hashed, now_ms):
            teacher = self._store.teachers.add_with_key(hashed, name, self._hash(password), now_ms)
        if teacher is None:
            raise NotAllowed(
                "This key is not valid (any more). Ask the colleague who made it for a new one; on a first start the"
                " terminal where ClassPulse runs shows it."
            )
        return self._signed_in(teacher)

    def turn(self, name: str, source: str = "", browser: str = "") -> Turn:
        """When a try may look at its password; see ``sign_in_pace``.

        Args:
            source: the address that the try comes from.
            browser: what the browser's cookie says it is known by.

        Raises:
            BadInput: no name.
            NotAllowed: too many wait already.
        """
        known = token_hash(browser) if browser else None
        if known and not self._store.teachers.knows_browser(known, clean_name(name), self._clock()):
            known = None
        return self._pace.turn(name_key(clean_name(name)), address_group(source), known)

    def sign_in(
        self, name: str, password: str, source: str = "", browser: str = "", turn: Turn | None = None
    ) -> SignIn:
        """Sign in with name and password.

        Args:
            source, browser: as for ``turn``.
            turn: the place of this try, which was waited for; without one nothing waits, and who would have to is
                refused.

        Raises:
            NotAllowed: they do not belong together (which of both is wrong is not said), or too many tries.
        """
        if turn is None:
            turn = self.turn(name, source, browser)
            if turn.wait_ms:
                raise NotAllowed("Too many tries. Wait a few seconds, then try again.")
        found = self._store.teachers.with_password(clean_name(name))
        if not self._is_right(password, found[1] if found else self._nobody) or found is None:
            raise NotAllowed("Name and password do not match. Try again, please.")
        turn.worked()
        return self._signed_in(found[0], browser if turn.is_known else "")

    def change_password(self, teacher: Teacher, current: str, new: str) -> SignIn:
        """Change the password of who is signed in. Everything that the old one had opened ends, as by
        ``sign_out_everywhere``; what this gives is the one sign-in that goes on.

        Raises:
            BadInput: the new one is too short or too long, or no other one.
            NotAllowed: the current one is wrong, too many tries, or the account is the school's.
        """
        _usable(new)
        if new == current:
            raise BadInput("This is your password already. Choose another one.")
        if self._changes.is_spent(teacher.id):
            raise NotAllowed("Too many tries. Wait ten minutes, then try again.")
        found = self._store.teachers.with_password(teacher.name)
        if found is None or found[0].id != teacher.id or not self._is_right(current, found[1]):
            self._changes.count(teacher.id)
            raise NotAllowed("The current password is wrong, so it stays as it is. Try again, please.")
        self._store.teachers.set_password(teacher.id, self._hash(new))
        self.sign_out_everywhere(teacher)
        return self._signed_in(teacher)

    def has_password(self, teacher: Teacher) -> bool:
        """Whether there is one to change; not where the school's provider vouches for the teacher."""
        found = self._store.teachers.with_password(teacher.name)
        return found is not None and not found[1].startswith(_IDENTITY)

    def sign_in_by(self, identity: str, name: str, vouched_ms: int) -> SignIn:
        """Sign in whom somebody else vouches for; the first time makes the account.

        Args:
            identity: what never changes and nobody else has, such as issuer and subject of OpenID Connect.
            vouched_ms: when they did.

        Raises:
            NotAllowed: the name belongs to an account with a password or to another identity, or its teacher has signed
                out everywhere since.
        """
        name, mark = clean_name(name), _IDENTITY + token_hash(identity)
        teachers = self._store.teachers
        found = teachers.with_password(name) or (teachers.add(name, mark, self._clock()), mark)
        if not hmac.compare_digest(found[1], mark):
            raise NotAllowed("A teacher of this name has an account with a password. Sign in with that.")
        if vouched_ms < teachers.signed_out_ms(found[0].id):
            raise NotAllowed("You have signed out everywhere since. Choose “Another account”, then sign in anew.")
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

    def sign_out_everywhere(self, teacher: Teacher) -> None:
        """End every sign-in of a teacher, the keys that nobody has used yet, and that any browser is known."""
        self._store.teachers.sign_out_everywhere(teacher.id, self._clock())

    def browsers(self, teacher: Teacher) -> int:
        """In how many browsers the teacher is signed in."""
        return self._store.teachers.count_sign_ins(teacher.id, self._clock())

    def _signed_in(self, teacher: Teacher, browser: str = "") -> SignIn:
        """``browser``: what it is known by already."""
        token, now_ms, teachers = new_token(), self._clock(), self._store.teachers
        teachers.add_sign_in(token_hash(token), teacher.id, now_ms, now_ms + SIGN_IN_MS)
        if not browser:
            browser = new_token()
            teachers.add_browser(token_hash(browser), teacher.id, now_ms, now_ms + BROWSER_MS)
        return SignIn(teacher, token, browser)

    def _hash(self, password: str) -> str:
        with self._hashing:
            return self._hasher.hash(password)

    def _is_right(self, password: str, hashed: str) -> bool:
        """Argon2's own comparison takes the same time wherever two hashes differ."""
        try:
            with self._hashing:
                return self._hasher.verify(hashed, password[:MAX_PASSWORD])
        except (VerificationError, InvalidHashError):
            return False


def _usable(password: str) -> None:
    if len(password) < MIN_PASSWORD:
        raise BadInput(f"Choose a password of at least {MIN_PASSWORD} characters.")
    if len(password) > MAX_PASSWORD:
        raise BadInput(f"Choose a password of at most {MAX_PASSWORD} characters.")
