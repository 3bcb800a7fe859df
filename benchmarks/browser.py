"""Headless Chromium with a fake camera that plays a clip, for the benchmarks and the browser tests."""

import shutil
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from playwright.sync_api import Browser, Page, Playwright

WIDTH, HEIGHT, FPS = 320, 240, 10

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# Browsers hide a machine's addresses behind names that only a local network's name service knows.
_HIDES_ADDRESSES = "{}-features=WebRtcHideLocalIpsWithMdns"

# Chromium asks its maker for updates, accounts and hints about the pages that are open. Where names that are asked for
# are watched, it may ask for none; what pages ask for is told by its own events, before any name is looked up.
ASKS_FOR_NO_NAMES = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"


def chromium_path() -> str | None:
    """The installed Chromium or Chrome, ``None`` when there is none."""
    return next((path for path in map(shutil.which, _PROGRAMS) if path), None)


def launch(
    playwright: Playwright,
    clip: Path | None = None,
    *,
    says_yes: bool = True,
    hides_addresses: bool = False,
    program: str | Path | None = None,
    flags: Iterable[str] = (),
) -> Browser:
    """Start a browser process of its own; every page in it has the same camera.

    Args:
        clip: what the camera shows, a .y4m file, played again and again; ``None``: Chromium's own test picture.
        says_yes: whether it answers "allow" when a page asks for the camera.
        hides_addresses: from pages without a camera, as browsers of people do.
        program: what starts it, by default ``chromium_path``.
        flags: more of them.
    """
    flags = [*_FLAGS, *flags, "--use-fake-device-for-media-stream"]
    flags.append(_HIDES_ADDRESSES.format("--enable" if hides_addresses else "--disable"))
    if clip:
        flags.append(f"--use-file-for-fake-video-capture={clip}")
    if says_yes:
        flags.append("--use-fake-ui-for-media-stream")
    return playwright.chromium.launch(executable_path=program or chromium_path(), args=flags)


def confirm_lawful_basis(page: Page, within_ms: float = 60_000) -> None:
    """Fill in the screen before the first class, where it comes, as a teacher would."""
    asked = page.get_by_role("heading", name="Before the first class")
    opened = page.get_by_role("heading", name="Open a class")
    asked.or_(opened).first.wait_for(timeout=within_ms)
    if asked.is_visible():
        page.get_by_text("Consent of every student").click()
        page.get_by_text("I have checked these points").click()
        page.get_by_role("button", name="Confirm").click()
        opened.wait_for(timeout=within_ms)


def write_clip(path: Path, frames_bgr: Iterable[np.ndarray], size_px: tuple[int, int] = (WIDTH, HEIGHT)) -> Path:
    """A .y4m clip of ``FPS`` frames a second, ``size_px`` wide and high.

    Args:
        frames_bgr: (H, W, 3) uint8 pictures of any size; the whole picture is kept, on black where its shape differs.
    """
    with path.open("wb") as clip:
        clip.write(f"YUV4MPEG2 W{size_px[0]} H{size_px[1]} F{FPS}:1 Ip A1:1 C420jpeg\n".encode())
        for frame_bgr in frames_bgr:
            clip.write(b"FRAME\n" + cv2.cvtColor(fit(frame_bgr, *size_px), cv2.COLOR_BGR2YUV_I420).tobytes())
    return path


def moving(frame_bgr: np.ndarray, seconds: float = 4.0) -> Iterable[np.ndarray]:
    """A still picture that sways gently, so that it is no frozen camera."""
    for number in range(round(seconds * FPS)):
        yield np.roll(frame_bgr, round(8 * np.sin(number / FPS * np.pi)), axis=1)


def fit(frame_bgr: np.ndarray, width_px: int, height_px: int) -> np.ndarray:
    """The whole picture in this size, on black where its shape differs."""
    height, width = frame_bgr.shape[:2]
    scale = min(width_px / width, height_px / height)
    inner = cv2.resize(frame_bgr, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
    canvas = np.zeros((height_px, width_px, 3), np.uint8)
    top, left = (height_px - inner.shape[0]) // 2, (width_px - inner.shape[1]) // 2
    canvas[top : top + inner.shape[0], left : left + inner.shape[1]] = inner
    return canvas
