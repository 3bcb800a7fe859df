"""Where the pages are. Streamlit makes the addresses from the file names in ``pages/``."""

HOME = "/"
JOIN = "/Join"
LIVE = "/Live_class"
REPORTS = "/Reports"
ANALYSE = "/Analyse"
MODEL = "/Model"
SETTINGS = "/Settings"
PLOTLY = "/assets/plotly.min.js"
RECORDING = "/recording"
MY_DATA = "/student/my-data.json"
PICTURE = "/student/picture"
NETWORK_TEST = "/network-test"

PAGE_FILES = {
    HOME: "home.py",
    JOIN: "pages/1_Join.py",
    LIVE: "pages/2_Live_class.py",
    REPORTS: "pages/3_Reports.py",
    ANALYSE: "pages/4_Analyse.py",
    MODEL: "pages/5_Model.py",
    SETTINGS: "pages/6_Settings.py",
}
