"""A confidence in words. Its own module, because pictures, pages and files say it alike."""


def percent(confidence: float) -> str:
    """Whole percent; never 100%, because no network is certain."""
    return ">99%" if confidence > 0.99 else f"{confidence:.0%}"
