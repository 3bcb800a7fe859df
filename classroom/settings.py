"""Every setting of a deployment, read once from the environment and handed on as a value."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from classroom.class_only import ADVISED_K, LEAST_K
from classroom.errors import BadInput
from classroom.modes import Mode, allowed_modes, listed, modes_named
from classroom.regions import Region
from classroom.shedding import FASTEST_S, PACES_S

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """How this server runs. Environment variables carry the field's name in capitals after ``CLASSPULSE_``.

    Attributes:
        database_url: SQLAlchemy address (``DATABASE_URL``); by default a SQLite file that the first start creates.
        recordings_dir: folder in which an uploaded recording lies while it is read; ``None``: one that is made for it.
        max_recording_mb: size that an uploaded recording may have.
        models_dir: folder with MediaPipe's model files, or ``None`` to use the cache and fetch them once.
        max_students: students that one class may have.
        retention_days: how long a class is kept at most after it was last heard of; 0: until somebody deletes it.
        window_s: length of a mood window, in seconds.
        read_every_s: each face is read no more often than this; one of ``shedding.PACES_S``.
        public_url: address that join links show, such as ``https://school.example``; empty: as the browser says.
        ice_servers: STUN and TURN servers for other networks; empty on a local one.
        expression: whether expressions are computed at all; where they must not be, no mode with them is offered.
        modes: that a class may be opened in; ``default_mode`` is chosen unless the teacher chooses another.
        smallest_group: students below which "class only" tells nothing.
        region: where the server is used; its profile has narrowed what stands above. ``None``: nobody has said it yet.
        is_trial: one person tries it out on themselves: one student a class, and no file of it.
        turn_urls: TURN servers that want credentials made with ``turn_secret``, which they know too.
    """

    database_url: str = ""
    recordings_dir: Path | None = None
    max_recording_mb: int = 4096
    models_dir: Path | None = None
    max_students: int = 60
    retention_days: int = 90
    window_s: int = 10
    read_every_s: float = FASTEST_S
    public_url: str = ""
    ice_servers: tuple[str, ...] = field(default=())
    expression: bool = True
    modes: tuple[Mode, ...] = tuple(Mode)
    default_mode: Mode = Mode.NAMES
    smallest_group: int = ADVISED_K
    region: Region | None = None
    is_trial: bool = False
    turn_urls: tuple[str, ...] = field(default=())
    turn_secret: str = field(default="", repr=False)

    @property
    def reads_files(self) -> bool:
        """Whether pictures and recordings may be analysed: their faces are read one by one and named."""
        return Mode.NAMES in self.modes

    @property
    def reads_faces(self) -> bool:
        """Whether the region lets any face be read; before it is known none is."""
        return self.region is not None and self.region.profile.reads_faces

    @property
    def forbids_faces(self) -> bool:
        """Whether the region is known and lets no face be read."""
        return self.region is not None and not self.region.profile.reads_faces

    @property
    def demo_mode(self) -> Mode | None:
        """What the demo shows; ``None``: there is none, because it would show what this server does not compute."""
        if self.expression:
            return Mode.NAMES
        return Mode.SIGNALS_ONLY if self.forbids_faces else None

    def in_region(self, region: Region) -> "Settings":
        """These settings, narrowed to what the profile of a region leaves of them.

        Raises:
            BadInput: it leaves no mode that these settings allow.
        """
        profile = region.profile
        modes = tuple(mode for mode in self.modes if mode in profile.modes)
        if not modes:
            raise BadInput(
                f"In this region a class can only be: {listed(profile.modes)}. This server's settings forbid that; tell"
                " whoever runs it."
            )
        limits = [days for days in (self.retention_days, profile.max_days) if days]
        return replace(
            self,
            region=region,
            modes=modes,
            default_mode=self.default_mode if self.default_mode in modes else modes[0],
            expression=self.expression and any(mode.shows.expression for mode in profile.modes),
            retention_days=min(limits, default=0),
        )

    def for_one(self) -> "Settings":
        """These settings where one person tries the server out on themselves."""
        return replace(self, is_trial=True, max_students=1)

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings.

        Raises:
            BadInput: a number is not one, or out of range; a word is none of those that can stand there; or what cannot
                work without the other stands alone.
        """
        expression, region = _on(env, "CLASSPULSE_EXPRESSION"), _region(env)
        modes = allowed_modes(modes_named(env.get(_FORBIDDEN, ""), _FORBIDDEN), expression)
        data_dir = Path(env.get("CLASSPULSE_DATA", ROOT / "data"))
        models = env.get("CLASSPULSE_MODELS", "")
        asked = cls(
            database_url=env.get("DATABASE_URL", "") or f"sqlite:///{data_dir / 'classpulse.db'}",
            recordings_dir=data_dir / "recordings",
            max_recording_mb=_number(env, "CLASSPULSE_MAX_RECORDING_MB", 4096, 1, 1_000_000),
            models_dir=Path(models) if models else None,
            max_students=_number(env, "CLASSPULSE_MAX_STUDENTS", 60, 1, 500),
            retention_days=_number(env, "CLASSPULSE_RETENTION_DAYS", 90, 0, 3650),
            window_s=_number(env, "CLASSPULSE_WINDOW_S", 10, 1, 600),
            read_every_s=_pace(env, "CLASSPULSE_READ_EVERY_S"),
            public_url=env.get("CLASSPULSE_PUBLIC_URL", "").rstrip("/"),
            ice_servers=tuple(env.get("CLASSPULSE_ICE_SERVERS", "").split()),
            expression=expression,
            modes=modes,
            default_mode=_default_mode(env, modes, region),
            smallest_group=_number(env, "CLASSPULSE_SMALLEST_GROUP", ADVISED_K, LEAST_K, 50),
            **_turn(env),
        )
        return asked.in_region(region) if region else asked


def _number(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = env.get(name, "") or str(default)
    if not text.isdecimal() or len(text) > 9 or not low <= int(text) <= high:
        raise BadInput(f"{name} is {text[:20]!r}; it must be a whole number from {low} to {high}.")
    return int(text)


def _pace(env: Mapping[str, str], name: str) -> float:
    paces = {f"{pace_s:g}": pace_s for pace_s in PACES_S}
    text = env.get(name, "") or f"{FASTEST_S:g}"
    if text not in paces:
        raise BadInput(f"{name} is {text[:20]!r}; it must be one of {', '.join(paces)} seconds.")
    return paces[text]


def _turn(env: Mapping[str, str]) -> dict:
    urls, secret = tuple(env.get("CLASSPULSE_TURN_URLS", "").split()), env.get("CLASSPULSE_TURN_SECRET", "")
    if bool(urls) != bool(secret):
        raise BadInput("CLASSPULSE_TURN_URLS and CLASSPULSE_TURN_SECRET belong together: set both or none.")
    for url in urls:
        if not url.startswith(("turn:", "turns:")):
            raise BadInput(f"CLASSPULSE_TURN_URLS has {url[:40]!r}; it must be like turn:school.example:3478.")
    return {"turn_urls": urls, "turn_secret": secret}


_FORBIDDEN = "CLASSPULSE_FORBIDDEN_MODES"


def _region(env: Mapping[str, str]) -> Region | None:
    text = env.get("CLASSPULSE_REGION", "").strip().lower()
    if text and text not in set(Region):
        raise BadInput(f"CLASSPULSE_REGION is {text[:20]!r}; it must be one of: {', '.join(Region)}.")
    return Region(text) if text else None


def _on(env: Mapping[str, str], name: str) -> bool:
    text = (env.get(name, "") or "on").strip().lower()
    if text not in ("on", "off"):
        # Not taken for "on": who mistypes "off" must not have expressions computed.
        raise BadInput(f"{name} is {text[:20]!r}; it must be on or off.")
    return text == "on"


def _default_mode(env: Mapping[str, str], modes: tuple[Mode, ...], region: Region | None) -> Mode:
    """The mode that is asked for; without one the first of those that are allowed."""
    asked = modes_named(env.get("CLASSPULSE_MODE", ""), "CLASSPULSE_MODE")
    if asked and region:
        modes = tuple(mode for mode in modes if mode in region.profile.modes)
    if len(asked) > 1 or not set(asked) <= set(modes):
        raise BadInput(f"CLASSPULSE_MODE must be one of the modes that are allowed here: {listed(modes)}.")
    return asked[0] if asked else modes[0]
