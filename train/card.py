"""Writes the figures of the model card anew: ``python -m train.card``.

The words are written by hand; what stands between ``<!-- NAME -->`` and ``<!-- end of NAME -->`` is put there from
the spec and the committed results, so that no figure in it is typed.
"""

import argparse
import json
import re
import sys
from pathlib import Path

from fer_model.classifier import WEIGHTS

CARD = WEIGHTS / "MODEL_CARD.md"
SPEC = WEIGHTS / "emotion.json"
RESULTS = Path(__file__).parent / "results" / "shipped_publictest.json"
FLOAT_RESULTS = RESULTS.with_name("shipped_float_publictest.json")

SCORES = {
    "fer2013": "FER2013, seven labels",
    "fer2013_without_twins": "the same without twins of Training",
    "ferplus": "FER+, eight labels, majority",
    "ferplus_without_twins": "the same without twins of Training",
}
HEADS = {"fer2013": "FER2013", "ferplus": "FER+"}
MISTAKES = 6


class CardError(Exception):
    """The card lacks a place for figures, or figures do not belong to the shipped file."""


def blocks(spec: dict, results: dict, float_results: dict) -> dict[str, str]:
    """The text of each place in the card, by its name.

    Raises:
        CardError: ``results`` are not of the file that ``spec`` names.
    """
    if results["sha256"] != spec["sha256"]:
        raise CardError(f"{RESULTS.name} is of another file than {spec['file']}: score that one with `train.evaluate`.")
    return {
        "network": _network(spec),
        "threshold": f"Below a confidence of {spec['abstain_below']} a face reads “not clear” and counts for nothing.",
        "scores": _scores(results),
        "calibration": _calibration(spec, results, float_results),
        "classes": "\n\n".join(_classes(name, results[head]) for head, name in HEADS.items()),
        "mistakes": _mistakes(results["ferplus"]),
        "slices": _slices(results["slices"]),
    }


def filled(card: str, by_name: dict[str, str]) -> str:
    """The card with every block in its place; raises ``CardError`` for one without a place."""
    for name, text in by_name.items():
        place = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end of {name} -->)", re.DOTALL)
        card, count = place.subn(lambda found, text=text: f"{found[1]}{text}\n{found[2]}", card)
        if count != 1:
            raise CardError(f"The card has {count} places for {name}, expected one.")
    return card


def _network(spec: dict) -> str:
    network = spec["network"]
    depth = sum(len(stage) for stage in network["stages"])
    stages = ", ".join("-".join(map(str, stage)) for stage in network["stages"])
    return (
        f"{depth} convolutions of 3x3 with batch normalisation and ReLU in {len(network['stages'])} stages (channels "
        f"{stages}), {network['parameters'] / 1e6:.2f} M parameters,\n{multiply_adds(network['stages']) / 1e6:.0f} M "
        f"multiply-adds a face, {network['bytes'] / 1e6:.2f} MB, SHA-256 `{spec['sha256'][:16]}...`."
    )


def multiply_adds(stages: list[list[int]], side_px: int = 48) -> int:
    """Of the convolutions for one face of ``side_px``; the heads add next to nothing."""
    total, channels = 0, 1
    for number, widths in enumerate(stages):
        side_px = side_px // 2 if number else side_px
        for width in widths:
            total += side_px**2 * 9 * channels * width
            channels = width
    return total


def _scores(results: dict) -> str:
    lines = [
        "| on PublicTest | n | accuracy | macro-F1 | balanced accuracy | NLL |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for key, name in SCORES.items():
        figures = results[key]
        more = [f"{figures[key]:.2f}" if key in figures else "" for key in ("macro_f1", "balanced_accuracy", "nll")]
        lines.append(f"| {name} | {figures['n']:,} | {_share(figures)} | {' | '.join(more)} |")
    reading = results["reading"]
    name = f"read by the classroom: seven emotions, “not clear” left out ({reading['share_read']:.0%} are read)"
    lines.append(
        f"| {name} | {reading['clear']['n']:,} | {_share(reading['clear'])} | {reading['clear']['macro_f1']:.2f} | | |"
    )
    return "\n".join(lines)


def _share(figures: dict) -> str:
    low, high = figures["accuracy_95_low"], figures["accuracy_95_high"]
    return f"{100 * figures['accuracy']:.1f} % ({100 * low:.1f} to {100 * high:.1f})"


def _calibration(spec: dict, results: dict, float_results: dict) -> str:
    lines = [
        "| | temperature | ECE, 15 bins | cross-fitted | int8 against float32, same images |",
        "| --- | --- | --- | --- | --- |",
    ]
    for head, name in HEADS.items():
        figures = results[head]
        cost = 100 * (figures["accuracy"] - float_results[head]["accuracy"])
        errors = f"{figures['ece_15_bins']:.3f} | {figures['ece_15_bins_cross_fitted']:.3f}"
        lines.append(f"| {name} | {spec['outputs'][head]['temperature']:.2f} | {errors} | {cost:+.2f} points |")
    return "\n".join(lines)


def _classes(name: str, figures: dict) -> str:
    lines = [f"| {name} | n | precision | recall |", "| --- | --- | --- | --- |"]
    for label, of in figures["per_class"].items():
        shares = " | ".join("-" if of[key] is None else f"{of[key]:.2f}" for key in ("precision", "recall"))
        lines.append(f"| {label} | {of['n']} | {shares} |")
    return "\n".join(lines)


def _mistakes(figures: dict) -> str:
    """The most frequent wrong names, as a share of the true class."""
    table, labels = figures["confusion_rows_true_columns_named"], figures["labels"]
    wrong = [
        (count, label, labels[column], sum(row))
        for label, row in zip(labels, table, strict=True)
        for column, count in enumerate(row)
        if labels[column] != label and count
    ]
    wrong.sort(key=lambda one: -one[0])
    lines = ["| most often by count | is called | of |", "| --- | --- | --- |"]
    lines += [f"| {true} | {named} | {count} of {n} |" for count, true, named, n in wrong[:MISTAKES]]
    return "\n".join(lines)


def _slices(rows: list[dict]) -> str:
    lines = ["| the same pictures | FER2013 | FER+ | read | right of the read |", "| --- | --- | --- | --- | --- |"]
    for row in rows:
        reading = row["reading"]
        shares = (row["fer2013"]["accuracy"], row["ferplus"]["accuracy"], reading["share_read"], reading["accuracy"])
        cells = " | ".join("-" if share is None else f"{100 * share:.1f} %" for share in shares)
        lines.append(f"| {row['change']}: {row['step']} {row['unit']} | {cells} |")
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Write the figures of the model card from spec and results.")
    parser.add_argument("--check", action="store_true", help="change nothing, say whether the card is up to date")
    args = parser.parse_args(argv)
    try:
        spec, results, float_results = (
            json.loads(path.read_text(encoding="utf-8")) for path in (SPEC, RESULTS, FLOAT_RESULTS)
        )
        old = CARD.read_text(encoding="utf-8")
        new = filled(old, blocks(spec, results, float_results))
    except (OSError, ValueError, KeyError, CardError) as error:
        print(error if isinstance(error, CardError) else f"The card cannot be written: {error!r}", file=sys.stderr)
        return 1
    if args.check:
        print("The card is up to date." if new == old else "The card is out of date: run `python -m train.card`.")
        return int(new != old)
    CARD.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
