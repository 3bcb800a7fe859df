"""Recordings from upload to result: who may have one, what stays on the disk (nothing), what is kept and for how long."""

import threading

import pytest

from classroom.analysis_jobs import KEPT_MS, AnalysisJobs, as_size
from classroom.errors import BadInput, EngineError
from classroom.recording_job import Stage
from classroom.recordings import RecordingInfo
from tests.fakes import MONDAY_MS, FakeDesk
from tests.media import stand_in_clip

ADA, GRACE, EMMY = 1, 2, 3


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "recordings"


@pytest.fixture
def desk():
    return FakeDesk()


@pytest.fixture
def jobs(folder, desk, clock, fake_reader):
    jobs = AnalysisJobs(folder, 1, desk, clock)
    yield jobs
    fake_reader.go_on.set()
    jobs.close()
    assert list(folder.glob("**/*")) == [], "no file stays"


def uploaded(jobs, teacher_id=ADA, content=b"video", every_s=0.5, changed_ms=0):
    job = jobs.begin(teacher_id, "lesson.mp4", len(content), every_s)
    jobs.receive(job, content)
    jobs.start(job, changed_ms)
    return job


def finished(jobs, job):
    for thread in jobs._threads:
        thread.join(timeout=30)
    assert not job.is_running
    return job


def test_a_recording_becomes_people_and_its_file_goes(jobs, desk, folder):
    job = finished(jobs, uploaded(jobs))
    assert (job.stage, job.title, job.error) == (Stage.DONE, "lesson", "")
    assert desk.recordings == [b"video"]
    assert [(person.name, len(person.at_s), person.thumbnail) for person in job.people] == [
        ("Person 1", 20, b"a face"),
        ("Person 2", 10, b"a face"),
    ]
    assert list(folder.iterdir()) == []


def test_the_folder_is_nobody_elses(jobs, folder):
    job = jobs.begin(ADA, "lesson.mp4", 5, 0.5)
    (own,) = folder.iterdir()
    assert (folder.stat().st_mode & 0o77, own.stat().st_mode & 0o77) == (0, 0)
    jobs.drop(job)


@pytest.mark.parametrize(
    ("name", "size", "every_s", "words"),
    [
        ("lesson.txt", 5, 0.5, "is no recording that can be read. Choose one of these kinds: MP4, MOV"),
        ("lesson", 5, 0.5, "is no recording"),
        ("", 5, 0.5, "is no recording"),
        ("lesson.mp4", 0, 0.5, "This file is empty"),
        ("lesson.mp4", 1024 * 1024 + 1, 0.5, "larger than 1 MB"),
        ("lesson.mp4", -1, 0.5, "It was not said how large"),
        ("lesson.mp4", 5, 0.1, "Look every 0.2 to 10 seconds"),
        ("lesson.mp4", 5, float("nan"), "Look every"),
    ],
)
def test_what_cannot_be_taken_is_said_before_a_byte_is_sent(jobs, folder, name, size, every_s, words):
    with pytest.raises(BadInput, match=words):
        jobs.begin(ADA, name, size, every_s)
    assert jobs.of(ADA) is None
    assert not folder.exists()


def test_a_teacher_has_one_recording_at_work_and_the_server_two(jobs):
    first = jobs.begin(ADA, "lesson.mp4", 5, 0.5)
    with pytest.raises(BadInput, match="Your recording “lesson.mp4” is still at work"):
        jobs.begin(ADA, "other.mp4", 5, 0.5)
    jobs.begin(GRACE, "lesson.mp4", 5, 0.5)
    with pytest.raises(BadInput, match="Other teachers' recordings are being read"):
        jobs.begin(EMMY, "lesson.mp4", 5, 0.5)
    jobs.drop(first)
    assert jobs.begin(EMMY, "lesson.mp4", 5, 0.5)


def test_a_new_recording_takes_the_place_of_one_that_is_read(jobs):
    old = finished(jobs, uploaded(jobs))
    new = jobs.begin(ADA, "other.mp4", 5, 0.5)
    assert jobs.of(ADA) is new is not old


def test_more_bytes_than_were_said_are_refused_in_the_middle(jobs, folder):
    job = jobs.begin(ADA, "lesson.mp4", 10, 0.5)
    jobs.receive(job, b"x" * 8)
    with pytest.raises(BadInput, match="larger than"):
        jobs.receive(job, b"x" * 8)
    assert jobs.of(ADA) is None
    assert list(folder.iterdir()) == []


def test_fewer_bytes_than_were_said_were_cut_off(jobs, folder):
    job = jobs.begin(ADA, "lesson.mp4", 10, 0.5)
    jobs.receive(job, b"x" * 8)
    with pytest.raises(BadInput, match="cut off"):
        jobs.start(job, 0)
    assert list(folder.iterdir()) == []


def test_a_file_that_is_gone_when_it_is_to_be_read_is_said(jobs, folder):
    job = jobs.begin(ADA, "lesson.mp4", 5, 0.5)
    jobs.receive(job, b"video")
    for file in folder.glob("*/*"):
        file.unlink()
    with pytest.raises(BadInput, match="cannot keep this recording"):
        jobs.start(job, MONDAY_MS - 1000)
    assert (jobs.of(ADA), list(folder.iterdir())) == (None, [])


def test_a_disk_without_room_is_said(jobs, folder, monkeypatch):
    monkeypatch.setattr("classroom.analysis_jobs.ROOM_LEFT_BYTES", 10**18)
    with pytest.raises(BadInput, match="no room"):
        jobs.begin(ADA, "lesson.mp4", 5, 0.5)
    assert jobs.of(ADA) is None
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("error", [BadInput("This file is not a recording."), EngineError("It ended.")])
def test_what_the_desk_cannot_read_goes_with_its_sentence(jobs, desk, folder, error):
    desk.answers = [error]
    with pytest.raises(type(error), match=str(error)):
        uploaded(jobs)
    assert jobs.of(ADA) is None
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("error", "words"), [(BadInput("Damaged there."), "Damaged there."), (RuntimeError("?"), "Reading this recording")]
)
def test_a_recording_that_fails_in_the_middle_says_so_and_its_file_goes(jobs, fake_reader, folder, error, words):
    fake_reader.broken = error
    job = finished(jobs, uploaded(jobs))
    assert job.stage is Stage.FAILED
    assert words in job.error
    assert list(folder.iterdir()) == []


def test_stopping_keeps_what_is_read(jobs, fake_reader):
    fake_reader.pause_after = 8
    job = uploaded(jobs)
    wait_for(lambda: job.progress().samples == 8)
    assert job.progress().share == pytest.approx(0.4)
    job.stop()
    finished(jobs, job)
    assert (job.stage, len(job.times_s), job.was_stopped) == (Stage.DONE, 8, True)
    assert job.problems == [], "the teacher knows"


def test_cancelling_leaves_nothing(jobs, fake_reader, folder):
    fake_reader.pause_after = 8
    job = uploaded(jobs)
    jobs.drop(job)
    finished(jobs, job)
    assert jobs.of(ADA) is None
    assert list(folder.iterdir()) == []


def test_a_recording_that_ends_before_its_time_says_so(jobs, desk):
    desk.answers = [RecordingInfo(320, 240, 4000.0, MONDAY_MS)]
    job = finished(jobs, uploaded(jobs))
    (problem,) = job.problems
    assert "it is 1:06:40 long, and has pictures until 0:09 only" in problem


@pytest.mark.parametrize(
    ("in_file_ms", "changed_ms", "began_ms"),
    [
        (MONDAY_MS - 5_000, MONDAY_MS - 1_000, MONDAY_MS - 5_000),
        (0, MONDAY_MS - 1_000, MONDAY_MS - 1_000),
        (-2_082_844_800_000, MONDAY_MS - 1_000, MONDAY_MS - 1_000),
        (MONDAY_MS + 10**12, 0, MONDAY_MS),
    ],
)
def test_a_camera_without_a_clock_does_not_move_the_class_to_1970(jobs, desk, in_file_ms, changed_ms, began_ms):
    desk.answers = [RecordingInfo(320, 240, 10.0, in_file_ms)]
    assert uploaded(jobs, changed_ms=changed_ms).began_ms == began_ms


def test_results_go_half_an_hour_after_the_last_look(jobs, clock):
    job = finished(jobs, uploaded(jobs))
    clock.advance(KEPT_MS / 1000)
    jobs.sweep()
    assert jobs.of(ADA) is job, "and this is a look"
    clock.advance(KEPT_MS / 1000)
    jobs.sweep()
    assert jobs.of(ADA) is job
    clock.advance(KEPT_MS / 1000 + 1)
    jobs.sweep()
    assert jobs.of(ADA) is None


def test_a_reading_that_hangs_is_given_up_and_keeps_what_it_has(jobs, fake_reader, monkeypatch):
    fake_reader.pause_after = 8
    job = uploaded(jobs)
    wait_for(lambda: job.progress().samples == 8)
    jobs.sweep()
    monkeypatch.setattr("classroom.analysis_jobs.STUCK_S", -1.0)
    jobs.sweep()
    finished(jobs, job)
    assert (job.stage, len(job.times_s)) == (Stage.DONE, 8)
    assert "could be read no further" in job.problems[0]


def test_an_upload_that_never_comes_makes_room_for_others(jobs, monkeypatch, folder):
    jobs.begin(ADA, "lesson.mp4", 5, 0.5)
    jobs.sweep()
    assert jobs.of(ADA) is not None
    monkeypatch.setattr("classroom.analysis_jobs.STUCK_S", -1.0)
    jobs.sweep()
    assert jobs.of(ADA) is None
    assert list(folder.iterdir()) == []


def test_an_upload_is_claimed_once_and_by_its_teacher_only(jobs):
    job = jobs.begin(ADA, "lesson.mp4", 5, 0.5)
    assert jobs.claim(GRACE, job.upload_id) is None
    assert jobs.claim(ADA, "made up") is None
    assert jobs.claim(ADA, job.upload_id) is job
    assert jobs.claim(ADA, job.upload_id) is None


def test_closing_stops_everything_and_leaves_no_file(folder, desk, clock, fake_reader):
    jobs = AnalysisJobs(folder, 1, desk, clock)
    fake_reader.pause_after = 3
    uploaded(jobs)
    jobs.receive(jobs.begin(GRACE, "lesson.mp4", 9, 0.5), b"half")
    jobs.close()
    jobs.close()
    assert list(folder.iterdir()) == []
    assert not any(thread.is_alive() for thread in [*jobs._threads, jobs._sweeper])
    with pytest.raises(BadInput, match="stopping"):
        jobs.begin(ADA, "lesson.mp4", 5, 0.5)


def test_without_a_folder_one_is_made_and_taken_away(desk, clock, fake_reader):
    jobs = AnalysisJobs(None, 1, desk, clock)
    jobs.begin(ADA, "lesson.mp4", 5, 0.5)
    made = jobs._folder
    assert made.is_dir()
    jobs.close()
    assert not made.exists()


def test_a_real_recording_is_read_twice_with_the_same_numbers(folder, clock, tmp_path):
    content = stand_in_clip(tmp_path, seconds=4).read_bytes()
    jobs = AnalysisJobs(folder, 1, RealDesk(), clock)
    found = []
    for _ in range(2):
        job = finished(jobs, uploaded(jobs, content=content))
        (person,) = job.people
        found.append((person.at_s.tolist(), person.probs.tolist(), person.boxes_xyxy.tolist(), person.thumbnail))
    jobs.close()
    assert found[0] == found[1]
    assert len(found[0][0]) == 8


def test_a_file_without_a_time_is_as_old_as_on_the_teachers_machine(folder, clock, tmp_path):
    content = stand_in_clip(tmp_path, seconds=1).read_bytes()
    jobs = AnalysisJobs(folder, 1, RealDesk(), clock)
    assert uploaded(jobs, content=content, changed_ms=MONDAY_MS - 5_000).began_ms == MONDAY_MS - 5_000
    jobs.close()


class RealDesk(FakeDesk):
    """Looks into the file, in this process."""

    def recording(self, path):
        from classroom.recordings import recording_info

        return recording_info(path)


class TestPeople:
    def test_a_name_is_cleaned_and_belongs_to_one(self, jobs):
        job = finished(jobs, uploaded(jobs))
        job.rename(1, "  Ann\u202e ")
        assert [person.name for person in job.people] == ["Ann", "Person 2"]
        with pytest.raises(BadInput, match="Somebody else is called 'ANN'"):
            job.rename(2, "ANN")
        with pytest.raises(BadInput):
            job.rename(2, "\u200b")
        job.rename(1, "ann")
        assert [person.name for person in job.people] == ["ann", "Person 2"]

    def test_two_become_one_and_one_can_be_left_out(self, jobs):
        job = finished(jobs, uploaded(jobs))
        with pytest.raises(BadInput, match="at least two"):
            job.merge([1])
        job.saved_as = 7
        job.merge([1, 2])
        assert job.saved_as is None, "what was saved are not these people any more"
        assert [(person.number, len(person.at_s)) for person in job.people] == [(1, 20)]
        job.leave_out([1])
        assert job.people == []


@pytest.mark.parametrize(("megabytes", "words"), [(1, "1 MB"), (500, "500 MB"), (4096, "4 GB"), (1536, "1.5 GB")])
def test_sizes_are_words(megabytes, words):
    assert as_size(megabytes) == words


def wait_for(happened) -> None:
    for _ in range(6000):
        if happened():
            return
        threading.Event().wait(0.005)
    pytest.fail("it did not happen")
