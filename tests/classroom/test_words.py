import pytest

from classroom.board import State, Tile
from classroom.ui.words import state_sentence, tiles_html


def tile(held: str | None = None, two_faces: bool = False) -> Tile:
    return Tile(
        student_id=1,
        name="Ann",
        state=State.LIVE,
        emotion="neutral",
        confidence=0.9,
        valence=0.0,
        reason=None,
        coverage=0.9,
        analyses=540,
        recent_valence=(),
        age_s=0.0,
        two_faces=two_faces,
        held=held,
    )


@pytest.mark.parametrize(
    ("shown", "said", "why"),
    [
        (tile(), "<span>live</span>", "nothing is up"),
        (tile(held="facing away"), "<span>facing away</span>", "one word says that it is live, too"),
        (tile(held="facing away", two_faces=True), "<span>live · 2 faces</span>", "at most one thing"),
    ],
)
def test_a_tile_says_how_the_face_is_held_in_place_of_live(shown, said, why):
    assert said in tiles_html([shown]), why


def test_a_student_reads_the_word_that_the_teacher_reads():
    assert "Your teacher also reads: facing away." in state_sentence(tile(held="facing away"))
    assert "also reads" not in state_sentence(tile())
