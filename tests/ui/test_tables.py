"""Reading spreadsheets as they really come."""

import datetime as dt
import io

import pytest
from openpyxl import Workbook

from stagematch.ui import tables
from stagematch.ui.tables import Column, Sheet, TableError, read_table


def xlsx(*rows: list[object]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_csv_keeps_names_with_accents_in_every_encoding(encoding):
    table = read_table(
        "Naam;Plaats\nZoë Yıldırım".replace("ı", "i").encode(encoding)
        + ";Écht\n;\n".encode(encoding).removeprefix(b"\xff\xfe").removeprefix(b"\xef\xbb\xbf")
    )
    assert table.headers == ["Naam", "Plaats"]
    assert table.rows == [(2, ["Zoë Yildirim", "Écht"])]


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_csv_finds_the_delimiter(delimiter):
    assert read_table(f"a{delimiter}b\n1{delimiter}2".encode()).rows == [(2, ["1", "2"])]


def test_xlsx_reads_dates_numbers_and_drops_trailing_blanks():
    data = xlsx(
        ["Datum", "Aantal", None], [dt.datetime.combine(dt.date(2027, 2, 1), dt.time()), 2.0, None], [None, None, None]
    )
    assert read_table(data).rows == [(2, [dt.date(2027, 2, 1), "2"])]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "leeg"),
        (b"   \n ", "leeg"),
        (b"PK\x03\x04broken", "beschadigd"),
        (b"\xd0\xcf\x11\xe0old", ".xlsx"),
        (b"naam\nJan", "één kolom"),
        (b"a;b\n", "geen rijen"),
        (b"\x89PNG\r\n\x1a\n\x00", "geen CSV"),
    ],
)
def test_unreadable_files_get_one_clear_sentence(data, words):
    with pytest.raises(TableError) as caught:
        read_table(data)
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("1-2-2027", dt.date(2027, 2, 1)),
        ("01/02/2027", dt.date(2027, 2, 1)),
        ("2027-02-01", dt.date(2027, 2, 1)),
        ("2027-02-01 00:00:00", dt.date(2027, 2, 1)),
        ("1 februari 2027", dt.date(2027, 2, 1)),
        ("46419", dt.date(2027, 2, 1)),
        (dt.date(2027, 2, 1), dt.date(2027, 2, 1)),
    ],
)
def test_date_reads_what_people_write(cell, day):
    assert tables.date(cell) == day


@pytest.mark.parametrize("cell", ["31-2-2027", "morgen", "2027", "1-13-2027"])
def test_date_refuses_what_is_no_date(cell):
    with pytest.raises(ValueError, match="datum"):
        tables.date(cell)


@pytest.mark.parametrize(
    ("cell", "mask"),
    [("ma, di", 3), ("maandag en dinsdag", 3), ("Ma t/m Do", 15), ("ma tot en met vr", 31), ("wo;vr", 20), ("ZA", 32)],
)
def test_weekdays_reads_what_people_write(cell, mask):
    assert tables.weekdays(cell) == mask


@pytest.mark.parametrize("cell", ["maa-nee", "alle", "vr t/m ma", "ma t/m wo t/m vr", ","])
def test_weekdays_refuses_the_rest(cell):
    with pytest.raises(ValueError, match="Schrijf"):
        tables.weekdays(cell)


def test_sheet_collects_every_problem_with_its_row_and_column():
    columns = [
        Column("year", "Leerjaar", ["jaar"], tables.whole_number(1, 4), required=True),
        Column("mail", "E-mail", ["e-mailadres"], tables.email, required=True),
    ]
    sheet = Sheet(
        columns, read_table(b"Jaar;E-Mailadres;Rest\n9;a@b.example\n2;geen-adres\n;c@d.example\n3;C@D.example;x")
    )
    assert list(sheet.values()) == [(5, {"year": 3, "mail": "c@d.example"})]
    assert [(p.row, p.column) for p in sheet.problems] == [(2, "Leerjaar"), (3, "E-mail"), (4, "Leerjaar")]
    assert sheet.unknown_headers == ["Rest"]


def test_sheet_without_a_required_column_says_so_once():
    sheet = Sheet([Column("year", "Leerjaar", [], required=True)], read_table(b"a;b\n1;2\n3;4"))
    assert list(sheet.values()) == []
    assert [str(p) for p in sheet.problems] == [
        "Rij 1, Leerjaar: deze kolom ontbreekt. Voeg hem toe, of geef de kolom deze naam."
    ]
