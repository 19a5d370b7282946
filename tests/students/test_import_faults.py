"""Every kind of fault in a school's list gives a sentence one understands, and changes nothing.

The faults of rows are also put in one file together: each gets its own sentence, at its own row.
"""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from openpyxl import Workbook

from stagematch.accounts.models import User
from stagematch.ui.tables import TableError
from stagematch.ui.tables import reading as reading_module
from stagematch.ui.tables import workbooks as workbooks_module
from students.imports import import_students
from students.models import PlacementSearch, Student
from tests import factories as f

pytestmark = pytest.mark.django_db

COLUMNS = [
    "Studentnummer", "Voornaam", "Tussenvoegsel", "Achternaam", "E-mail", "Crebo", "Leerjaar", "Klas", "Telefoon",
    "Leerweg", "Stageperiode", "Startdatum", "Einddatum", "Stagedagen", "Uren per week", "Postcode",
]  # fmt: skip
PERIOD = "volgend-half-jaar"


@dataclass(frozen=True)
class Fault:
    """A fault of a row: what is put in which column, and the sentence it must give."""

    kind: str
    column: str
    value: str
    sentence: str
    also: tuple[tuple[str, str], ...] = ()
    whole: str = ""
    at: str | None = None  # the column that is blamed, when it is another


LONG = "a" * 5001
FAULTS = [
    Fault("number is empty", "Studentnummer", "", "is leeg."),
    Fault("number in scientific notation", "Studentnummer", "7,44E+05",
          "‘7,44E+05’ is door Excel ingekort. Maak de kolom op als ‘Tekst’ en plak de nummers opnieuw."),
    Fault("number with spaces", "Studentnummer", "07 44 11", "‘07 44 11’ heeft een spatie. Haal die weg."),
    Fault("number too long", "Studentnummer", "123456789012345678901", "is langer dan 20 tekens."),
    Fault("number that is ours", "Studentnummer", "zelf-12",
          "een nummer kan niet met ‘zelf-’ beginnen. Zet er het nummer van de school."),
    Fault("number with a sign", "Studentnummer", "74411?",
          "‘74411?’ is geen studentnummer. Gebruik alleen cijfers en letters."),
    Fault("double number", "Studentnummer", "100", "staat ook al in rij 2."),
    Fault("double address", "E-mail", "goed@school.example", "staat ook al in rij 2."),
    Fault("name too long", "Voornaam", "a" * 81, "is langer dan 80 tekens."),
    Fault("address in the name", "Voornaam", "zoe@school.example",
          "‘zoe@school.example’ lijkt een e-mailadres. Staan de kolommen goed?"),
    Fault("number in the name", "Voornaam", "12345", "‘12345’ is geen naam. Staan de kolommen goed?"),
    Fault("encoded twice", "Voornaam", "ZoÃ«",
          "‘ZoÃ«’ heeft verkeerde letters. Bewaar het bestand opnieuw als ‘CSV UTF-8’ of als .xlsx."),
    Fault("letter that was lost", "Achternaam", "H�fer", "‘H�fer’ heeft een letter die kapot is (�). Typ hem opnieuw."),
    Fault("invisible sign", "Achternaam", "Ver\x07zonnen",
          "heeft een teken dat je niet ziet en dat er niet hoort. Typ de waarde opnieuw."),
    Fault("formula", "Achternaam", "=B2&C2", "hier staat een formule. Zet de waarde zelf in de cel."),
    Fault("error of Excel", "Klas", "#N/B", "‘#N/B’ is een fout uit Excel. Verbeter de formule of typ de waarde."),
    Fault("cell too long", "Achternaam", LONG, "is te lang."),
    Fault("class too long", "Klas", "k" * 31, "is langer dan 30 tekens."),
    Fault("address without @", "E-mail", "zoe", "‘zoe’ is geen e-mailadres. Er hoort een @ in."),
    Fault("address with a comma", "E-mail", "zoe@school,example",
          "‘zoe@school,example’ is geen e-mailadres. Er staat een komma in; bedoel je een punt?"),
    Fault("two addresses", "E-mail", "a@b.example, c@d.example",
          "‘a@b.example, c@d.example’ zijn meer e-mailadressen. Zet er één in de cel."),
    Fault("address with a space", "E-mail", "zoe vries@school.example",
          "‘zoe vries@school.example’ is geen e-mailadres. Haal de spatie weg."),
    Fault("address without a domain", "E-mail", "zoe@nergens", "‘zoe@nergens’ is geen e-mailadres."),
    Fault("address of somebody else", "E-mail", "other_student@cast.example", "dit adres is al van iemand anders."),
    Fault("address of another student of the school", "E-mail", "vast@school.example",
          "dit adres is al van studentnummer 0555."),
    Fault("nought in front was lost", "E-mail", "vast@school.example",
          "dit adres is van studentnummer 0555. Is er een nul weggevallen?", (("Studentnummer", "555"),)),
    Fault("unknown crebo", "Crebo", "99999",
          "‘99999’ kennen we niet als opleiding van jullie school. Bekend zijn bijvoorbeeld: 25615, Sociaal Werker."),
    Fault("leerjaar in words", "Leerjaar", "twee", "‘twee’ is geen getal."),
    Fault("leerjaar that does not exist", "Leerjaar", "7", "7 kan niet. Het moet tussen 1 en 4 liggen."),
    Fault("leerjaar the opleiding does not have", "Leerjaar", "4", "deze opleiding heeft 3 leerjaren."),
    Fault("telephone in words", "Telefoon", "bel mij",
          "‘bel mij’ is geen telefoonnummer. Schrijf bijvoorbeeld 06 12345678."),
    Fault("unknown leerweg", "Leerweg", "deeltijd",
          "‘deeltijd’ kennen we niet als leerweg. Bekend zijn bijvoorbeeld: BOL, BBL, certificaat."),
    Fault("unknown period", "Stageperiode", "ooit",
          "‘ooit’ kennen we niet als stageperiode. Bekend zijn bijvoorbeeld: het volgende half jaar, volgend-half-jaar."),
    Fault("30 February", "Startdatum", "30-02-2027", "‘30-02-2027’ bestaat niet als datum."),
    Fault("date in words", "Startdatum", "na de vakantie",
          "‘na de vakantie’ is geen datum. Schrijf bijvoorbeeld 1-2-2027."),
    Fault("date of birth", "Startdatum", "1-2-2007", "1-2-2007 ligt te ver weg. Klopt het jaar?"),
    Fault("end before start", "Einddatum", "1-2-2027", "ligt niet na de startdatum.", (("Startdatum", "9-7-2027"),)),
    Fault("date without a period", "Startdatum", "1-2-2027", "er staat een datum, maar geen stageperiode.",
          (("Stageperiode", ""),), at="Stageperiode"),
    Fault("no days", "Stagedagen", "altijd", "‘altijd’ zijn geen dagen. Schrijf bijvoorbeeld: ma, di, wo."),
    Fault("weekend", "Stagedagen", "weekend", "‘weekend’ is geen dag. Schrijf za of zo, als dat een stagedag is."),
    Fault("days backwards", "Stagedagen", "vr t/m ma", "‘vr t/m ma’ loopt achteruit. Schrijf de eerste dag eerst."),
    Fault("too many hours", "Uren per week", "60", "60 kan niet. Het moet tussen 1 en 40 liggen."),
    Fault("hours without end", "Uren per week", "9" * 4900, f"‘{'9' * 80}’ is geen getal."),
    Fault("date without end", "Startdatum", "9" * 4900,
          f"‘{'9' * 80}’ is geen datum. Schrijf bijvoorbeeld 1-2-2027."),
    Fault("hours that do not fit", "Uren per week", "32", "32 uur past niet in 2 stagedagen.", (("Stagedagen", "ma, di"),)),
    Fault("unknown postcode", "Postcode", "0000 AB", "‘0000 AB’ is geen bekende postcode."),
    Fault("no postcode", "Postcode", "Leiden", "‘Leiden’ is geen postcode. Schrijf bijvoorbeeld 3024 AB."),
    Fault("tabs instead of semicolons", "", "",
          "tussen de waarden staat een tab, en boven in het bestand niet. Maak dat gelijk.",
          whole="900\tBo\t\tBerg\tbo@school.example\t25615\t1"),
    Fault("commas instead of semicolons", "", "",
          "tussen de waarden staat een komma, en boven in het bestand niet. Maak dat gelijk.",
          whole="901,Bo,,Berg,bo1@school.example,25615,1"),
    Fault("a semicolon too many", "", "",
          "er zijn 18 waarden en 16 kolommen. Staat er in een waarde een puntkomma of komma te veel?",
          whole="902;Bo;;Berg;bo2@school.example;25615;1;SW1;;;;;;;;;te;veel"),
]  # fmt: skip
DOUBLE_HEADER = "‘Klas’ staat twee keer boven een kolom. Haal er één weg of geef hem een andere naam."
GOOD = dict(zip(COLUMNS, ["100", "Goed", "", "Student", "goed@school.example", "25615", "1"], strict=False))


def line(number: int, fault: Fault | None = None) -> str:
    """A row without faults, or with this one."""
    if fault is not None and fault.whole:
        return fault.whole
    values = dict.fromkeys(COLUMNS, "") | {
        "Studentnummer": f"2{number:04}", "Voornaam": "Zoë", "Achternaam": "Verzonnen", "Crebo": "25615",
        "E-mail": f"zoe{number}@school.example", "Leerjaar": "2", "Stageperiode": PERIOD,
    }  # fmt: skip
    if fault is not None:
        values |= {fault.column: fault.value} | dict(fault.also)
    return ";".join(f'"{v}"' if ";" in v or "\n" in v else v for v in values.values())


def csv(*rows: str, columns: list[str] = COLUMNS) -> bytes:
    return "\r\n".join([";".join(columns), *rows]).encode("utf-8-sig")


FIRST = ";".join(GOOD.get(column, "") for column in COLUMNS)


@pytest.fixture
def ready(school, other_student):
    """A school with an opleiding, a period, a postcode and one student of before."""
    f.PostcodeFactory()
    f.PeriodFactory()
    programme = f.ProgrammeFactory(school=school)
    f.StudentFactory(
        school=school, programme=programme, student_number="0555", user__email="vast@school.example", year=1
    )


def everything() -> list[object]:
    return [list(model.objects.order_by("pk").values()) for model in (User, Student, PlacementSearch)]


def faults_of(school, data: bytes) -> list[tuple[int, str, str]]:
    """Import for real, see that nothing changed, and return the sentences."""
    before = everything()
    report = import_students(school=school, source=data, actor=None)
    assert everything() == before
    assert (report.created, report.updated, report.unchanged) == (0, 0, 0)
    return [(problem.row, problem.column, problem.message) for problem in report.problems]


def test_there_are_at_least_37_kinds():
    assert len({fault.kind for fault in FAULTS}) == len(FAULTS) >= 37
    assert len({(fault.column, fault.sentence) for fault in FAULTS}) == len(FAULTS)


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.kind for fault in FAULTS])
def test_a_row_with_one_fault_gives_one_sentence(school, ready, fault):
    data = csv(FIRST, line(1, fault), line(2))
    assert faults_of(school, data) == [(3, fault.column if fault.at is None else fault.at, fault.sentence)]


def test_all_kinds_in_one_file_give_each_their_sentence(school, ready):
    data = csv(FIRST, *(line(n, fault) for n, fault in enumerate(FAULTS)))
    expected = [
        (number, fault.column if fault.at is None else fault.at, fault.sentence)
        for number, fault in enumerate(FAULTS, 3)
    ]
    assert sorted(set(faults_of(school, data))) == sorted(
        # The address of 0555 is there twice, and the second says that as well.
        [
            *expected,
            (
                next(n for n, *_x in expected if _x[1].startswith("dit adres is van")),
                "E-mail",
                "staat ook al in rij 27.",
            ),
        ]
    )


def test_sentences_are_sentences():
    for fault in FAULTS:
        assert fault.sentence.endswith((".", "?")), fault.kind
        assert "helaas" not in fault.sentence
        assert len(fault.sentence) < 140, fault.kind


def test_a_header_that_is_there_twice_is_named(school, ready):
    data = csv(FIRST + ";x", columns=[*COLUMNS, "Klas"])
    assert faults_of(school, data) == [(1, "Klas", DOUBLE_HEADER)]


def test_a_missing_column_is_named_once(school, ready):
    data = csv(FIRST, line(1), columns=["Iets", *COLUMNS[1:]])
    assert faults_of(school, data) == [
        (1, "Studentnummer", "deze kolom ontbreekt. Voeg hem toe, of geef de kolom deze naam.")
    ]


def book(*rows: Sequence[object], hidden: bool = False, merge: str = "", more: str = "") -> bytes:
    """An Excel file, with what can be wrong with it."""
    workbook = Workbook()
    sheet = workbook.active
    for row in rows:
        sheet.append(row)
    if merge:
        sheet.merge_cells(merge)
    if hidden:
        workbook.create_sheet("Leeg")
        sheet.title, sheet.sheet_state = "Lijst", "hidden"
        workbook.active = 1
    stream = io.BytesIO()
    workbook.save(stream)
    if more:
        with zipfile.ZipFile(stream, "a") as archive:
            archive.writestr(more, b"x")
    return stream.getvalue()


HEAD = COLUMNS[:7]
ROW = [GOOD[column] for column in HEAD]


def archive(**files: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name.replace("__", "/"), content)
    return stream.getvalue()


def bomb() -> bytes:
    """A workbook whose sheet is 210 MB of blanks."""
    data = io.BytesIO(book(HEAD, ROW))
    with zipfile.ZipFile(data, "a", zipfile.ZIP_DEFLATED) as made, made.open("xl/theme/more.xml", "w") as part:
        for _n in range(210):
            part.write(b" " * 2**20)
    return data.getvalue()


NUL_SENTENCE = (
    "In regel 3 staat een teken dat er niet hoort (NUL). Open het bestand in Excel, bewaar het als ‘CSV UTF-8’ en "
    "probeer het opnieuw."
)
FILES = {
    "empty": (lambda: b"", "Het bestand is leeg."),
    "only blanks": (lambda: b" \r\n\r\n", "Het bestand is leeg."),
    "only a header": (lambda: csv(), "Er staan kolomnamen in het bestand, maar geen rijen."),
    "old Excel": (
        lambda: b"\xd0\xcf\x11\xe0old",
        "Dit is een oud Excel-bestand (.xls). Bewaar het als .xlsx of .csv en probeer het opnieuw.",
    ),
    "password": (
        lambda: b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"),
        "Er zit een wachtwoord op dit bestand. Haal het eraf en probeer het opnieuw.",
    ),
    "macros": (
        lambda: book(HEAD, ROW, more="xl/vbaProject.bin"),
        "Er zitten macro’s in dit bestand. Bewaar het als gewoon .xlsx-bestand, zonder macro’s.",
    ),
    "zip bomb": (bomb, "Dit bestand is uitgepakt veel te groot. Zet de studenten in een nieuw, leeg bestand."),
    "broken Excel": (
        lambda: book(HEAD, ROW)[:-400],
        "Dit Excel-bestand is beschadigd. Open het, bewaar het opnieuw en probeer het nog eens.",
    ),
    "broken inside": (
        lambda: archive(xl__workbook=b"", **{"xl/workbook.xml": b"<a", "[Content_Types].xml": b"<b"}),
        "Dit Excel-bestand is beschadigd. Open het, bewaar het opnieuw en probeer het nog eens.",
    ),
    "another zip": (
        lambda: archive(word__document=b"<a/>"),
        "Dit is geen Excel-bestand (.xlsx). Open het in Excel of LibreOffice en bewaar het als .xlsx of .csv.",
    ),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n\x00", "Dit is geen CSV- of Excel-bestand."),
    "NUL bytes": (
        lambda: csv(FIRST, line(1)).replace(b"Verzonnen", b"Ver\x00zonnen"),
        NUL_SENTENCE,
    ),
    "broken UTF-8": (
        lambda: csv(FIRST, line(1), line(2)).replace("Zoë".encode(), b"Zo\xc3", 1),
        "In regel 3 staan letters die niet te lezen zijn. Bewaar het bestand opnieuw als ‘CSV UTF-8’ of als .xlsx.",
    ),
    "broken UTF-16": (
        lambda: "a;b\nc;d\n".encode("utf-16") + b"\x00\xd8\x41\x00",
        "In regel 1 staan letters die niet te lezen zijn. Bewaar het bestand opnieuw als ‘CSV UTF-8’ of als .xlsx.",
    ),
    "one column": (
        lambda: b"Studentnummer:Voornaam\r\n1:Zoe",
        "Er is maar één kolom gevonden. Zet een puntkomma tussen de kolommen.",
    ),
    "quote never closed": (
        lambda: csv(FIRST, line(1).replace("Zoë", '"Zoë'), line(2), line(3)),
        "Rij 3 is niet te lezen. Vaak staat er een aanhalingsteken te veel of te weinig.",
    ),
    "hidden sheet": (
        lambda: book(HEAD, ROW, hidden=True),
        "Het werkblad ‘Lijst’ is verborgen. Maak het zichtbaar en probeer het opnieuw.",
    ),
    "empty workbook": (lambda: book(), "Het bestand is leeg."),
    "merged cells": (
        lambda: book(HEAD, ROW, ROW, merge="F2:F3"),
        "De cellen F2:F3 zijn samengevoegd. Splits ze en zet in elke rij de waarde.",
    ),
    "too many columns": (
        lambda: book([f"k{n}" for n in range(301)], ROW),
        "Er zijn meer dan 300 kolommen. Haal de lege weg.",
    ),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_cannot_be_read_gives_one_sentence(school, ready, kind):
    make, sentence = FILES[kind]
    before = everything()
    with pytest.raises(TableError) as caught:
        import_students(school=school, source=make(), actor=None)
    assert caught.value.message == sentence
    assert everything() == before


def test_a_file_that_is_too_large_is_refused_before_it_is_read():
    with pytest.raises(TableError) as caught:
        reading_module.open_table(b"a;b\n" + b"x" * 2**20, max_bytes=2**20)
    assert caught.value.message == "Het bestand is groter dan 1 MB. Verdeel het over meer bestanden."


def test_a_file_with_too_many_rows_is_refused(school, ready, monkeypatch):
    monkeypatch.setattr(reading_module, "MAX_ROWS", 2)
    with pytest.raises(TableError, match=r"Er zijn meer dan 2 rijen\. Verdeel het bestand\."):
        import_students(school=school, source=csv(FIRST, line(1), line(2)), actor=None)


def test_a_sheet_that_goes_on_for_ever_is_refused(school, ready, monkeypatch):
    monkeypatch.setattr(workbooks_module, "LAST_ROW", 10)
    with pytest.raises(TableError, match="beschadigd"):
        import_students(school=school, source=book(HEAD, ROW, *[[None]] * 20, ROW), actor=None)


def test_a_formula_without_outcome_is_named(school, ready):
    data = book(HEAD, [*ROW[:3], "=B2", *ROW[4:]])
    assert faults_of(school, data) == [
        (2, "Achternaam", "hier staat een formule zonder uitkomst. Zet de waarde zelf in de cel.")
    ]


def test_what_schools_do_and_is_no_fault(school, ready):
    """A title above the header, other sheets, empty rows, tabs as separator, numbers as numbers, another alphabet."""
    titled = book(
        ["Studenten 2026"], [], HEAD, [100.0, *ROW[1:6], 1], [None] * 3, [101, *ROW[1:4], "b@c.example", 25615, 2]
    )
    report = import_students(school=school, source=titled, actor=None, dry_run=True)
    assert (report.problems, report.created) == ([], 2)
    assert report.notes == ["De kolomnamen staan in rij 3. Wat erboven staat, lezen we niet."]
    for data in (
        csv(FIRST).replace(b";", b"\t"),
        csv(FIRST).replace(b";", b"|"),
        b"Studenten, 2026\r\n\r\n" + csv(FIRST, line(1).replace(";25615;", ";Sociaal Werker;"))[3:],
        b"sep=\r\n" + csv(FIRST).removeprefix(b"\xef\xbb\xbf"),
        b"sep=;\r\n" + csv(FIRST).removeprefix(b"\xef\xbb\xbf"),
        csv(FIRST.replace("Goed", "Zoë")).decode("utf-8-sig").encode("cp1252"),
        csv(FIRST).decode("utf-8-sig").encode("utf-16"),
    ):
        report = import_students(school=school, source=data, actor=None, dry_run=True)
        assert (report.problems, report.created) == ([], data.count(b"school.example") or 1)
