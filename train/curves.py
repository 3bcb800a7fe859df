"""The epochs of a run as a picture: loss, accuracy of both heads, learning rate."""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")  # a file, never a window

from matplotlib import pyplot

HEADS = {"publictest_accuracy": ("FER2013", "#0072B2"), "publictest_ferplus": ("FER+ majority", "#D55E00")}


def draw(rows: list[dict], title: str, path: Path) -> Path:
    """Writes the picture; what kind is told by the ending of ``path``.

    Args:
        rows: of ``history.csv``, one an epoch, at least one; an empty cell is left out.
    """
    figure, (losses, accuracies, rates) = pyplot.subplots(1, 3, figsize=(12, 3.4), layout="constrained")
    _line(losses, rows, "loss", "training", "#000000")
    losses.set_ylabel("loss of both heads (nats)")
    for column, (name, colour) in HEADS.items():
        _line(accuracies, rows, column, name, colour, percent=True)
    accuracies.set_ylabel("right on PublicTest (%)")
    _line(rates, rows, "learning_rate", "learning rate", "#009E73")
    rates.set_ylabel("learning rate")
    for axes in (losses, accuracies, rates):
        axes.set_xlabel("epoch")
        axes.grid(alpha=0.3)
        if axes.lines:
            axes.legend()
    figure.suptitle(title)
    # Without the date, so that the same epochs give the same file.
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
    pyplot.close(figure)
    return path


def _line(axes, rows: list[dict], column: str, name: str, colour: str, percent: bool = False) -> None:
    points = [(int(row["epoch"]), float(row[column])) for row in rows if row.get(column) not in (None, "")]
    if points:
        epochs, values = zip(*points, strict=True)
        last = values[-1] * 100 if percent else values[-1]
        label = f"{name} {last:.1f} %" if percent else name
        axes.plot(epochs, [value * 100 for value in values] if percent else values, color=colour, label=label)
