"""The door: I teach, I have a code, or show me a demo."""

import streamlit as st

from classroom.ui.addresses import JOIN, LIVE, PAGE_FILES
from classroom.ui.health import health_line
from classroom.ui.page import open_page

visit = open_page("Home")

st.title("See how your class is doing")
settings = visit.server.settings
st.write(
    "In an online class of 25 to 50 nobody can see every face. "
    + (
        "Students who choose to share their camera appear here as the expression they show, and you see the mood of the"
        " class move while you teach."
        if settings.expression
        else "Students say here with one tap that they are lost, or that you are too fast. "
        + ("No face is read." if settings.forbids_faces else "This server computes no expressions.")
    )
)
teach, join, *demo = st.columns(3 if settings.demo_mode else 2, gap="medium")
with teach.container(border=True, height="stretch"):
    st.subheader("I teach")
    st.write("Open a class, show its code, watch the board.")
    st.page_link(PAGE_FILES[LIVE], label="Open a class", icon=":material/co_present:")
with join.container(border=True, height="stretch"):
    st.subheader("I have a code")
    st.write("Join your class; no camera is used." if settings.forbids_faces else "Join with or without a camera.")
    st.page_link(PAGE_FILES[JOIN], label="Join a class", icon=":material/login:")
for column in demo:
    with column.container(border=True, height="stretch"):
        st.subheader("Just looking")
        st.write("A board with 25 made-up students, no camera needed.")
        st.page_link(
            PAGE_FILES[LIVE], label="Watch a demo class", icon=":material/play_circle:", query_params={"demo": "1"}
        )

st.caption(
    "This server is used where inferring emotions is prohibited: it takes no picture and loads no network."
    if settings.forbids_faces
    else "ClassPulse speaks of the expression shown, never of what somebody feels. Pictures are looked at in memory and"
    " never kept. Whoever runs it must check that it is lawful: in education and at work in the EU, inferring emotions"
    " is prohibited."
)
health_line(visit)
