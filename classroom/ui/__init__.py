"""What people see. With ``pages/``, ``home.py`` and ``streamlit_app.py`` the only code that imports Streamlit."""
