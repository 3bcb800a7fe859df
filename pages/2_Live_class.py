"""The teacher's page: open a class, watch it, end it. With ``?demo=1`` anybody watches made-up students."""

import streamlit as st

from classroom.lawful import why_no_expression
from classroom.ui.board_view import show_board, show_invitation
from classroom.ui.demo_view import show_demo
from classroom.ui.page import open_page
from classroom.ui.room_view import share_room_camera
from classroom.ui.teacher_view import (
    after_the_end,
    choose_class,
    end_or_open,
    is_opening,
    just_ended,
    open_class_form,
)

demo = "demo" in st.query_params
visit = open_page("Live class", wide=True, gate=not demo)
server = visit.server

if demo and server.settings.demo_mode is None:
    st.info(why_no_expression(server.settings))
    st.stop()
if demo:
    show_demo(visit)
    st.stop()

if ended := just_ended(visit):
    after_the_end(visit, ended)
    st.stop()

running = [info for info in server.store.classes.of_teacher(visit.teacher.id) if info.is_open]
if is_opening(running):
    open_class_form(visit, running)
    st.stop()

info = choose_class(running)
live = server.board(info)
with st.expander("Code, link and QR code", expanded=not live.look().tiles, key=f"invitation-{info.id}"):
    show_invitation(visit, info)
if info.mode.shows.room:
    share_room_camera(visit, info)
show_board(visit, live)
end_or_open(visit, info)
