"""Formulas of a workbook whose result is not in the file: programs write them so, and a spreadsheet works them out.

<c r="B2"><f>CONCATENATE("A*","24:02")</f><v/></c>            no result
<c r="B2" t="str"><f>IF(A2="","",A2)</f><v></v></c>           the result is an empty text
"""

import io
import zipfile
from pathlib import PurePosixPath

from lxml import etree

from parsers.errors import ParseError

SHEETS = "xl/worksheets/"
FORMULA, RESULT = "{*}f", "{*}v"
TEXT = "str"


def refuse_unworked(raw: bytes) -> None:
    """Raise ParseError if a cell of a workbook holds a formula and no result: it would be read as a blank cell."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        for name in archive.namelist():
            if name.startswith(SHEETS) and name.endswith(".xml"):
                _refuse(archive.read(name), PurePosixPath(name).stem)


def _refuse(sheet: bytes, name: str) -> None:
    if b"f>" not in sheet:
        return
    for _, cell in etree.iterparse(io.BytesIO(sheet), tag="{*}c", resolve_entities=False):
        if cell.find(FORMULA) is not None and not cell.findtext(RESULT) and cell.get("t") != TEXT:
            raise ParseError(
                "this cell holds a formula, and the file does not hold its result",
                where=f"{name}, cell {cell.get('r', '')}",
                expected="the results of all formulas, as a spreadsheet saves them",
                advice="Open the workbook in Excel, save it, and export that file.",
            )
        cell.clear()
