import pytest

from classroom.errors import BadInput
from classroom.roster import MAX_NAMES, decode_roster, parse_roster


@pytest.mark.parametrize(
    ("text", "names", "why"),
    [
        ("", (), "nothing"),
        ("\n \n\t\n", (), "empty lines"),
        ("Ann\nBen", ("Ann", "Ben"), "one a line"),
        ("Ann\r\nBen\r\n", ("Ann", "Ben"), "one a line, as Windows ends them"),
        ("Ann\rBen\r", ("Ann", "Ben"), "one a line, as old spreadsheets end them"),
        ("Zoë\nAnn\nzoë\nAnn", ("Zoë", "Ann"), "repeated names go, the order stays"),
        ("Doe, Jane\nRoe, Richard", ("Doe, Jane", "Roe, Richard"), "last name, first name"),
        ('Doe, Jane\nLee, Anna "Annie"', ("Doe, Jane", 'Lee, Anna "Annie"'), "a nickname makes no CSV"),
        ("Name\nDoe, Jane", ("Doe, Jane",), "the same under a header"),
        ("Ann;7b;x\nBen;7b;y", ("Ann", "Ben"), "semicolons without a header: the first column"),
        ("Ann\t7b\nBen\t7b", ("Ann", "Ben"), "copied from a spreadsheet"),
        ("class;name;mail\n7b;Ann;a@x\n7b;Ben;b@x", ("Ann", "Ben"), "the column called name"),
        ("Class,Student Name\n7b,Ann\n7b,Ben", ("Ann", "Ben"), "the column called so, in any case"),
        ('name,group\n"Doe, Jane",1\n"Roe ""Rick"", R",2', ("Doe, Jane", 'Roe "Rick", R'), "quoted cells"),
        ('"Doe, Jane",1\n"Roe, R",2', ("Doe, Jane", "Roe, R"), "quoted cells without a header"),
        ("name,group\rAnn,1\rBen,2", ("Ann", "Ben"), "a CSV as old spreadsheets end lines"),
        ("group,name\n1\n2,Ben", ("Ben",), "a row that is too short"),
        ("=1+1\n<b>Ann</b>\n\u202eBen\x00", ("=1+1", "<b>Ann</b>", "Ben"), "hostile names stay text"),
    ],
)
def test_the_names_in_a_list(text, names, why):
    assert parse_roster(text) == names


def test_as_many_names_as_a_class_may_have_and_not_one_more():
    names = [f"Student {number}" for number in range(MAX_NAMES + 1)]
    assert len(parse_roster("\n".join(names[:-1]))) == MAX_NAMES
    with pytest.raises(BadInput, match="501 names.*at most 500"):
        parse_roster("\n".join(names))


def test_five_thousand_rows_are_a_sentence_with_their_number():
    with pytest.raises(BadInput, match="5000 names"):
        parse_roster("name,group\n" + "".join(f"Student {number},7b\n" for number in range(5_000)))


def test_a_name_of_ten_thousand_signs_is_cut_and_the_others_stay():
    assert parse_roster("x" * 10_000 + "\nAnn") == ("x" * 60, "Ann")


def test_a_repeated_name_is_not_counted_twice():
    assert parse_roster("Ann\n" * 2_000) == ("Ann",)


def test_a_quote_that_never_ends_is_said_in_a_sentence():
    with pytest.raises(BadInput, match="quotation mark"):
        parse_roster('name,group\n"' + "Ann\n" * 50_000)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "nothing"),
        ("Zoë\nAnn".encode(), "UTF-8"),
        ("Zoë\nAnn".encode("utf-8-sig"), "UTF-8 with a mark"),
        ("Zoë\nAnn".encode("utf-16"), "UTF-16 with a mark"),
        (b"\xfe\xff" + "Zoë\nAnn".encode("utf-16-be"), "UTF-16, the other way round"),
        ("Zoë\nAnn".encode("cp1252"), "Windows"),
    ],
)
def test_a_file_is_read_in_the_encodings_of_spreadsheets(data, why):
    assert parse_roster(decode_roster(data)) == (("Zoë", "Ann") if data else ())


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "a picture"),
        (b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00", "a spreadsheet's own format"),
        (b"\xff\xfe\x00\xd8", "half a sign in UTF-16"),
        (bytes(range(256)), "every byte there is"),
        ("Zoë\nAnn".encode("utf-16-le"), "UTF-16 without a mark"),
        ("Zoë\nAnn".encode("utf-32"), "UTF-32"),
    ],
)
def test_a_file_that_is_no_text_is_refused_with_what_to_do(data, why):
    with pytest.raises(BadInput, match="Save the class list as CSV"):
        decode_roster(data)
