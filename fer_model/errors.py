"""What can go wrong between a frame and an emotion.

    FerModelError
    ├── ModelFileError     a model file is missing, cannot be fetched, or is not the file it should be
    └── FrameError         what was given is not a picture that can be read

Each message is one sentence for a person: what is wrong, and what to do.
"""


class FerModelError(Exception):
    """Base of this package's errors."""


class ModelFileError(FerModelError):
    """A model file is missing, cannot be fetched, or does not match its checksum or its spec."""


class FrameError(FerModelError, ValueError):
    """The array given is not an (H, W, 3) uint8 picture."""
