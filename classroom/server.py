"""The parts of one server, put together. Pages and routes speak to this and to nothing behind it."""

import contextlib
import logging
import threading
from collections.abc import Callable
from uuid import uuid4

import av

from classroom.accounts import Accounts
from classroom.alert_desk import AlertDesk
from classroom.analysis_desk import AnalysisDesk
from classroom.analysis_jobs import AnalysisJobs
from classroom.audience import Audience
from classroom.board import LiveBoard
from classroom.class_list import ClassLists
from classroom.class_watch import ClassWatch
from classroom.clock import Clock, not_before, now_ms
from classroom.codes import new_token, token_hash
from classroom.demo import DemoClass
from classroom.door import Door
from classroom.empty_rows import EmptyRows
from classroom.engine import Engine, LocalEngine
from classroom.engines import Engines
from classroom.errors import BadInput, ClassFull, NameTaken, NotAllowed, StoreError
from classroom.gathering import ClassOnlyWindows
from classroom.health import Health
from classroom.heartbeat import Heartbeat
from classroom.keeping import Keeping
from classroom.latest import Latest
from classroom.lawful import LawfulBases
from classroom.loop_lag import LoopLag
from classroom.marker_desk import MarkerDesk
from classroom.modes import Mode
from classroom.naming import MAX_TITLE, clean_name, clean_text
from classroom.no_desk import NoDesk
from classroom.ownership import own_class
from classroom.picture_way import DECODE_TIMEOUT_S, PictureWay
from classroom.presence import Presence
from classroom.pseudonyms import new_pseudonym
from classroom.recorder import Recorder
from classroom.records import ClassInfo, Sharing, SignalKind, Student, Teacher
from classroom.retention import Retention
from classroom.rights import Rights
from classroom.room_reader import ChildRoomReader
from classroom.rooms import Rooms
from classroom.roster import parse_roster
from classroom.school_account import SchoolAccounts
from classroom.server_folder import ServerFolder
from classroom.settings import Settings
from classroom.shedding import IN_TIME_S, NO_MORE_CAMERAS
from classroom.signalling import Signalling
from classroom.slots import FrameSlots, Slot
from classroom.store import Store
from classroom.ticker import Ticker
from classroom.tries import Tries

logger = logging.getLogger(__name__)

ONE_STUDENT = "A class takes one student here, because this server is only being tried out. Tell your teacher, please."
# A page that finds no way makes four a minute, and somebody who pauses and goes on again and again a few more.
CONNECTIONS_A_MINUTE = 12
# A restart is told for so long, and not where a class was left open overnight.
AWAY_TOLD_MS, LONGEST_AWAY_MS = 10 * 60_000, 6 * 3_600_000
# A board counts as watched for so long after a look: browsers let a hidden tab ask once a minute.
WATCHED_MS = 2 * 60_000
# For so long after a student was last here the cookie opens what is stored about them, also where nobody ended a class.
COOKIE_MS = 24 * 3_600_000


class ClassServer:
    """Owns the store, the engine and the threads. ``close()`` drains, and may be called twice."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock = now_ms,
        engine: Engine | None = None,
        page_is_open: Callable[[str], bool] = lambda session_id: False,
    ) -> None:
        """Open the store and start everything.

        Raises:
            StoreError: the database does not answer; nothing was started.
            OtherServer: another server has it; nothing was started, deleted or changed.
        """
        self.store = Store(settings.database_url)
        server_id = uuid4().hex
        self._folder = ServerFolder(settings.recordings_dir, server_id)
        self.heartbeat: Heartbeat | None = None
        try:
            self.heartbeat = Heartbeat(self.store, server_id, self._folder.is_alive)
            self._folder.clear_up()
            self._start(settings, clock, engine, page_is_open)
        except BaseException:
            self._free()  # a server that fails on its way must not keep the database
            raise

    def _start(
        self, settings: Settings, clock: Clock, engine: Engine | None, page_is_open: Callable[[str], bool]
    ) -> None:
        # A machine may start with an old time; what an open class has recorded is not in the future.
        heard = {info.id: at_ms for info, at_ms in self.store.classes.last_heard() if info.is_open}
        self.clock = clock = not_before(clock, max(heard.values(), default=0))
        self._away = {class_id: (at_ms, clock()) for class_id, at_ms in heard.items()}
        self.accounts = Accounts(self.store, clock)
        self.lawful = LawfulBases(self.store, clock, settings)
        self.lawful.is_confirmed()  # what was confirmed before the last stop holds from the start
        self.settings = settings = self.lawful.settings
        self.door = Door(clock, self.store.classes.of_code, settings.max_students)
        self.class_lists = ClassLists(self.store, clock)
        self.school = SchoolAccounts(self.accounts, clock)
        self.connections = Tries(clock, CONNECTIONS_A_MINUTE, 60_000)  # of one student, or one room
        self.slots: FrameSlots[av.VideoFrame] = FrameSlots()
        self.signals = Signalling(self.store, clock)
        self.presence = Presence(clock, self.slots, page_is_open)
        self.audience = Audience(clock)
        self.demo = DemoClass(self.store, lambda: self.recorder, clock, settings.window_s)
        self.rooms = Rooms(
            self.store,
            lambda readings: self.recorder.add(readings),
            clock,
            settings.max_students,
            lambda: ChildRoomReader(settings.models_dir),
        )
        self._known: dict[int, ClassInfo] = {}  # classes that were heard of; what is asked of them never changes
        self.windows = ClassOnlyWindows(self.store, self._info_of)
        self.recorder = Recorder(
            self.store,
            clock,
            lambda: self.presence.seen() | self.rooms.seen() | self.demo.seen(),
            self.windows,
        )
        self.engines = Engines(settings.models_dir, engine, LocalEngine)
        self.loop_lag = LoopLag()
        self.ticker = Ticker(
            *(self.slots, self._engine_of, self.recorder.add, clock), self._late_s, settings.read_every_s
        )
        self.alerts = AlertDesk(self.store, clock)
        self.desk: AnalysisDesk | NoDesk = NoDesk()
        # A desk of its own: students' pictures do not wait for what a teacher has read.
        self._decoder = AnalysisDesk(None, DECODE_TIMEOUT_S, "classroom.picture_process")
        self.pictures = PictureWay(
            self.slots, self.presence.accepts, self.frame_arrived, self._decoder.frame, self.clock
        )
        self.jobs = AnalysisJobs(self._folder.path, settings.max_recording_mb, self.desk, clock, settings.models_dir)
        self.rights = Rights(
            *(self.store, self.recorder, clock),
            self._forget_student,
            self._read_anew,
            self._leave_out,
            lambda: self.retention.look_soon(),
        )
        self.empty_rows = EmptyRows(self.store, self.rights, clock, self._last_seen_ms)
        self.keeping = Keeping(
            *(self.store, self.accounts, self.jobs, self.rights, clock, settings.retention_days),
            self._forget,
            lambda: self.retention.look_soon(),
            self.school.drop,
        )
        self.markers = MarkerDesk(self.store, self.signals, clock, lambda info: self.board(info).look_again())
        self.health = Health(self.store, self.recorder, self.engines, self.ticker, self.loop_lag, self.slots)
        self._boards: dict[int, LiveBoard] = {}
        self._ended: set[int] = set()
        self._ended_videos: dict[int, str] = {}  # student to why
        self._left_for_good: Latest[int, bool] = Latest()
        self._lock = threading.Lock()
        self.class_watch = ClassWatch(self.store, self._here, self._forget, self.rights.erased_elsewhere)
        self.retention = Retention(self.store, clock, settings.retention_days, self.keeping.erase_class, self._is_quiet)
        try:
            self.lawful.follow(self._settle)
        except StoreError:
            self.close()
            raise

    @property
    def engine(self) -> Engine:
        """The one that most classes of this server need."""
        return self.engines.usual

    def close(self) -> None:
        """Stop analysing, then write what is left."""
        self.retention.close()
        self.class_watch.close()
        self.demo.close()
        self.rooms.close()
        self.ticker.close()
        self.engines.close()
        self.jobs.close()
        self.desk.close()
        self._decoder.close()
        self.alerts.close()
        self.recorder.close()
        self._free()

    def _free(self) -> None:
        """The database and the folder, for the next server."""
        if self.heartbeat:
            self.heartbeat.close()
        self._folder.close()
        self.store.close()

    # The teacher

    def open_class(
        self,
        teacher: Teacher,
        title: str,
        roster_text: str = "",
        mode: Mode | None = None,
        keep_days: int | None = None,
    ) -> ClassInfo:
        """Open a class under a new join code.

        Args:
            mode: what it shows of its students; ``None``: what this server's settings say.
            keep_days: for how long it is kept, ``None``: as long as this server keeps a class.

        Raises:
            BadInput: no title, the roster cannot be used, or the mode is not allowed here.
            NotAllowed: nobody has confirmed the lawful basis yet.
        """
        mode = mode or self.settings.default_mode
        if not self.lawful.is_confirmed():
            raise NotAllowed("Confirm the lawful basis first: open “Live class” anew, it asks for that.")
        if mode not in self.settings.modes:
            raise BadInput(f"This server does not allow “{mode.title}”. Choose another mode.")
        title = clean_text(title, MAX_TITLE)
        if not title:
            raise BadInput("Give the class a title, such as its subject and group.")
        roster = parse_roster(roster_text)
        if roster and not mode.shows.typed_names:
            raise BadInput("A class list has names, and a class with pseudonyms keeps none. Leave the list empty.")
        smallest = None if mode.shows.by_student else self.settings.smallest_group
        return self.store.classes.open(teacher.id, title, roster, self.clock(), mode, smallest, keep_days)

    def own_class(self, teacher: Teacher, class_id: int) -> ClassInfo | None:
        """The class of this id when it is this teacher's, else ``None``."""
        return own_class(self.store, teacher, class_id)

    def board(self, info: ClassInfo) -> LiveBoard:
        """The live board of a class."""
        with self._lock:
            if info.id not in self._boards:
                self._boards[info.id] = LiveBoard(
                    info,
                    self.store,
                    self.clock,
                    self.settings.window_s,
                    self._last_seen_ms,
                    self._last_frame_ms,
                    self.pictures.is_used_by,
                )
            return self._boards[info.id]

    def away(self, info: ClassInfo) -> tuple[int, int] | None:
        """From when to when there was no server in the middle of this class, for as long as that is news."""
        from_ms, until_ms = self._away.get(info.id, (0, 0))
        is_news = self.clock() - until_ms <= AWAY_TOLD_MS and until_ms - from_ms <= LONGEST_AWAY_MS
        return (from_ms, until_ms) if until_ms and is_news else None

    def end_class(self, info: ClassInfo) -> None:
        """End a class that runs. What was on its way is written first, so that the files are complete at once.

        Raises:
            StoreError: the database does not answer; the class goes on.
        """
        if not self.is_open(info):
            return  # ended in another browser a moment ago
        self.recorder.flush()
        self.alerts.end(info, self.clock())
        self.store.classes.end(info.id, self.clock())
        self._forget(info.id)

    def share_room(self, info: ClassInfo, may: Callable[[], bool] = lambda: True) -> int:
        """A page of the teacher's shares a camera of the room; gives the number for its frames.

        Args:
            may: whether the page still is the teacher's, as for ``RoomCamera.share``.

        Raises:
            BadInput: the class has ended, or its mode has no seats.
        """
        settings = self.settings
        if not (info.mode.shows.room and settings.expression and settings.reads_faces):  # which may have changed since
            raise BadInput(
                "In this class no camera of the room can be shared: every face in it would be read by itself."
            )
        sharer = self.rooms.share(info, may)
        if not self.is_open(info):  # asked afterwards, so that an end at the same moment wins
            self.rooms.forget(info.id)
            raise BadInput("The class has ended. Open a new one to share a camera.")
        return sharer

    # The student

    def join(
        self, code: str, name: str, share_camera: bool, source: str = "", insists_on: str = ""
    ) -> tuple[Student, str]:
        """Join the class of a code. ``source`` as for ``Door.find``, ``insists_on`` as for ``ClassLists.name_of``.

        Returns:
            The student, and the token that brings the same student back.

        Raises:
            CodeError, NameTaken, NotListed, ClassFull, BadInput: with what to do, in one sentence.
        """
        if share_camera:
            self._refuse_new_camera()
        info = self.door.find(code, source)
        token = new_token()
        shows_camera = share_camera and info.mode.shows.camera
        as_whom = (token_hash(token), Sharing.CAMERA if shows_camera else Sharing.NOTHING)
        if info.mode.shows.typed_names:
            name = self.class_lists.name_of(info, clean_name(name), insists_on, source)
            return self._add(info, name, *as_whom), token
        while True:  # until nobody has taken the same one at the same moment
            with contextlib.suppress(NameTaken):
                taken = [student.name for student in self.store.classes.students(info.id)]
                return self._add(info, new_pseudonym(taken), *as_whom), token

    def student_of(self, token: str) -> tuple[Student, ClassInfo] | None:
        """The student whose cookie this is, with the class, until a day after the student was last here."""
        since_ms = self.clock() - COOKIE_MS
        student = self.store.classes.student_of_token(token_hash(token), since_ms) if token else None
        info = self.store.classes.get(student.class_id) if student else None
        if info:
            self._known[info.id] = info
        return (student, info) if info else None

    def is_open(self, info: ClassInfo) -> bool:
        """Whether the class still runs, as the store had it a second ago. Every student asks every few seconds, so this
        asks no database."""
        return info.is_open and info.id not in self._ended

    def share(self, student: Student, sharing: Sharing) -> None:
        """Change what a student shares; a frame that waits is dropped.

        Raises:
            NotAllowed: a camera, in a class without cameras.
            BadInput: the machine takes no more cameras now.
        """
        info = self._info_of(student.class_id)
        if sharing is not Sharing.NOTHING and info is not None and not info.mode.shows.camera:
            raise NotAllowed("This class takes no cameras.")
        if sharing is Sharing.CAMERA and student.sharing is Sharing.NOTHING:
            self._refuse_new_camera()
        self.store.classes.set_sharing(student.id, sharing)
        self._ended_videos.pop(student.id, None)
        self.presence.shares(student.id, sharing)

    def signal(self, student: Student, kind: SignalKind) -> None:
        """A student says something with one tap.

        Raises:
            BadInput: the class has ended, or too many taps; with what to do.
        """
        self._must_be_open(student)
        self.signals.signal(student, kind)

    def take_back(self, student: Student, kind: SignalKind) -> None:
        """A student no longer says this.

        Raises:
            BadInput: the class has ended.
        """
        self._must_be_open(student)
        self.signals.take_back(student, kind)

    def leave(self, student: Student) -> None:
        """The student leaves: gone at once, back in the same row with the same cookie."""
        if self.presence.last_seen_ms(student.id) is None:
            return  # gone already; who leaves again and again must not cost a commit each time
        try:
            self.recorder.flush()
            self.signals.leave(student)
        except StoreError as error:
            logger.warning("%s", error)  # the visit ends a second earlier; leaving must not fail for that
        self.presence.forget(student.id)

    def leave_for_good(self, student: Student) -> None:
        """The student leaves a computer that others use: no cookie opens anything of theirs from now on.

        Raises:
            StoreError: the database does not answer; the cookie is still good.
        """
        self.store.classes.set_token(student.id, token_hash(new_token()))
        self._left_for_good.set(student.id, True)
        self.leave(student)

    def has_left_for_good(self, student: Student) -> bool:
        """Whether a page of this student that is still open is nobody's any more; asks no database."""
        return student.id in self._left_for_good

    def counts(self, student: Student, address: str, teacher_token: str) -> bool:
        """Whether a student may count in a class of which only windows are told; to be asked while their page is open.

        Args:
            address: where the page is.
            teacher_token: the cookie of a teacher's sign-in in the same browser, empty without one.

        Raises:
            StoreError: the database does not answer.
        """
        return self.windows.know(student, address, lambda: self.accounts.teacher_of(teacher_token) is not None)

    def frame_arrived(self, student: Student, frame: av.VideoFrame) -> None:
        """The frame callback's only call: keep the newest frame. Does no I/O, decodes nothing, never raises."""
        info = self._known.get(student.class_id)
        if self.presence.accepts(student.id) and (info is None or info.mode.shows.camera):
            self.slots.put(Slot(student.id, student.class_id, self.clock(), frame))

    def picture_arrived(self, student: Student, info: ClassInfo, content: bytes) -> None:
        """A picture in place of video, as ``PictureWay.arrived``. Never call it on the event loop."""
        if not self.is_open(info):
            raise NotAllowed("The class has ended, so no picture is wanted any more.")
        if not info.mode.shows.camera:
            raise NotAllowed("This class takes no cameras.")
        self.pictures.arrived(student, content)

    def end_video(self, student: Student, why: str) -> None:
        """What a student's browser sent was no camera's; the connection is closed. May be called on any thread."""
        try:
            self.share(student, Sharing.NOTHING)
        except StoreError as error:
            logger.warning("%s", error)  # the page tries to connect again, and the next one is ended as well
        self._ended_videos[student.id] = why

    def why_video_ended(self, student: Student) -> str:
        """Why the server ended this student's video, empty when it did not, until the camera is shared again."""
        return self._ended_videos.get(student.id, "")

    # Everybody

    def _refuse_new_camera(self) -> None:
        if self.ticker.shedding.refuses_cameras:
            raise BadInput(NO_MORE_CAMERAS)

    def _must_be_open(self, student: Student) -> None:
        info = self._info_of(student.class_id)
        if info is None or not self.is_open(info):
            raise BadInput("The class has ended, so nothing was sent.")

    def _add(self, info: ClassInfo, name: str, hashed: str, sharing: Sharing) -> Student:
        limit = self.settings.max_students
        typed = info.mode.shows.typed_names
        while True:
            try:
                return self.store.classes.join(info.id, name, hashed, sharing, self.clock(), limit, typed)
            except ClassFull as error:
                if self.empty_rows.make_room(info):
                    continue
                if self.settings.is_trial:
                    raise ClassFull(ONE_STUDENT) from error
                raise

    def _info_of(self, class_id: int) -> ClassInfo | None:
        """A class with its mode; the database is asked for it once."""
        if class_id not in self._known:
            info = self.store.classes.get(class_id)
            if info is None:
                return None
            self._known[class_id] = info
        return self._known[class_id]

    def _settle(self, settings: Settings) -> None:
        """Let these settings hold, which what a teacher confirmed has narrowed; nothing before the region is known."""
        if settings.region is None:
            return
        self.settings = settings
        self.engines.allow(settings.reads_faces, settings.expression)
        has_desk, reads_files = not isinstance(self.desk, NoDesk), settings.reads_faces and settings.reads_files
        if has_desk is not reads_files:
            self.desk.close()
            self.jobs.drop_all()
            self.desk = self.jobs.desk = AnalysisDesk(settings.models_dir) if reads_files else NoDesk()
        self.rooms.max_students = settings.max_students
        self.keeping.days = self.retention.days = settings.retention_days
        for info in self.store.classes.open_classes():
            # What its students were told is no longer lawful here.
            if not info.is_demo and info.mode not in settings.region.profile.modes:
                self.end_class(info)

    def _engine_of(self, class_id: int) -> Engine:
        info = self._info_of(class_id)
        return self.engines.of(info is None or info.mode.shows.expression)

    def _late_s(self, last_s: float) -> float:
        """How late the event loop was, for what decides what students give up. Strangers give up theirs first."""
        late_s = self.loop_lag.mean_s(last_s)
        if late_s > IN_TIME_S and not self._is_quiet():
            self.audience.give_way()
        return 0.0 if self.audience.gave_way_within(last_s * 1000) else late_s

    def _last_seen_ms(self, student_id: int) -> int | None:
        return self.rooms.last_seen_ms(student_id) or self.presence.last_seen_ms(student_id)

    def _last_frame_ms(self, student_id: int) -> int | None:
        return self.rooms.last_seen_ms(student_id) or self.slots.last_arrival_ms(student_id)

    def _forget_student(self, class_id: int, student_id: int) -> None:
        self.presence.forget(student_id)
        self.signals.forget(class_id, student_id)
        self.rooms.place_is_free(class_id)

    def _read_anew(self, class_id: int) -> None:
        """What was added up of a class is no longer right."""
        with self._lock:
            board = self._boards.get(class_id)
        if board:
            board.read_anew()
        self.alerts.forget(class_id)

    def _leave_out(self, class_id: int, student_id: int) -> None:
        with self._lock:
            board = self._boards.get(class_id)
        if board:
            board.leave_out(student_id)
        self.alerts.leave_out(class_id, student_id)

    def _is_quiet(self) -> bool:
        return not self.presence.seen() and not self.rooms.seen()

    def _here(self) -> set[int]:
        """The classes of which students, a camera or somebody at the board are here."""
        watched_ms = self.clock() - WATCHED_MS
        with self._lock:
            watched = {class_id for class_id, board in self._boards.items() if board.looked_ms >= watched_ms}
        return watched | self.rooms.classes() | {class_id for class_id, _ in self.presence.seen().values()}

    def _forget(self, class_id: int) -> None:
        self._ended.add(class_id)
        self.class_watch.forget(class_id)
        self.rooms.forget(class_id)
        self.presence.forget_class(class_id)
        self.signals.forget_class(class_id)
        self.alerts.forget(class_id)
        self.windows.forget(class_id)
        with self._lock:
            self._boards.pop(class_id, None)
