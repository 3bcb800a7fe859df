"""Trains one network: ``python -m train.fit --config train/configs/first.yaml --data fer2013.zip --votes votes.csv``.

Interrupted at any moment it goes on with the epoch it was in: every random choice depends on seed, epoch and step
alone, and the checkpoint after each epoch holds weights and optimiser.
"""

import argparse
import csv
import json
import math
import os
import sys
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import cv2  # after the backend is named, which Keras reads here
import keras
import numpy as np
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from fer_model.labels import EMOTIONS
from fer_model.preprocess import lift_dark
from train import provenance
from train.augment import augment, random_crop
from train.config import Config, ConfigError, load_config
from train.data import DataError, Images, read_splits
from train.ferplus import distribution, read_votes
from train.model import build

RESULTS = Path(__file__).parent / "results"
QUEUED_BATCHES = 4
LENGTH = ("epochs", "flat_share", "full_from")  # what may change when a run is resumed

Batch = tuple[np.ndarray, dict[str, np.ndarray], dict[str, np.ndarray]]


class Batches:
    """Augmented training batches of one epoch after the other, the same ones for the same seed, epoch and step."""

    def __init__(self, images: Images, votes: np.ndarray, config: Config) -> None:
        self.images, self.config = images, config
        smooth = config.label_smoothing
        one_hot = np.eye(len(EMOTIONS), dtype=np.float32)[images.labels]
        shares, weights = distribution(votes)
        self.targets = {"fer2013": one_hot * (1 - smooth) + smooth / len(EMOTIONS), "ferplus": shares}
        self.weights = {"fer2013": np.ones(len(images), np.float32), "ferplus": weights}

    def __len__(self) -> int:
        """Steps of an epoch; the last batch may be smaller."""
        return math.ceil(len(self.images) / self.config.batch_size)

    def batch(self, epoch: int, step: int) -> Batch:
        """(crops, targets by head, weights by head)."""
        order = np.random.default_rng([self.config.seed, epoch]).permutation(len(self.images))
        rows = order[step * self.config.batch_size : (step + 1) * self.config.batch_size]
        rng = np.random.default_rng([self.config.seed, epoch, step])
        crops = lift_dark(augment(self.images.pixels[rows], self.config.augmentation, rng))  # as the classifier does
        crops = random_crop(crops, self.config.crop_px_at(epoch), rng)
        targets = {head: values[rows] for head, values in self.targets.items()}
        weights = {head: values[rows] for head, values in self.weights.items()}
        if self.config.mixup:
            return mix(crops, targets, weights, rng.beta(self.config.mixup, self.config.mixup), rng)
        return crops, targets, weights

    def epoch(self, epoch: int) -> Iterator[Batch]:
        """All steps in order, a few prepared ahead by one thread while the network learns."""
        with ThreadPoolExecutor(1, thread_name_prefix="augment") as pool:
            queue: deque = deque()
            for step in range(len(self)):
                queue.append(pool.submit(self.batch, epoch, step))
                if len(queue) > QUEUED_BATCHES:
                    yield queue.popleft().result()
            while queue:
                yield queue.popleft().result()


def mix(
    crops: np.ndarray,
    targets: dict[str, np.ndarray],
    weights: dict[str, np.ndarray],
    share: float,
    rng: np.random.Generator,
) -> Batch:
    """Each image laid over another of the batch, targets likewise (Zhang et al. 2018, mixup).

    Args:
        share: of the image itself, 0 to 1; the other one gets the rest.
    """
    partner = rng.permutation(len(crops))
    crops = np.rint(share * crops + (1 - share) * crops[partner].astype(np.float32)).astype(np.uint8)
    mixed_targets, mixed_weights = {}, {}
    for head, weight in weights.items():
        own, others = share * weight, (1 - share) * weight[partner]
        total = own + others
        # An image that teaches this head nothing adds nothing to the target either.
        sums = own[:, None] * targets[head] + others[:, None] * targets[head][partner]
        mixed_targets[head] = np.where(total[:, None] > 0, sums / np.maximum(total, 1e-9)[:, None], targets[head])
        mixed_targets[head] = mixed_targets[head].astype(np.float32)
        mixed_weights[head] = total.astype(np.float32)
    return crops, mixed_targets, mixed_weights


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


def accuracy(model: keras.Model, images: Images, batch_size: int = 256) -> float:
    """Share of FER2013 labels met on whole images, 0 to 1."""
    hits = 0
    for start in range(0, len(images), batch_size):
        part = images[slice(start, start + batch_size)]
        probs = keras.ops.convert_to_numpy(model.predict_on_batch(part.pixels)["fer2013"])
        hits += int((probs.argmax(axis=1) == part.labels).sum())
    return hits / max(len(images), 1)


def fit(config: Config, training: Images, votes: np.ndarray, choosing: Images, run: Path, quiet: bool = False) -> Path:
    """Trains, or goes on where the checkpoint in ``run`` stands.

    Args:
        votes: (n, 10) FER+ votes of ``training``.
        choosing: the images whose accuracy is noted after each epoch; nothing is learnt from them.
        run: folder of the checkpoint ``model.keras`` and of ``history.csv``, one row an epoch.

    Returns:
        Path of the trained ``model.keras``.

    Raises:
        ConfigError: ``run`` was begun with other settings.
    """
    run.mkdir(parents=True, exist_ok=True)
    checkpoint, history = run / "model.keras", run / "history.csv"
    _check_resumable(config, run)
    batches = Batches(training, votes, config)
    model = compiled(config)
    rows = _read_history(history)
    if checkpoint.exists():
        keras.config.set_dtype_policy(config.dtype)
        model = keras.saving.load_model(checkpoint)
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
            rows.append(
                {
                    "epoch": epoch + 1,
                    "loss": round(total / len(training), 4),
                    "publictest_accuracy": round(accuracy(model, choosing), 4),
                    "learning_rate": round(config.learning_rate_at(epoch + 0.5), 5),
                    "seconds": round(time.monotonic() - started, 1),
                }
            )
            _save(model, checkpoint)
            _write_history(history, rows)
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
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def write_summary(name: str, config: Config, run: Path, data: Path, counts: dict[str, int], results: Path) -> Path:
    """The trail of a run: ``<name>.json`` with arguments, versions and commit, ``<name>.csv`` with its epochs."""
    rows = _read_history(run / "history.csv")
    _write_history(results / f"{name}.csv", rows)
    summary = {
        "run": name,
        "config": asdict(config),
        "data": {"file": data.name, "sha256": provenance.sha256(data) if data.is_file() else None, "images": counts},
        "backend": keras.backend.backend(),
        "commit": provenance.commit(),
        "versions": provenance.versions(),
        "epochs": f"{name}.csv",
        "last_epoch": rows[-1],
    }
    path = results / f"{name}.json"
    path.write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    return path


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Train one network; run again to resume.")
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, help="FER2013 as zip or folder")
    parser.add_argument("--votes", type=Path, required=True, help="FER+ votes as csv")
    parser.add_argument("--run", type=Path, help="folder of the checkpoint; runs/<name of the config> without it")
    parser.add_argument("--epochs", type=int, help="instead of the configuration's")
    parser.add_argument("--limit", type=int, help="use this many training images only, for a quick try")
    args = parser.parse_args(argv)
    try:
        config = load_config(args.config)
        if args.epochs:
            config = replace(config, epochs=args.epochs)
        splits = read_splits(args.data, ("Training", "PublicTest"))
        training, choosing = splits["Training"], splits["PublicTest"]
        if args.limit:
            rows = np.random.default_rng(config.seed).permutation(len(training))[: args.limit]
            training = training[np.sort(rows)]
        votes = read_votes(args.votes, training.names)
        run = args.run or Path("runs") / args.config.stem
        cv2.setNumThreads(1)  # the cores belong to the network
        fit(config, training, votes, choosing, run)
    except (ConfigError, DataError) as error:
        print(error, file=sys.stderr)
        return 1
    if not args.limit:
        counts = {"Training": len(training), "PublicTest": len(choosing)}
        print(write_summary(args.config.stem, config, run, args.data, counts, RESULTS))
    return 0


if __name__ == "__main__":
    sys.exit(main())
