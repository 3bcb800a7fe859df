import json

import pytest

from train.card import RESULTS, SPEC, CardError, blocks, filled, multiply_adds

RESULT, OF = json.loads(RESULTS.read_text(encoding="utf-8")), json.loads(SPEC.read_text(encoding="utf-8"))


def test_a_block_replaces_what_stood_in_its_place_and_nothing_else():
    card = "Words.\n<!-- a -->\nold\nlines\n<!-- end of a -->\nMore words.\n"
    once = filled(card, {"a": "new \\1 text"})
    assert once == "Words.\n<!-- a -->\nnew \\1 text\n<!-- end of a -->\nMore words.\n"
    assert filled(once, {"a": "new \\1 text"}) == once


def test_a_card_without_the_place_or_with_two_is_refused():
    with pytest.raises(CardError, match="0 places for a"):
        filled("Words.", {"a": "text"})
    twice = "<!-- a -->\n\n<!-- end of a -->\n" * 2
    with pytest.raises(CardError, match="2 places for a"):
        filled(twice, {"a": "text"})


def test_results_of_another_file_are_refused():
    with pytest.raises(CardError, match="is of another file"):
        blocks(OF, RESULT | {"sha256": "0" * 64}, RESULT)


def test_int8_beside_itself_costs_nothing():
    assert blocks(OF, RESULT, RESULT)["calibration"].count("+0.00 points") == 2


def test_multiply_adds_of_a_known_network():
    # 48 x 48 x 9 x 24, then at 24 x 24 x 9: 24 x 48 + 48 x 48.
    assert multiply_adds([[24], [48, 48]]) == 48 * 48 * 9 * 24 + 24 * 24 * 9 * (24 * 48 + 48 * 48)


def test_the_mistakes_are_the_largest_counts_off_the_diagonal():
    rows = blocks(OF, RESULT, RESULT)["mistakes"].splitlines()[2:]
    counts = [int(row.split("|")[3].split(" of ")[0]) for row in rows]
    assert counts == sorted(counts, reverse=True)
    table = RESULT["ferplus"]["confusion_rows_true_columns_named"]
    assert counts[0] == max(count for i, row in enumerate(table) for j, count in enumerate(row) if i != j)
