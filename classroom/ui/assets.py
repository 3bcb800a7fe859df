"""Where the pictures and styles are."""

from pathlib import Path

ASSETS = Path(__file__).resolve().parents[2] / "assets"
LOGO = ASSETS / "logo.svg"
