"""Trains one network: ``python -m train.fit --config train/configs/first.yaml --data fer2013.zip --votes votes.csv``.

Interrupted at any moment it goes on with the epoch it was in: every random choice depends on seed, epoch and step
alone, and the checkpoint after each epoch holds weights and optimiser.
"""

import argparse
import csv
import json
import os
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import cv2  # after the backend is named, which Keras reads here
import keras
import numpy as np
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from fer_model.labels import EMOTIONS
from fer_model.preprocess import lift_dark
from train import curves, provenance
from train.batches import Batches
from train.begin import begin_with, read_layers
from train.config import Config, ConfigError, load_config
from train.data import DataError, Images, read_splits
from train.evaluate import keras_predict
from train.ferplus import majority, read_votes
from train.model import build
from train.teach import mean_soft_targets

RESULTS = Path(__file__).parent / "results"
BEGINNING_IMAGES = 2048  # from which a network that was read from a .tflite takes its first means
LENGTH = ("epochs", "flat_share", "full_from")  # what may change when a run is resumed


def compiled(config: Config) -> keras.Model:
    """The network with its optimiser and losses, before the first step."""
    keras.config.set_dtype_policy(config.dtype)
    model = build(config.stages, config.dropout, config.seed)
    model.compile(
        optimizer=keras.optimizers.SGD(
            config.learning_rate,
            momentum=config.momentum,
            nesterov=True,
            weight_decay=config.weight_decay,
            global_clipnorm=config.clip_norm,
        ),
        loss={head: keras.losses.CategoricalCrossentropy() for head in config.loss_weights},
        loss_weights=dict(config.loss_weights),
        jit_compile=False,  # one compilation an epoch would cost more than it saves on a processor
    )
    return model


def accuracies(model: keras.Model, images: Images, votes: np.ndarray) -> dict[str, float | None]:
    """Share of FER2013 labels and of FER+ majorities met on whole images, 0 to 1; ``None`` where there are none."""
    outputs, majorities = keras_predict(model)(images.pixels), majority(votes)
    hits = {"fer2013": outputs["fer2013"].argmax(axis=1) == images.labels}
    hits["ferplus"] = (outputs["ferplus"].argmax(axis=1) == majorities)[majorities >= 0]
    return {head: round(float(right.mean()), 4) if len(right) else None for head, right in hits.items()}


def fit(
    config: Config,
    training: Images,
    votes: np.ndarray,
    choosing: Images,
    choosing_votes: np.ndarray,
    run: Path,
    teachers: dict[str, np.ndarray] | None = None,
    start: Path | None = None,
    quiet: bool = False,
) -> Path:
    """Trains, or goes on where the checkpoint in ``run`` stands.

    Args:
        votes: (n, 10) FER+ votes of ``training``.
        choosing: the images whose accuracy is noted after each epoch; nothing is learnt from them.
        run: folder of the checkpoint ``model.keras``, of ``history.csv``, one row an epoch, and of ``curves.png``.
        teachers: soft targets of ``training`` by head (``train.teach``).
        start: what a new run begins with: a trained .keras of the same shape, or an exported .tflite of the same or of
            fewer convolutions a stage.

    Returns:
        Path of the trained ``model.keras``.

    Raises:
        ConfigError: ``run`` was begun with other settings, ``start`` does not fit, or the configuration asks for
            teachers and there are none, or the other way round.
    """
    if (config.teacher_share > 0) != (teachers is not None):
        raise ConfigError(f"teacher_share is {config.teacher_share}: give --teachers with it, and only with it.")
    run.mkdir(parents=True, exist_ok=True)
    checkpoint, history = run / "model.keras", run / "history.csv"
    _check_resumable(config, run)
    batches = Batches(training, votes, config, teachers)
    model = compiled(config)
    rows = _read_history(history)
    if checkpoint.exists():
        keras.config.set_dtype_policy(config.dtype)
        model = keras.saving.load_model(checkpoint)
    elif start is not None:
        _start_from(model, start, training.pixels, config.seed)
    done = int(model.optimizer.iterations) // len(batches)
    rows = rows[:done]
    left = (TextColumn("steps, left"), TimeRemainingColumn())
    with Progress(TextColumn("training"), BarColumn(), MofNCompleteColumn(), *left, disable=quiet) as bar:
        task = bar.add_task("training", total=config.epochs * len(batches), completed=done * len(batches))
        for epoch in range(done, config.epochs):
            started = time.monotonic()
            total = 0.0
            # Keras does not save how far the dropout's dice are: without this a resumed run would drop other features.
            if config.dropout:
                model.get_layer("dropout").seed_generator.state.assign([config.seed, epoch * len(batches)])
            for step, (crops, targets, weights) in enumerate(batches.epoch(epoch)):
                model.optimizer.learning_rate = config.learning_rate_at(epoch + step / len(batches))
                # Keras starts its mean anew with every such call, so this is the loss of one batch.
                loss = model.train_on_batch(crops, targets, sample_weight=weights, return_dict=True)["loss"]
                total += float(loss) * len(crops)
                bar.advance(task)
            right = accuracies(model, choosing, choosing_votes)
            rows.append(
                {
                    "epoch": epoch + 1,
                    "loss": round(total / len(training), 4),
                    "publictest_accuracy": right["fer2013"],
                    "publictest_ferplus": right["ferplus"],
                    "learning_rate": round(config.learning_rate_at(epoch + 0.5), 5),
                    "seconds": round(time.monotonic() - started, 1),
                }
            )
            _save(model, checkpoint)
            _write_history(history, rows)
            curves.draw(rows, run.name, run / "curves.png")
            bar.console.print(", ".join(f"{key} {value}" for key, value in rows[-1].items()))
    return checkpoint


def _check_resumable(config: Config, run: Path) -> None:
    """A run goes on with the settings it began with; only its length may change (see ``learning_rate_at``)."""
    path, now = run / "config.json", json.loads(json.dumps(asdict(config)))
    if path.exists():
        begun = json.loads(path.read_text(encoding="utf-8"))
        changed = sorted(key for key in now if key not in LENGTH and begun.get(key) != now[key])
        if changed:
            raise ConfigError(f"{run} was begun with another {', '.join(changed)}: give another --run or remove it.")
    path.write_text(json.dumps(now, indent=2) + "\n", encoding="utf-8")


def _start_from(model: keras.Model, start: Path, crops: np.ndarray, seed: int) -> None:
    """Copies weights; raises ``ConfigError`` where they are none or do not fit."""
    if start.suffix == ".tflite":
        some = np.random.default_rng(seed).permutation(len(crops))[:BEGINNING_IMAGES]
        begin_with(model, read_layers(start), lift_dark(crops[some]), seed)
        return
    try:
        model.set_weights(keras.saving.load_model(start, compile=False).get_weights())
    except (OSError, ValueError, TypeError) as error:
        raise ConfigError(f"{start} holds no weights for these stages: {error}") from error


def _save(model: keras.Model, checkpoint: Path) -> None:
    """Written beside and then renamed: being killed while writing leaves the checkpoint before."""
    unfinished = checkpoint.with_name("unfinished.keras")
    model.save(unfinished)
    os.replace(unfinished, checkpoint)


def _read_history(path: Path) -> list[dict]:
    if not path.exists():
        return []
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _write_history(path: Path, rows: list[dict]) -> None:
    with open(path, "w", newline="", encoding="utf-8") as file:
        # The last row's columns: a run that was begun by earlier code has fewer in its first ones.
        writer = csv.DictWriter(file, rows[-1].keys(), lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows(rows)


def write_summary(
    name: str, config: Config, run: Path, data: Path, counts: dict[str, int], results: Path, **more: str | None
) -> Path:
    """The trail of a run: ``<name>.json`` with arguments, versions and commit, ``.csv`` and ``.svg`` of its epochs."""
    rows = _read_history(run / "history.csv")
    _write_history(results / f"{name}.csv", rows)
    curves.draw(rows, name, results / f"{name}.svg")
    summary = {
        "run": name,
        "config": asdict(config),
        "data": {"file": data.name, "sha256": provenance.sha256(data) if data.is_file() else None, "images": counts},
        **more,
        "backend": keras.backend.backend(),
        "commit": provenance.commit(),
        "versions": provenance.versions(),
        "epochs": f"{name}.csv",
        "last_epoch": rows[-1],
    }
    path = results / f"{name}.json"
    path.write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    return path


def _named(start: Path) -> str:
    """A run by its name; an exported file, of which there are several of one name, by its checksum."""
    return f"{start.name} {provenance.sha256(start)}" if start.suffix == ".tflite" else start.parent.name


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Train one network; run again to resume.")
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, help="FER2013 as zip or folder")
    parser.add_argument("--votes", type=Path, required=True, help="FER+ votes as csv")
    parser.add_argument("--run", type=Path, help="folder of the checkpoint; runs/<name of the config> without it")
    parser.add_argument(
        "--teachers", type=Path, nargs="+", help="soft targets by train.teach, for a teacher_share above 0"
    )
    parser.add_argument(
        "--start", type=Path, help="network to begin with: .keras of the same shape, .tflite that may be less deep"
    )
    parser.add_argument("--epochs", type=int, help="instead of the configuration's")
    parser.add_argument("--limit", type=int, help="use this many training images only, for a quick try")
    args = parser.parse_args(argv)
    try:
        config = load_config(args.config)
        if args.epochs:
            config = replace(config, epochs=args.epochs)
        splits = read_splits(args.data, ("Training", "PublicTest"))
        training, choosing = splits["Training"], splits["PublicTest"]
        if lacking := [emotion for i, emotion in enumerate(EMOTIONS) if not (training.labels == i).any()]:
            raise DataError(
                f"{args.data} has no Training images of {', '.join(lacking)}: a network could never name it."
            )
        for line in training.unreadable:
            print(f"Unreadable, left out: {line}", file=sys.stderr)
        if args.limit:
            rows = np.random.default_rng(config.seed).permutation(len(training))[: args.limit]
            training = training[np.sort(rows)]
        votes, choosing_votes = (read_votes(args.votes, images.names) for images in (training, choosing))
        teachers = mean_soft_targets(args.teachers, training.names) if args.teachers else None
        run = args.run or Path("runs") / args.config.stem
        cv2.setNumThreads(1)  # the cores belong to the network
        fit(config, training, votes, choosing, choosing_votes, run, teachers, args.start)
    except (ConfigError, DataError) as error:
        print(error, file=sys.stderr)
        return 1
    if not args.limit:
        counts = {"Training": len(training), "PublicTest": len(choosing)}
        files = [path.name for path in args.teachers or ()]
        more = {"teachers": ", ".join(files) or None, "start": args.start and _named(args.start)}
        print(write_summary(args.config.stem, config, run, args.data, counts, RESULTS, **more))
    return 0


if __name__ == "__main__":
    sys.exit(main())
