"""Health of the server, the alert rules, and keys for colleagues. For teachers."""

import streamlit as st

from classroom.ui.health import health_table
from classroom.ui.page import open_page
from classroom.ui.rules_view import rules_table

visit = open_page("Settings", gate=True)

st.title("Settings")
st.subheader("Is everything up?")
health_table(visit.server)

st.subheader("When may somebody need a hand?")
rules_table(visit)

st.subheader("A colleague wants to teach here too")
st.write("Make a one-time key and hand it over. It creates one account and is good for seven days.")
if st.button("Make a key"):
    st.session_state["new_key"] = visit.server.accounts.new_key()
if key := st.session_state.get("new_key"):
    st.code(key, language=None)
    st.caption("Shown here only. Your colleague opens “I teach” and chooses “I have a setup key”.")
