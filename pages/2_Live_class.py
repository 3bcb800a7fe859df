"""The teacher's page: open a class, watch it, end it. With ``?demo=1`` anybody watches made-up students."""

import streamlit as st

from classroom.errors import BadInput
from classroom.roster import decode_roster
from classroom.ui import forms
from classroom.ui.addresses import PAGE_FILES, REPORTS
from classroom.ui.board_view import show_board, show_invitation
from classroom.ui.page import open_page

demo = "demo" in st.query_params
visit = open_page("Live class", wide=True, gate=not demo)
server, teacher = visit.server, visit.teacher

if demo:
    live = server.demo.watch()
    st.info("These students are made up, to show the board. Nothing of this is real.", icon=":material/science:")
    show_board(visit, live)
    forms.download_links(live.info.id, visit.zone.key)
    st.stop()

ended = server.own_class(teacher, st.session_state.get("ended_class", 0))
if ended:
    st.title("The class has ended")
    st.write("Its files are ready now. You find it in Reports at any time.")
    forms.download_links(ended.id, visit.zone.key)
    with st.container(horizontal=True):
        st.page_link(PAGE_FILES[REPORTS], label="See its report", query_params={"class": str(ended.id)})
        st.button("Open a new class", on_click=lambda: st.session_state.pop("ended_class"))
    st.stop()

running_classes = [info for info in server.store.classes.of_teacher(teacher.id) if info.is_open]
if not running_classes or st.session_state.get("open_another"):
    st.title("Open a class")
    with st.form("open_class"):
        title = st.text_input("Title", max_chars=120, placeholder="Physics, group B")
        pasted = st.text_area("Class list (optional)", placeholder="One name a line", height=120)
        file = st.file_uploader("or a CSV file with the names (optional)", type=["csv", "txt"])
        if st.form_submit_button("Open the class", type="primary"):
            try:
                roster = decode_roster(file.getvalue()) if file else pasted
                info = server.open_class(teacher, title, roster)
            except BadInput as error:
                st.error(forms.as_text(str(error)))
            else:
                st.session_state.pop("open_another", None)
                st.query_params["class"] = str(info.id)
                st.rerun()
    if running_classes:
        st.button("Back to the running class", on_click=lambda: st.session_state.pop("open_another"))
    st.stop()

wanted = st.query_params.get("class", "")
info = next((info for info in running_classes if str(info.id) == wanted), running_classes[0])
if len(running_classes) > 1:
    info = st.selectbox(
        "Class",
        running_classes,
        index=running_classes.index(info),
        format_func=lambda each: f"{each.title} ({each.code})",
    )

live = server.board(info)
with st.expander("Code, link and QR code", expanded=not live.look().tiles, key=f"invitation-{info.id}"):
    show_invitation(visit, info)
show_board(visit, live)


def end() -> None:
    server.end_class(info)
    st.session_state["ended_class"] = info.id


with st.container(horizontal=True, vertical_alignment="center"):
    with st.popover("End the class", icon=":material/stop_circle:"):
        st.write("Students see that it has ended. The files and the report stay in Reports.")
        st.button("End it now", type="primary", on_click=end)
    if st.button("Open another class"):
        st.session_state["open_another"] = True
        st.rerun()
    st.page_link(PAGE_FILES[REPORTS], label="Past classes")
