"""Every face of the pictures that a teacher chooses. For teachers: it costs the server work."""

import streamlit as st

from classroom.errors import BadInput, EngineError
from classroom.picture_faces import PictureFaces
from classroom.pictures import MAX_MB, MAX_MEGAPIXELS
from classroom.result_files import pictures_csv
from classroom.ui import forms
from classroom.ui.analysis_words import all_pictures_html, faces_html, found_sentence, picture_alt
from classroom.ui.gate import gated, gated_fragment
from classroom.ui.page import Visit
from classroom.ui.saved_file import saved_file

MOST_AT_ONCE = 20

_READ = "pictures_read"  # in the session: file id to what came of it


@gated_fragment
def show_pictures(visit: Visit) -> None:
    """Choose pictures, see every face of each."""
    st.caption(
        "Every face is read: photographs of groups, screenshots of a gallery view. Pictures are looked at in memory,"
        " never stored, and shown to nobody else. Ask the people in them first."
    )
    files = st.file_uploader(
        f"JPEG, PNG or WebP, each up to {MAX_MB} MB and {MAX_MEGAPIXELS} megapixels, up to {MOST_AT_ONCE} at once",
        type=["jpg", "jpeg", "png", "webp"],
        accept_multiple_files=True,
        max_upload_size=MAX_MB,
        key="pictures",
    )
    _forget_others({file.file_id for file in files})
    if len(files) > MOST_AT_ONCE:
        st.warning(
            f"You chose {len(files)} pictures; the first {MOST_AT_ONCE} are read. Take these away and add the others"
            " afterwards.",
            icon=":material/stacks:",
        )
        files = files[:MOST_AT_ONCE]
    if files:
        _show_all(visit, files)


def _show_all(visit: Visit, files: list) -> None:
    together = st.container()
    progress = st.empty()
    found: list[tuple[str, PictureFaces]] = []
    for number, file in enumerate(files, start=1):
        if len(files) > 1 and file.file_id not in _read():
            words = f"Reading picture {number} of {len(files)}: {forms.as_text(file.name)}"
            progress.progress((number - 1) / len(files), text=words)
        result = _result(visit, file)
        with st.container(border=True):
            _show_one(visit, file, result)
        if isinstance(result, PictureFaces):
            found.append((file.name, result))
    progress.empty()
    if not found:
        return
    with together:
        st.html(all_pictures_html([faces for _, faces in found]))
        if any(len(faces.crowd) for _, faces in found):
            table = pictures_csv([(name, faces.crowd) for name, faces in found])
            saved_file(table, "classpulse-faces.csv", "text/csv", "Faces as CSV", "faces-csv")


def _show_one(visit: Visit, file, result: PictureFaces | BadInput | EngineError) -> None:
    st.markdown(f"**{forms.as_text(file.name)}**")
    if isinstance(result, BadInput):
        st.error(forms.as_text(str(result)), icon=":material/broken_image:")
        return
    if isinstance(result, EngineError):
        st.warning(forms.as_text(str(result)), icon=":material/sync:")
        st.button("Try again", key=f"again-{file.file_id}", on_click=gated(visit, _forget), args=(file.file_id,))
        return
    left, right = st.columns([3, 2], gap="medium")
    with left:
        name = f"{file.name.rpartition('.')[0] or file.name}-faces.jpg"
        alt = picture_alt(file.name, result)
        saved_file(result.jpeg, name, "image/jpeg", "Save this picture", f"picture-{file.file_id}", alt=alt)
    with right:
        if len(result.crowd) == 0:
            st.info(found_sentence(result), icon=":material/visibility_off:")
            return
        st.write(found_sentence(result))
        st.html(faces_html(result))


def _result(visit: Visit, file) -> PictureFaces | BadInput | EngineError:
    """What came of a picture, which is read once; every widget that is touched runs the page anew."""
    if file.file_id not in _read():
        try:
            result = visit.server.desk.picture(file.getvalue())
        except (BadInput, EngineError) as error:
            result = error
        _read()[file.file_id] = result
    return _read()[file.file_id]


def _read() -> dict[str, PictureFaces | BadInput | EngineError]:
    return st.session_state.setdefault(_READ, {})


def _forget(file_id: str) -> None:
    _read().pop(file_id, None)


def _forget_others(file_ids: set[str]) -> None:
    for file_id in set(_read()) - file_ids:
        _forget(file_id)
