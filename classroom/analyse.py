"""Reads pictures and recordings without a browser.

    python -m classroom.analyse lesson.mp4 photographs/ --out results [--every 0.5] [--json] [--no-names]

Writes ``NAME.csv`` for each file: a recording's is the session CSV of a class, a picture's has a row a face. The files
of a folder are done one after the other; what is finished is not done again, so a run that was stopped goes on. Nothing
of any picture is kept.
"""

import argparse
import os
import sys
from datetime import UTC
from pathlib import Path

from tqdm import tqdm

from classroom.errors import BadInput, EngineError
from classroom.lawful import why_no_expression
from classroom.people import NAMES_WERE_READ, People, any_name_read
from classroom.picture_faces import read_crowd
from classroom.pictures import MAX_MB, frame_of
from classroom.recording_reader import RecordingReader
from classroom.recordings import ENDINGS as RECORDINGS
from classroom.result_files import picture_csv, picture_json, recording_csv, recording_json
from classroom.settings import Settings
from fer_model.crowd_reader import CrowdReader
from fer_model.errors import FerModelError

PICTURES = (".jpg", ".jpeg", ".png", ".webp")
STOPPED = 130  # as a shell says of Ctrl-C


def inputs(paths: list[Path]) -> list[Path]:
    """The files asked for; of a folder all pictures and recordings in it, by name. Raises ``BadInput``."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = [file for file in sorted(path.iterdir()) if file.suffix.lower() in PICTURES + RECORDINGS]
            if not inside:
                raise BadInput(f"There are no pictures and no recordings in {path}.")
            found += inside
        elif not path.exists():
            raise BadInput(f"There is no file {path}.")
        else:
            found.append(path)
    return found


def targets(files: list[Path], out: Path) -> list[Path]:
    """Where each file's CSV goes. Files that share a name but for the ending keep it: ``a.mp4.csv``, ``a.jpg.csv``."""
    stems = [file.stem for file in files]
    names = [file.stem if stems.count(file.stem) == 1 else file.name for file in files]
    if len(set(names)) < len(names):
        raise BadInput("Two files have the same name: give them other names, or folders of their own for the results.")
    return [out / f"{name}.csv" for name in names]


def analyse_picture(path: Path, reader: CrowdReader) -> tuple[bytes, bytes]:
    """CSV and JSON of one picture; boxes in pixels of the picture as it is shown, upright."""
    if path.stat().st_size > MAX_MB * 1024 * 1024:
        raise BadInput(f"{path.name} is larger than {MAX_MB} MB. Make it smaller first.")
    crowd = read_crowd(frame_of(path.read_bytes(), side_px=None), reader)
    return picture_csv(path.name, crowd), picture_json(crowd)


def analyse_recording(
    path: Path, every_s: float, settings: Settings, quiet: bool, with_names: bool = True
) -> tuple[bytes, bytes, list[str]]:
    """CSV and JSON of one recording, and what is to be said of it, a sentence each."""
    reader = RecordingReader(path, every_s, models_dir=settings.models_dir, with_names=with_names)
    people, total_s = People(), reader.info.duration_s
    form = "{l_bar}{bar}| {n:.0f}/{total:.0f} s, {postfix} left {remaining}" if total_s else None
    with tqdm(total=total_s, desc=path.name, unit="s", bar_format=form, disable=quiet) as bar:
        for number, sample in enumerate(reader.samples(), start=1):
            people.add(sample)
            bar.set_postfix_str(f"{number / max(bar.format_dict['elapsed'], 0.01):.1f} frames/s,", refresh=False)
            bar.update(min(sample.at_s, total_s or sample.at_s) - bar.n)
    found, times_s = people.found(), people.times_s
    if not len(times_s):
        raise BadInput(f"{path.name} has no frame that can be read.")
    content = recording_csv(path.stem, found, times_s, reader.info.recorded_ms, settings.window_s, UTC)
    return content, recording_json(found), [*reader.problems, *([NAMES_WERE_READ] if any_name_read(found) else [])]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m classroom.analyse", description=__doc__.splitlines()[0])
    parser.add_argument("inputs", type=Path, nargs="+", metavar="INPUT", help="pictures, recordings, folders of them")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where the results go")
    parser.add_argument("--every", type=float, default=0.5, metavar="SECONDS", help="between two samples (0.5)")
    parser.add_argument("--json", action="store_true", help="write NAME.json beside NAME.csv")
    parser.add_argument("--no-names", action="store_true", help="do not read the names in the tiles of a call")
    args = parser.parse_args(argv)
    failed = 0
    try:
        settings = Settings.from_env()
        if why := why_no_expression(settings):
            raise BadInput(why)
        files = inputs(args.inputs)
        results = targets(files, args.out)
        args.out.mkdir(parents=True, exist_ok=True)
        pictures = CrowdReader.open(settings.models_dir) if any(map(_is_picture, files)) else None
    except (BadInput, OSError, FerModelError) as error:
        print(error, file=sys.stderr)
        return 1
    quiet = not sys.stderr.isatty()
    for file, result in zip(files, results, strict=True):
        if result.exists() and (not args.json or result.with_suffix(".json").exists()):
            print(f"{file.name}: done before, see {result.name}")
            continue
        notes: list[str] = []
        try:
            if _is_picture(file):
                table, tree = analyse_picture(file, pictures)
            else:
                table, tree, notes = analyse_recording(file, args.every, settings, quiet, not args.no_names)
        except (BadInput, EngineError) as error:
            print(f"{file.name}: {error}", file=sys.stderr)
            failed += 1
            continue
        except KeyboardInterrupt:
            print("Stopped. What is finished stays; the same command goes on.", file=sys.stderr)
            return STOPPED
        for note in notes:
            print(f"{file.name}: {note}", file=sys.stderr)
        if args.json:
            _write(result.with_suffix(".json"), tree)
        _write(result, table)  # last: it says that this file is done
        print(f"{file.name}: {result.name}")
    return int(failed > 0)


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in PICTURES


def _write(path: Path, content: bytes) -> None:
    """Written beside and then renamed: a run that is killed leaves no half a file that would count as done."""
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.write_bytes(content)
    os.replace(unfinished, path)


if __name__ == "__main__":
    sys.exit(main())
