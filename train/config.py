"""What a training run is told: the YAML file of ``train/configs/`` as a checked value."""

from dataclasses import MISSING, dataclass, fields
from pathlib import Path

import yaml

from train.augment import Augmentation
from train.data import SIDE_PX


class ConfigError(Exception):
    """The configuration lacks a setting, has one nobody knows, or one out of range."""


@dataclass(frozen=True)
class Config:
    """One run. The files of ``train/configs/`` say what each setting does; shares and probabilities are 0 to 1."""

    seed: int
    dtype: str
    stages: list[list[int]]
    dropout: float
    epochs: int
    batch_size: int
    learning_rate: float
    clip_norm: float
    warmup_epochs: float
    flat_share: float
    momentum: float
    weight_decay: float
    label_smoothing: float
    loss_weights: dict[str, float]
    crop_px: int
    full_from: float
    augmentation: Augmentation
    mixup: float = 0.0
    teacher_share: float = 0.0

    def __post_init__(self) -> None:
        for name in ("dropout", "flat_share", "momentum", "label_smoothing", "full_from", "teacher_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise ConfigError(f"{name} is a share between 0 and 1, got {getattr(self, name)}.")
        if self.epochs < 1 or self.batch_size < 1:
            raise ConfigError(f"epochs and batch_size start at 1, got {self.epochs} and {self.batch_size}.")
        if self.mixup < 0:
            raise ConfigError(f"mixup starts at 0, which is none, got {self.mixup}.")
        if not 8 <= self.crop_px <= SIDE_PX:
            raise ConfigError(f"crop_px lies between 8 and {SIDE_PX}, got {self.crop_px}.")
        if set(self.loss_weights) != {"fer2013", "ferplus"}:
            raise ConfigError(f"loss_weights names fer2013 and ferplus, got {', '.join(self.loss_weights)}.")

    def learning_rate_at(self, epoch: float) -> float:
        """Warm-up in a straight line, then flat, then in a straight line to zero; ``epoch`` may lie between two.

        While the rate is flat nothing depends on ``epochs``, so a run may be lengthened or cut short until then.
        """
        flat_until = self.flat_share * self.epochs
        if epoch < self.warmup_epochs:
            return self.learning_rate * (epoch + 0.01) / (self.warmup_epochs + 0.01)  # never exactly zero
        if epoch < flat_until:
            return self.learning_rate
        return self.learning_rate * max(0.0, (self.epochs - epoch) / max(self.epochs - flat_until, 1e-9))

    def crop_px_at(self, epoch: int) -> int:
        """Side of the training images: cut small first, whole at the end."""
        return self.crop_px if epoch < self.full_from * self.epochs else SIDE_PX


def load_config(path: Path) -> Config:
    """Reads and checks; raises ``ConfigError`` with one sentence."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"The configuration {path} cannot be read: {error.strerror}.") from error
    values = yaml.safe_load(text)
    if not isinstance(values, dict):
        raise ConfigError(f"{path} holds no settings.")
    values["augmentation"] = _checked(Augmentation, values.get("augmentation") or {}, path, complete=False)
    return _checked(Config, values, path, complete=True)


def _checked(kind: type, values: dict, path: Path, complete: bool):
    known = {field.name for field in fields(kind)}
    needed = {field.name for field in fields(kind) if field.default is MISSING} if complete else set()
    if unknown := sorted(set(values) - known):
        raise ConfigError(f"{path} has settings nobody knows: {', '.join(unknown)}.")
    if missing := sorted(needed - set(values)):
        raise ConfigError(f"{path} lacks {', '.join(missing)}.")
    return kind(**values)
