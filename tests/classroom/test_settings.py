from pathlib import Path

import pytest

from classroom.errors import BadInput
from classroom.settings import ROOT, Settings


def test_an_empty_environment_is_a_working_deployment():
    settings = Settings.from_env({})
    assert settings.database_url == f"sqlite:///{ROOT / 'data' / 'classpulse.db'}"
    assert (settings.max_students, settings.window_s, settings.models_dir) == (60, 10, None)
    assert (settings.public_url, settings.ice_servers) == ("", ())


def test_every_setting_is_read():
    assert Settings.from_env(
        {
            "DATABASE_URL": "postgresql://db/classes",
            "CLASSPULSE_DATA": "/srv/cp",
            "CLASSPULSE_MAX_RECORDING_MB": "500",
            "CLASSPULSE_MODELS": "/models",
            "CLASSPULSE_MAX_STUDENTS": "30",
            "CLASSPULSE_WINDOW_S": "5",
            "CLASSPULSE_READ_EVERY_S": "1",
            "CLASSPULSE_PUBLIC_URL": "https://school.example/",
            "CLASSPULSE_ICE_SERVERS": "stun:a:1  turn:b:2",
            "CLASSPULSE_TURN_URLS": "turn:c:3 turns:c:4",
            "CLASSPULSE_TURN_SECRET": "shared",
        }
    ) == Settings(
        database_url="postgresql://db/classes",
        recordings_dir=Path("/srv/cp/recordings"),
        max_recording_mb=500,
        models_dir=Path("/models"),
        max_students=30,
        window_s=5,
        read_every_s=1.0,
        public_url="https://school.example",
        ice_servers=("stun:a:1", "turn:b:2"),
        turn_urls=("turn:c:3", "turns:c:4"),
        turn_secret="shared",
    )


@pytest.mark.parametrize("value", ["0", "0.25", "3", "fast", "0.5s"])
def test_a_pace_that_is_none_says_which_there_are(value):
    with pytest.raises(BadInput, match="CLASSPULSE_READ_EVERY_S is .*; it must be one of 0.5, 1, 2 seconds"):
        Settings.from_env({"CLASSPULSE_READ_EVERY_S": value})


def test_the_data_folder_holds_the_database():
    assert Settings.from_env({"CLASSPULSE_DATA": "/srv/cp"}).database_url == "sqlite:////srv/cp/classpulse.db"


@pytest.mark.parametrize(
    ("name", "value", "good"),
    [
        ("CLASSPULSE_WINDOW_S", "", True),
        ("CLASSPULSE_WINDOW_S", "1", True),
        ("CLASSPULSE_WINDOW_S", "600", True),
        ("CLASSPULSE_WINDOW_S", "0", False),
        ("CLASSPULSE_WINDOW_S", "601", False),
        ("CLASSPULSE_WINDOW_S", "-5", False),
        ("CLASSPULSE_WINDOW_S", "ten", False),
        ("CLASSPULSE_WINDOW_S", "2.5", False),
        ("CLASSPULSE_WINDOW_S", "²", False),
        ("CLASSPULSE_MAX_STUDENTS", "500", True),
        ("CLASSPULSE_MAX_STUDENTS", "501", False),
    ],
)
def test_a_number_out_of_range_is_said_with_its_name_and_range(name, value, good):
    if good:
        Settings.from_env({name: value})
        return
    with pytest.raises(BadInput, match=f"{name} is .* from 1 to [56]00"):
        Settings.from_env({name: value})


@pytest.mark.parametrize(
    ("urls", "secret", "words"),
    [
        ("turn:a:3478", "", "set both or none"),
        ("", "shared", "set both or none"),
        ("stun:a:3478", "shared", "must be like turn:"),
        ("https://a", "shared", "must be like turn:"),
    ],
)
def test_a_turn_server_that_cannot_be_used_is_said(urls, secret, words):
    with pytest.raises(BadInput, match=words):
        Settings.from_env({"CLASSPULSE_TURN_URLS": urls, "CLASSPULSE_TURN_SECRET": secret})


def test_the_secret_does_not_stand_in_what_is_printed_of_the_settings():
    assert "shared" not in repr(Settings(turn_urls=("turn:a:1",), turn_secret="shared"))
