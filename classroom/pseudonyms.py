"""Names of our own for classes in which nobody's own name is kept: a colour and a bird, drawn anew for each class.

Drawn by the system's random numbers from nothing that is known of the student, so the same student in two classes has
two names that have nothing to do with each other.
"""

import secrets
from collections.abc import Collection

from classroom.naming import name_key

_COLOURS = (
    *("Amber", "Azure", "Black", "Blue", "Bronze", "Brown", "Copper", "Coral", "Cream", "Crimson", "Cyan", "Golden"),
    *("Green", "Grey", "Indigo", "Ivory", "Lemon", "Lilac", "Lime", "Maroon", "Mint", "Ochre", "Olive", "Orange"),
    *("Peach", "Pearl", "Pink", "Purple", "Red", "Rose", "Ruby", "Rust", "Sandy", "Scarlet", "Silver", "Teal"),
    *("Turquoise", "Violet", "White", "Yellow"),
)
_BIRDS = (
    *("Avocet", "Bittern", "Bulbul", "Bunting", "Bustard", "Condor", "Cormorant", "Crane", "Curlew", "Dipper"),
    *("Dove", "Dunlin", "Eagle", "Egret", "Falcon", "Finch", "Flamingo", "Godwit", "Goldcrest", "Grebe"),
    *("Heron", "Hoopoe", "Hornbill", "Ibis", "Jackdaw", "Kestrel", "Kingfisher", "Kite", "Lapwing", "Lark"),
    *("Linnet", "Magpie", "Martin", "Myna", "Nightjar", "Oriole", "Osprey", "Owl", "Parakeet", "Pelican"),
    *("Petrel", "Pipit", "Plover", "Puffin", "Quail", "Raven", "Robin", "Sandpiper", "Siskin", "Skua"),
    *("Sparrow", "Starling", "Stork", "Sunbird", "Swallow", "Swan", "Swift", "Tern", "Thrush", "Warbler"),
)
COUNT = len(_COLOURS) * len(_BIRDS)


def new_pseudonym(taken: Collection[str]) -> str:
    """A name that is not among those taken, of which there are fewer than ``COUNT``."""
    keys = {name_key(name) for name in taken}
    while True:
        name = f"{secrets.choice(_COLOURS)} {secrets.choice(_BIRDS)}"
        if name_key(name) not in keys:
            return name
