"""Try the network on one picture. For teachers: it costs the server work."""

import streamlit as st

from classroom.errors import BadInput, EngineError
from classroom.model_charts import probability_figure
from classroom.pictures import MAX_MB, MAX_MEGAPIXELS, jpeg_of
from classroom.server import ClassServer
from classroom.ui import forms
from classroom.ui.addresses import LIVE, PAGE_FILES
from classroom.ui.gate import gated_fragment
from classroom.ui.page import Visit
from classroom.ui.words import picture_html, reading_html, reason_sentence
from fer_model.reading import FaceReading

_FILE, _CAMERA = "A picture file", "My camera"


def show_try(visit: Visit) -> None:
    """The way in for teachers, the way to sign in for everybody else."""
    st.subheader("Try it on a picture")
    if visit.teacher is None:
        st.write("Teachers who are signed in can try it on a picture of their own.")
        st.page_link(PAGE_FILES[LIVE], label="Sign in to teach", icon=":material/login:")
        return
    visit.server.desk.warm_up()
    _try(visit)


@gated_fragment
def _try(visit: Visit) -> None:
    st.caption(
        "One face a picture is read, the largest. The picture is looked at in memory, never stored, and shown to nobody"
        " else. Take one of yourself, or ask the person first."
    )
    source = st.segmented_control("Picture from", [_FILE, _CAMERA], default=_FILE, key="source", required=True)
    if source == _CAMERA:  # only then: the browser asks for the camera as soon as this is there
        picture = st.camera_input("Take a picture", key="photo", label_visibility="collapsed")
    else:
        picture = st.file_uploader(
            f"A JPEG, PNG or WebP picture, up to {MAX_MB} MB and {MAX_MEGAPIXELS} megapixels",
            type=["jpg", "jpeg", "png", "webp"],
            max_upload_size=MAX_MB,
            key="picture",
        )
    if picture is not None:
        _read(visit.server, picture.getvalue())


def _read(server: ClassServer, content: bytes) -> None:
    try:
        frame_bgr = server.desk.frame(content)
    except BadInput as error:
        st.error(forms.as_text(str(error)), icon=":material/broken_image:")
        return
    except EngineError as error:
        _try_again(forms.as_text(str(error)))
        return
    try:
        (reading,) = server.engine.analyse([frame_bgr])
    except EngineError as error:
        _try_again(f"{forms.as_text(str(error))} Your picture is fine: try again in some seconds.")
        return
    height, width = frame_bgr.shape[:2]
    left, right = st.columns(2, gap="medium")
    left.html(picture_html(jpeg_of(frame_bgr), reading, width, height))
    with right:
        _said(reading)
        if reading.faces_seen > 1:
            st.caption(f"{reading.faces_seen} faces were found; the largest one, in the frame, is read.")


def _try_again(sentence: str) -> None:
    st.warning(sentence, icon=":material/sync:")
    st.button("Try again")


def _said(reading: FaceReading) -> None:
    """The expression shown with all seven probabilities, or why there is none."""
    if not reading.usable:
        st.info(reason_sentence(reading), icon=":material/visibility_off:")
        return
    st.html(reading_html(reading))
    st.caption("The expression shown, and how sure the network is of it.")
    st.plotly_chart(
        probability_figure(reading.probs),
        key="probabilities",
        alt="Confidence of each expression",
        config={"displayModeBar": False},
    )
