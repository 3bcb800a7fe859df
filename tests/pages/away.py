"""A database that does not answer, for a test to put in the place of what asks it."""

from classroom.errors import StoreError


def away(*_, **__):
    raise StoreError("The class database does not answer.")


def away_after(original, calls: int = 1):
    """The first calls answer (the page asks once before its fragment does), the later ones raise."""
    left = [calls]

    def look(*arguments, **options):
        left[0] -= 1
        return original(*arguments, **options) if left[0] >= 0 else away()

    return look
