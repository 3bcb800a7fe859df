"""Teachers who sign in with their school's account (OpenID Connect): who is let in, and under which name.

Streamlit speaks with the school's provider and says who somebody is. That alone lets nobody in: the deployment names
the teachers. Who was let in gets a ticket, which a form changes for the same cookie that a password gives.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from classroom.accounts import Accounts, SignIn
from classroom.clock import Clock
from classroom.codes import new_token, token_hash
from classroom.errors import NotAllowed
from classroom.naming import name_key
from classroom.records import Teacher

TICKET_MS = 10 * 60 * 1000
MAX_TICKETS = 1_000


@dataclass(frozen=True)
class _Ticket:
    identity: str
    email: str
    vouched_ms: int
    until_ms: int


class SchoolAccounts:
    """Safe to use from several threads. Tickets are good once, for ten minutes, and until a restart."""

    def __init__(self, accounts: Accounts, clock: Clock) -> None:
        self._accounts = accounts
        self._clock = clock
        self._tickets: dict[str, _Ticket] = {}
        self._lock = threading.Lock()

    def ticket(self, claims: Mapping[str, object], teachers: Sequence[str]) -> str:
        """A ticket for who is one of the teachers.

        Args:
            claims: what the provider says: ``iss``, ``sub``, ``email``, ``email_verified``; ``iat``: when, in seconds.
            teachers: e-mail addresses of those who teach here, as the deployment names them.

        Raises:
            NotAllowed: the account is none of a teacher here; with what to do.
        """
        email = str(claims.get("email") or "").strip()
        identity = f"{claims.get('iss', '')} {claims.get('sub', '')}"
        # Providers that say nothing of it vouch for their addresses; one that says no does not.
        is_known = email.casefold() in {each.strip().casefold() for each in teachers if each.strip()}
        if not is_known or claims.get("email_verified") is False or not claims.get("iss") or not claims.get("sub"):
            raise NotAllowed("This account is no teacher's here. Ask who runs ClassPulse to add its e-mail address.")
        ticket, now_ms = new_token(), self._clock()
        with self._lock:
            self._tickets = {key: kept for key, kept in self._tickets.items() if kept.until_ms > now_ms}
            while len(self._tickets) >= MAX_TICKETS:
                del self._tickets[next(iter(self._tickets))]
            vouched_ms = round(1000 * float(claims.get("iat") or 0))
            self._tickets[token_hash(ticket)] = _Ticket(identity, email, vouched_ms, now_ms + TICKET_MS)
        return ticket

    def enter(self, ticket: str) -> SignIn:
        """Sign in with a ticket; the first time makes the account.

        Raises:
            NotAllowed: the ticket is used up or old, the name belongs to an account with a password, or its teacher has
                signed out everywhere since.
        """
        with self._lock:
            kept = self._tickets.pop(token_hash(ticket), None)
        if kept is None or kept.until_ms <= self._clock():
            raise NotAllowed("This took too long. Sign in with your school's account again.")
        return self._accounts.sign_in_by(kept.identity, kept.email, kept.vouched_ms)

    def drop(self, teacher: Teacher) -> None:
        """The teacher was removed: no ticket that is on its way makes the account anew."""
        with self._lock:
            own = [key for key, kept in self._tickets.items() if name_key(kept.email) == name_key(teacher.name)]
            for key in own:
                del self._tickets[key]
