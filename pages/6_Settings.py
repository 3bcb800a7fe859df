"""Health of the server, the alert rules, the own account, and who teaches here. For teachers."""

import streamlit as st

from classroom.ui.account_view import show_account
from classroom.ui.colleagues_view import invite_colleague, remove_colleagues
from classroom.ui.health import health_table
from classroom.ui.lawful_view import show_lawful_basis
from classroom.ui.network_test import offer_network_test
from classroom.ui.page import open_page
from classroom.ui.rules_view import rules_table

visit = open_page("Settings", gate=True)

st.title("Settings")
st.subheader("Is everything up?")
health_table(visit)

if not visit.server.settings.forbids_faces:  # it would ask for the camera
    st.subheader("Does video get through from here?")
    offer_network_test(visit.server, teacher=True)

st.subheader("When may somebody need a hand?")
rules_table(visit)

st.subheader("Where is this server used, and on what basis?")
show_lawful_basis(visit.server, visit.teacher, visit.zone)
st.subheader("Your account")
show_account(visit)

st.subheader("A colleague wants to teach here too")
invite_colleague(visit)
remove_colleagues(visit)
