"""The class: readings, their store, the mood made of them, and what a teacher sees.

The data's way, and nothing flows back:
frame -> engine -> reading -> recorder -> store -> mood -> board, charts, CSV -> ui.
Only ``classroom.ui`` imports Streamlit.
"""
