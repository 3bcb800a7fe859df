"""What can go wrong in a class. Every message is one sentence that a teacher or a student can act on.

ClassroomError
├── BadInput          what somebody typed or pasted cannot be used; nothing was changed
│   ├── CodeError     no open class has this code
│   ├── NameTaken     somebody else in the class has this name
│   ├── NotListed     the class has a list and this name is not on it; sent once more, it is taken
│   └── ClassFull     no further student fits in
├── NotAllowed        wrong name or password, a used or expired key, too many tries
├── ResultsError      the network's spec or measured results are missing, broken, or of another file
├── StoreError        the database does not answer; what is not yet written is kept and tried again
│   ├── OtherServer   another server has the database; this one does not start, or writes no more
│   └── Erased        what this belongs to was deleted meanwhile; it is not kept
└── EngineError       the process that reads faces died or hangs; it is being restarted
    └── ChildEnded    a child process ended before it answered; who owns it says what that means
        └── ChildHangs   it took too long and was killed
"""


class ClassroomError(Exception):
    """Base of this package's errors."""


class BadInput(ClassroomError, ValueError):
    """What was typed or pasted cannot be used."""


class CodeError(BadInput):
    """No open class has this code."""


class NameTaken(BadInput):
    """Somebody else in this class has this name."""


class NotListed(BadInput):
    """The class has a list, and this name is not on it."""


class ClassFull(BadInput):
    """The class has as many students as it may have."""


class NotAllowed(ClassroomError):
    """Sign-in refused."""


class ResultsError(ClassroomError):
    """What is known of the network cannot be shown."""


class StoreError(ClassroomError):
    """The database does not answer."""


class OtherServer(StoreError):
    """Another server has the database."""


class Erased(StoreError):
    """The class, student or teacher that this belongs to is in the database no more."""


class EngineError(ClassroomError):
    """The process that reads faces died, hangs, or cannot start."""


class ChildEnded(EngineError):
    """A child process ended before it answered."""


class ChildHangs(ChildEnded):
    """A child process took too long and was killed."""
