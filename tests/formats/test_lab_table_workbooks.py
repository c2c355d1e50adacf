"""Laboratories' tables as workbooks: every shown sheet that a profile describes, as its text would be read."""

import io
import re
import zipfile
from datetime import date, time

import openpyxl
import pytest

from tests.formats.invented_tables import TABLE, read, refusal_of


def workbook(*rows):
    return workbook_of(rows)


def workbook_of(*sheets, hidden=None):
    """A workbook with these rows on its sheets; `hidden` says how those of some numbers are hidden."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets, start=1):
        sheet = book.create_sheet()
        sheet.sheet_state = (hidden or {}).get(number, "visible")
        for row in rows:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_workbook_says_the_same_as_the_text():
    assert read(workbook(["id", "A1", "A2"], ["S-1", "01:01", "02:01"])).reports == read(TABLE).reports


@pytest.mark.parametrize("number", [123456789012340000, 1.2345678901234e17])
def test_an_id_that_a_workbook_keeps_as_a_long_number_has_lost_its_last_digits(number):
    assert "the first digits only" in str(refusal_of(workbook(["id", "A1", "A2"], [number, "01:01", "02:01"])))


def test_an_id_that_a_workbook_keeps_as_a_short_number_is_its_digits():
    numbers = [[number, "01:01", ""] for number in (12, 12.0, 123456789012345)]
    reports = read(workbook(["id", "A1", "A2"], *numbers)).reports
    assert [each.sample for each in reports] == ["12", "12", "123456789012345"]


@pytest.mark.parametrize("made_of_it", [date(2024, 12, 3), time(12, 3)], ids=["12-3", "12:03"])
def test_an_id_of_which_excel_has_made_a_date_or_a_time_is_nobody_s(made_of_it):
    told = str(refusal_of(workbook(["id", "A1", "A2"], ["S-1", "01:01", "02:01"], [made_of_it, "01:01", "02:01"])))
    assert "nobody could tell what was typed" in told
    assert "column id" in told


COVER = [["Laboratory of nowhere"]]


HEADER = ["id", "A1", "A2"]


def test_every_sheet_that_a_profile_describes_is_read_and_named():
    sheets = (
        COVER,
        [[*HEADER, "note"], ["S-1", "01:01", "02:01", "late"]],
        [],
        [["note", *HEADER], ["late", "S-2", "B*07:02", "01:01"], ["", "S-1", "01:01", "02:01"]],
        [HEADER],
        [["total"], ["3"]],
    )
    parsed = read(workbook_of(*sheets))
    assert [each.sample for each in parsed.reports] == ["S-1", "S-2", "S-1"]
    assert [[(each.code, each.where) for each in report.findings] for report in parsed.reports] == [
        [("duplicate_sample_id", "")],
        [("locus_differs", "sheet 4, line 2, column A1")],
        [("duplicate_sample_id", "")],
    ]
    assert [(each.path, each.count) for each in parsed.ignored] == [("note", 2), ("sheet 1", 0), ("sheet 6", 1)]


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_with_typings_refuses_the_workbook(state):
    typings = [HEADER, ["S-1", "01:01", "02:01"]]
    assert refusal_of(workbook_of(typings, typings, hidden={2: state})).where == "sheet 2"
    assert refusal_of(workbook_of(COVER, typings, hidden={2: state})).where == "sheet 2"


def test_a_hidden_sheet_without_typings_is_ignored():
    typings = [HEADER, ["S-1", "01:01", "02:01"]]
    assert read(workbook_of(COVER, typings, [HEADER], hidden={1: "hidden", 3: "hidden"})).reports == read(TABLE).reports


def test_a_row_of_a_workbook_that_cannot_be_read_is_refused_with_its_sheet():
    sheets = ([HEADER, ["S-1", "01:01", "02:01"]], [HEADER, ["", "01:01", "02:01"]])
    assert refusal_of(workbook_of(*sheets)).where == "sheet 2, line 2, column id"
    assert refusal_of(workbook_of(*sheets[1:])).where == "line 2, column id"


def test_a_workbook_with_a_hidden_document_type_is_refused():
    raw = workbook(["id", "A1", "A2"], ["S-1", "01:01", "02:01"])
    stream = io.BytesIO(raw)
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("xl/extra.xml", "<!DOCTYPE x><x/>")
    assert "document type definition" in str(refusal_of(stream.getvalue()))


@pytest.mark.parametrize("formula", ['="A*"&"02:01"', '=CONCATENATE("A*","24:02")'])
def test_a_formula_without_its_result_is_refused_with_its_cell(formula):
    refusal = refusal_of(workbook(["id", "A1", "A2"], ["S-1", "01:01", formula]))
    assert (refusal.where, refusal.advice) == (
        "sheet1, cell C2",
        "Open the workbook in Excel, save it, and export that file.",
    )


@pytest.mark.parametrize(("result", "stated"), [("02:01", "01:01+02:01"), ("", "01:01")])
def test_a_formula_with_its_result_is_the_result(result, stated):
    raw = workbook(["id", "A1", "A2"], ["S-1", "01:01", "=D2"])
    said = changed(raw, "xl/worksheets/sheet1.xml", worked_out(result))
    assert [each.reported for each in read(said).reports[0].loci] == [stated]


def worked_out(result):
    """Writes the result of the one formula of a sheet as a spreadsheet does."""
    return lambda sheet: re.sub(
        rb'<c r="C2"[^>]*><f>D2</f><v ?/?>(?:</v>)?</c>',
        f'<c r="C2" t="str"><f>D2</f><v>{result}</v></c>'.encode(),
        sheet,
    )


def changed(raw, part, change):
    """The same archive with one part changed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as before, zipfile.ZipFile(stream, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            after.writestr(name, change(content) if name == part else content)
    return stream.getvalue()


def test_an_id_has_the_zeros_that_its_format_shows():
    book = openpyxl.Workbook()
    for row in (["id", "A1", "A2"], [123, "01:01", "02:01"], [7, "01:01", "02:01"]):
        book.active.append(row)
    book.active["A2"].number_format = "00000000"
    stream = io.BytesIO()
    book.save(stream)
    assert [each.sample for each in read(stream.getvalue()).reports] == ["00000123", "7"]
