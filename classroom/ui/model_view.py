"""How good the network is, on a page: figures in words, then charts, then the model card."""

import re
from collections.abc import Callable

import plotly.graph_objects as go
import streamlit as st

from classroom import model_charts as charts
from classroom.errors import ResultsError
from classroom.model_results import CARD_FILE, RESULTS_FILE, SPEC_FILE, Headline, Results, load_facts, load_results
from classroom.model_words import for_a_class, headline_sentences, measured_on, weaknesses
from classroom.ui import forms
from classroom.ui.gate import ANYBODY, Entry, gated_fragment
from classroom.ui.words import model_numbers_html

_HEADS = {"reading": "As a class sees it", "fer2013": "FER2013 labels", "ferplus": "FER+ labels"}


def show_model() -> None:
    """Everything that is known of the network; what is missing is said in a sentence, and the rest is shown."""
    headline, results = _load()
    if headline:
        _in_words(headline, results)
    if results:
        _charts(results)
    _card()


def _load() -> tuple[Headline | None, Results | None]:
    """Without results the spec's own scores still give the headline."""
    headline = results = None
    try:
        facts = load_facts(SPEC_FILE)
        headline = facts.headline
        results = load_results(RESULTS_FILE, facts)
        headline = results.headline
    except ResultsError as error:
        st.warning(forms.as_text(str(error)), icon=":material/find_in_page:")
    return headline, results


def _in_words(headline: Headline, results: Results | None) -> None:
    st.markdown(headline_sentences(headline))
    st.caption(measured_on(headline))
    st.html(model_numbers_html(headline, results.reading if results else None))
    st.subheader("What that means for a class")
    st.markdown(_bullets(for_a_class(headline)))
    if results:
        st.subheader("What it is bad at")
        st.markdown(_bullets(weaknesses(results)))


def _charts(results: Results) -> None:
    st.subheader("The figures")
    tabs = st.tabs(["Mix-ups", "Each expression", "Confidence", "Reading less", "Bad pictures"])
    parts: tuple[Callable[[Results], None], ...] = (_mix_ups, _each_expression, _confidence, _reading_less, _pictures)
    for tab, part in zip(tabs, parts, strict=True):
        with tab:
            part(results)


def _mix_ups(results: Results) -> None:
    _mix_ups_by_labels(ANYBODY, results)


@gated_fragment
def _mix_ups_by_labels(_: Entry, results: Results) -> None:
    st.caption(
        "A row is what most people saw, a column the word it got; numbers are percent of the row. A strong diagonal is"
        " good, and a number beside it is a mix-up."
    )
    shown = st.segmented_control(
        "Labels", list(_HEADS), default="reading", format_func=_HEADS.get, key="head", label_visibility="collapsed"
    )
    head = results.heads[shown or "reading"]
    rows = "labelled as" if shown == "fer2013" else "most people saw"
    _chart(charts.confusion_figure(head, rows=rows), "confusion", "Which expressions are mixed up")
    if shown == "fer2013":
        st.caption("FER2013's own labels are noisy, so part of these mix-ups is theirs.")


def _each_expression(results: Results) -> None:
    st.caption(
        "Of the faces that show an expression, how many get that word. The thin line is the 95% interval: where it is"
        " long, there were few pictures."
    )
    _chart(charts.recall_figure(results.reading), "recall", "How often each expression is found")


def _confidence(results: Results) -> None:
    st.caption(
        "When it says 80%, is it right 80% of the time? Points on the dotted line: yes. Below it: it is too sure of"
        " itself. The strip shows how many pictures a point stands for."
    )
    _chart(charts.reliability_figure(results.reading), "reliability", "Stated confidence against how often it is right")


def _reading_less(results: Results) -> None:
    st.caption(
        "Naming only the surest faces leaves fewer wrong names, and more faces unread. The diamond is what ClassPulse"
        " chose. Pictures on which people did not agree are left out."
    )
    _chart(charts.risk_figure(results), "risk", "Wrong names against the share of faces read")


def _pictures(results: Results) -> None:
    st.caption(
        "The same pictures made worse step by step. Filled blue: right, of the faces it reads (%). Open grey: faces it"
        " reads (%). In a class it fares better: tilted heads are set upright before, and very small, dark or blurred"
        " faces are refused."
    )
    for number in range(0, len(results.slices), 2):  # a row of two at a time: on a phone their order stays
        for column, each in zip(st.columns(2), results.slices[number : number + 2], strict=False):
            with column:
                _chart(charts.slice_figure(each), f"slice-{each.change}", f"What {each.change} costs")


def _chart(figure: go.Figure, key: str, alt: str) -> None:
    st.plotly_chart(figure, key=key, alt=alt, config={"displayModeBar": False})


def _card() -> None:
    with st.expander("The model card: what it is, its data, its faults", icon=":material/description:"):
        try:
            card = CARD_FILE.read_text("utf-8")
        except OSError:
            st.write("The model card MODEL_CARD.md cannot be found. Bring fer_model/weights back.")
            return
        # Streamlit shows comments as text, and its headings would be larger than the page's own.
        card = re.sub(r"<!--.*?-->\n?", "", card, flags=re.DOTALL)
        st.markdown(re.sub(r"^(#{1,3}) ", r"\1### ", card, flags=re.MULTILINE))


def _bullets(sentences: list[str]) -> str:
    return "\n".join(f"- {sentence}" for sentence in sentences)
