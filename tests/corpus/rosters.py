"""Hostile class lists, made by code: no names of anybody are kept here.

Whatever breaks something once gets an entry in ``hostile`` and stays there.
"""

import io
import zipfile

import numpy as np

from tests.corpus.pictures import encoded

NO_LIST = "not a text list"


def good() -> list[bytes]:
    """Lists as spreadsheets write them."""
    return [
        'name,group\r\nZoë Ahlberg,7b\r\n"Doe, Jane",7b\r\nLi Na,7b\r\n'.encode("utf-8-sig"),
        "class;student name\n7b;Ann\n7b;Jörg Weiß\n".encode("cp1252"),
        "Ann\t7b\nBen\t7b\nИван Волков\t7b\n".encode("utf-16"),
        "अंजलि शर्मा\nBen\n田中 太郎\n".encode(),
    ]


def hostile() -> dict[str, tuple[bytes, tuple[str, ...] | str]]:
    """Each list with the names that are in it, or with words of the sentence, by what it tries."""
    family = "👨\u200d👩\u200d👧"
    return {
        "nothing": (b"", ()),
        "only a header": (b"name,group\n", ()),
        "only a mark": (b"\xef\xbb\xbf", ()),
        "formulas": (
            b'name,group\n=1+1,7b\n+1,7b\n-1,7b\n@SUM(A1),7b\n"=HYPERLINK(""http://x.invalid"")",7b\n',
            ("=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x.invalid")'),
        ),
        "markup": (
            b"<img src=x onerror=alert(1)>\n**Ann** $x$ :red[a]\n",
            ("<img src=x onerror=alert(1)>", "**Ann** $x$ :red[a]"),
        ),
        "right to left": ("\u202eнна\nשרה כהן\n\u2067Ben\u2069\n".encode(), ("нна", "שרה כהן", "Ben")),
        "emoji": (f"{family} Ann\n🇮🇳 Ravi\n".encode(), ("👨👩👧 Ann", "🇮🇳 Ravi")),
        "signs that cannot be seen": ("\u200b\u200d\nA\u200bnn\nAnn\n\ufeffBen\n".encode(), ("Ann", "Ben")),
        "a tower of accents": (("A" + "\u0301\u0302" * 500 + "nn").encode(), ("\u00c1" + "\u0302\u0301" * 2,)),
        "ten thousand signs in a cell": (b"name\n" + b"x" * 10_000 + b"\nAnn\n", ("x" * 60, "Ann")),
        "a cell larger than a CSV may have": (b'name,group\n"' + b"x" * 200_000 + b'",1\n', "quotation mark"),
        "ten thousand rows": (b"".join(b"Student %d\n" % number for number in range(10_000)), "10000 names"),
        "ten thousand times the same row": (b"Ann\n" * 10_000, ("Ann",)),
        "a row of a million cells": (b"name" + b"," * 1_000_000 + b"\nAnn\n", ("Ann",)),
        "a quotation mark that is never closed": (b'name,group\n"' + b"Ann\n" * 50_000, "quotation mark"),
        "a quotation mark in the middle": (b'Ann "Annie" Lee\nBen\n', ('Ann "Annie" Lee', "Ben")),
        "semicolons": (b"class;name\n7b;Ann\n7b;Ben\n", ("Ann", "Ben")),
        "tabs": (b"name\tclass\nAnn\t7b\nBen\t7b\n", ("Ann", "Ben")),
        "all kinds of line ends": (
            "Ann\r\nBen\rCem\nDan\u2028Eve\x0bFay\x0c".encode(),
            ("Ann", "Ben", "Cem", "Dan", "Eve", "Fay"),
        ),
        "rows that are too short": (b"class,name\n7b\n\n7b,Ann\n,\n", ("Ann",)),
        "two columns called name": (b"name,name\nAnn,Ben\n", ("Ann",)),
        "the same name in other cases": ("Zoë\nZOË\nzoë\n".encode(), ("Zoë",)),
        "the same name in other widths": ("Ann\nＡｎｎ\n".encode(), ("Ann",)),
        "the same name composed otherwise": ("Zoe\u0308\nZo\u00eb\n".encode(), ("Zoë",)),
        "UTF-8 with a mark": ("Zoë\n".encode("utf-8-sig"), ("Zoë",)),
        "UTF-8 with a mark and a header": (b"\xef\xbb\xbfname,class\nAnn,7b\n", ("Ann",)),
        "UTF-16 with a mark": ("Zoë\nAnn\n".encode("utf-16"), ("Zoë", "Ann")),
        "UTF-16 without a mark": ("Zoë\nAnn\n".encode("utf-16-le"), NO_LIST),
        "UTF-16 that ends in half a sign": ("Zoë\n".encode("utf-16") + b"A", NO_LIST),
        "UTF-32": ("Zoë\nAnn\n".encode("utf-32"), NO_LIST),
        "half a pair of signs in UTF-16": (b"\xff\xfe" + b"A\x00\x00\xd8\n\x00", NO_LIST),
        "half a pair of signs in UTF-8": (b"Ann\xed\xa0\x80\n", ("Anní €",)),
        "NUL bytes": (b"A\x00nn\nBen\n", NO_LIST),
        "a spreadsheet": (_spreadsheet(), NO_LIST),
        "a picture": (encoded(np.full((8, 8, 3), 90, np.uint8), "PNG"), NO_LIST),
        "another picture": (encoded(np.full((8, 8, 3), 90, np.uint8), "JPEG"), NO_LIST),
        "a web page": (b"\n <!DOCTYPE html><html><table><tr><td>Ann</td></tr></table></html>", NO_LIST),
        "a spreadsheet as XML": (b'<?xml version="1.0"?>\n<Workbook><Row>Ann</Row></Workbook>', NO_LIST),
        "a PDF of text alone": (b"%PDF-1.4\n1 0 obj\n<</Type/Catalog>>\nendobj\n", NO_LIST),
        "a letter": (b"{\\rtf1\\ansi Ann\\par Ben}", NO_LIST),
        "every byte there is": (bytes(range(256)), NO_LIST),
    }


def _spreadsheet() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("xl/worksheets/sheet1.xml", "<worksheet/>")
    return out.getvalue()
