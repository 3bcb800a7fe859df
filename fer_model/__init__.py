"""From a camera frame to the expression shown: numpy in, numpy out.

No Streamlit, no database, no Plotly and no TensorFlow here; a test keeps it so.
"""
