"""Training batches: which images, how changed, and what the network is to say of them."""

import math
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from fer_model.labels import EMOTIONS
from fer_model.preprocess import lift_dark
from train.augment import augment, random_crop
from train.config import Config
from train.data import Images
from train.ferplus import distribution

QUEUED_BATCHES = 4

Batch = tuple[np.ndarray, dict[str, np.ndarray], dict[str, np.ndarray]]


class Batches:
    """Augmented training batches of one epoch after the other, the same ones for the same seed, epoch and step."""

    def __init__(
        self, images: Images, votes: np.ndarray, config: Config, teachers: dict[str, np.ndarray] | None = None
    ) -> None:
        """``teachers`` are soft targets by head, a row an image; ``config`` says what share of the target is theirs."""
        self.images, self.config = images, config
        smooth = config.label_smoothing
        one_hot = np.eye(len(EMOTIONS), dtype=np.float32)[images.labels]
        shares, weights = distribution(votes)
        self.targets = {"fer2013": one_hot * (1 - smooth) + smooth / len(EMOTIONS), "ferplus": shares}
        self.weights = {"fer2013": np.ones(len(images), np.float32), "ferplus": weights}
        if teachers is not None:
            for head, probs in teachers.items():
                # Where nobody's votes are left, the teachers are all there is to learn from.
                share = np.where(self.weights[head] > 0, config.teacher_share, 1.0)[:, None]
                self.targets[head] = ((1 - share) * self.targets[head] + share * probs).astype(np.float32)
                self.weights[head] = np.ones(len(images), np.float32)

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
