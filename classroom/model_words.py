"""What the measured figures mean, in a teacher's words. Every number in them is computed; none is written here."""

from collections.abc import Iterable

from classroom.model_results import Head, Headline, Results, Share, Slice, Step
from fer_model.quality import MIN_FACE_PX

# Tells a teacher something at a glance: a class of this project has 25 to 50 students.
CLASS_SIZE = 25
# Fewer pictures than this give an interval some 20 points wide: the number is said to be rough.
FEW = 100
# An expression found less often than this, or taken for another one more often than that, is worth a sentence.
_POORLY_FOUND, _OFTEN_TAKEN = 0.75, 0.1
# Heads are set upright before they are read, so what a tilt costs the network it does not cost a class.
_MENDED = {"rotation"}


def of_100(share: float) -> str:
    """A share as people say it; what is not nothing and not everything is not rounded to it."""
    if 0 < share < 0.005:
        return "less than 1 of 100"
    return f"{min(round(share * 100), 99) if share < 1 else 100} of 100"


def headline_sentences(headline: Headline) -> str:
    read = headline.read
    return (
        f"**Of 100 faces it reads, about {round(read.value * 100)} match what most of ten people saw in them**"
        f" (95% interval {read.low:.0%} to {read.high:.0%}, n\u00a0=\u00a0{read.n:,} pictures)."
        f" It leaves {of_100(1 - headline.share_read)} unread because it is not sure enough."
    )


def measured_on(headline: Headline) -> str:
    """On what, and why to expect less."""
    sentence = f"Measured on the pictures of FER2013 called {headline.split}, with the votes of FER+."
    if headline.split == "PublicTest":
        sentence += " These pictures also helped to choose settings, so expect a little less."
    sentence += " They come from a web search, not from webcams: how well it reads real lessons is unmeasured."
    return sentence


def for_a_class(headline: Headline, size: int = CLASS_SIZE) -> list[str]:
    """What to expect of one look at a class, and of many."""
    read = size * headline.share_read
    wrong = read * (1 - headline.read.value)
    return [
        f"One look at {size} faces reads about **{round(read)}** of them, and gives about **{_few(wrong)}** of these"
        " another word than most people would.",
        "So a single tile at a single moment is weak evidence. Look at the class over minutes, at changes, and at how"
        " many faces could be read.",
    ]


def weaknesses(results: Results) -> list[str]:
    """What it is bad at, worst first: expressions it misses, expressions it mixes up, and pictures that cost most."""
    found = [*_poorly_found(results.reading), *_mixed_up(results.reading), *_costly(results.slices)]
    return found or ["Nothing stands out in these pictures."]


def step_words(change: str, unit: str, step: float | str) -> str:
    """One strength of a change, such as "tilted by 30 degrees"."""
    words = {
        "brightness": f"with {_amount(step)} the light",
        "blur": f"blurred by {step} of 48 pixels",
        "rotation": f"the head tilted by {str(step).lstrip('-')} degrees",
        "face size": f"a face {step} pixels wide",
        "JPEG quality": f"packed to JPEG quality {step}",
        "occlusion": f"a part of the face covered ({step})",
    }
    return words.get(change, f"{change}: {step} {unit}")


def _amount(times: float | str) -> str:
    """Of something that was 1 before; a step that is no number is said as it is."""
    if not isinstance(times, int | float):
        return f"{times} times"
    return f"{times:.0%} of" if times <= 1 else f"{times:g} times"


def best_and_worst(head: Head) -> tuple[tuple[str, Share], tuple[str, Share]] | None:
    """The expressions that are found most and least often; ``None`` without pictures."""
    known = [(label, recall) for label, recall in head.recalls.items() if recall]
    if not known:
        return None
    return max(known, key=lambda each: each[1].value), min(known, key=lambda each: each[1].value)


def _poorly_found(head: Head, at_most: int = 3) -> Iterable[str]:
    poor = [(label, recall) for label, recall in head.recalls.items() if recall and recall.value < _POORLY_FOUND]
    for label, recall in sorted(poor, key=lambda each: each[1].value)[:at_most]:
        rough = ", few pictures, so this is rough" if recall.n < FEW else ""
        yield f"It finds only **{recall.hits} of {recall.n:,} {label}** faces ({_interval(recall)}{rough})."


def _mixed_up(head: Head, at_most: int = 3) -> Iterable[str]:
    """Confusions by their share of the row; rows of few pictures are told by ``_poorly_found`` alone."""
    pairs = []
    for i, row in enumerate(head.counts):
        n = int(row.sum())
        for j, count in enumerate(row):
            if i != j and n >= FEW and count / n >= _OFTEN_TAKEN:
                pairs.append((int(count), n, head.labels[i], head.labels[j]))
    for count, n, true, named in sorted(pairs, key=lambda pair: -pair[0] / pair[1])[:at_most]:
        yield f"It often calls **{true}** faces **{named}** ({count:,} of {n:,})."


def _costly(slices: Iterable[Slice], at_most: int = 3) -> Iterable[str]:
    """The changes whose worst step costs most, one step each."""
    worst = []
    for each in slices:
        if each.change in _MENDED:
            continue
        plain = each.steps[0].read
        # A class refuses smaller faces before the network sees them.
        seen = [step for step in each.steps if each.change != "face size" or step.step >= MIN_FACE_PX]
        step = min(seen, key=lambda step: step.read.value)
        if step.read.high < plain.low:  # else chance may have made the difference
            worst.append((plain.value - step.read.value, each, plain, step))
    for _, each, plain, step in sorted(worst, key=lambda entry: -entry[0])[:at_most]:
        yield f"{_sentence_start(each, step)}: right for **{of_100(step.read.value)}** it reads instead of " + (
            f"{round(plain.value * 100)} (n = {step.read.n:,})."
        )


def _sentence_start(each: Slice, step: Step) -> str:
    words = step_words(each.change, each.unit, step.step)
    return words[0].upper() + words[1:]


def _interval(share: Share) -> str:
    return f"{share.value:.0%}, 95% interval {share.low:.0%} to {share.high:.0%}"


def _few(number: float) -> str:
    return str(round(number)) if number >= 0.5 else "none"
