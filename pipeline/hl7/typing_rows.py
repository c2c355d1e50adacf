"""A typing as rows: one result per locus, its value a GL String Code with the GL String and the printed text beside it.

    OBX-3   the LOINC code of the locus at its resolution, or 84413-4 with the gene in a companion (48018-6)
    OBX-5   hla#3.58.0#HLA-A*01:01+HLA-A*02:01 ^ HLA-A*01:01+HLA-A*02:01 ^ http://glstring.org ^^^^^^ text as printed
    OBX-11  X for a locus that failed, W if its result was taken back, N for one that was not tested, I if its result is
            to come, P for candidates that nobody has assigned and for another preliminary one, else F

HL7 cannot say "one allele stated, the second unknown" or "absent": the state stands in a companion of every locus. What
was stated of a locus without a GL String (a code that no list explains, a name that the release does not hold) stands
in another, under the release that the report named: whoever reads the message reads what we read.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, get_args

from msgspec.structs import replace

from parsers.canonical_marks import LOCAL
from parsers.loinc import GENE, GENOTYPE, LOCUS_CODES
from parsers.records import State
from pipeline.hl7.rows import TITLES, Row, Rows, write_attribute, write_row
from pipeline.hl7.timestamps import exact, to_iso
from pipeline.normalise.findings import PRELIMINARY, WITHDRAWN, codes_of
from pipeline.normalise.records import NormalLocus
from pipeline.normalise.tables import rows

Resolution = Literal["high", "generic", "low"]

GLSTRING_SYSTEM = "http://glstring.org"
CODES = {(each.locus, each.resolution): each.code for each in LOCUS_CODES.values() if each.preferred}
HLA_C = CODES["C", "high"]
HGNC = {row["locus"]: row["hgnc"] for row in rows("hgnc_hla.csv")}
STATES: dict[str, State] = {each: each for each in get_args(State)}
RESOLUTIONS: dict[str, Resolution] = {each: each for each in get_args(Resolution)}

_STATUS = {"failed": "X", "not_tested": "N", "candidates": "P"}
_WITHDRAWN_STATUS = {"failed": "W"}
"""A called locus whose doubts speak of a result taken back is what replaces it."""
_PRELIMINARY_STATUS = {"not_tested": "I"}
HERE = "\0"
"""Stands where the time goes; no value holds it, for there it would be an escape."""


def write_loci(loci: tuple[NormalLocus, ...], hla_c_code: str) -> list[str]:
    """The rows of every locus, written; the sub-id is the locus's place in the report."""
    written: list[str] = []
    for number, locus in enumerate(loci, start=1):
        stamp = exact(locus.date)
        before, behind, companions = _undated(replace(locus, date=""), str(number), hla_c_code, HERE if stamp else "")
        written.append(f"{before}{stamp}{behind}")
        written += companions
        if locus.date and not stamp:
            written.append(write_attribute("DATE", locus.date, str(number)))
    return written


@lru_cache(maxsize=16_384)  # some 2 KB each; registries repeat typings, but not on the same day
def _undated(locus: NormalLocus, sub_id: str, hla_c_code: str, time: str) -> tuple[str, str, tuple[str, ...]]:
    """The rows of a locus without a date: the result up to its time and behind it, and the others."""
    code = CODES.get((locus.locus, locus.resolution))
    result = _result(locus, sub_id, hla_c_code if code == HLA_C else code, time)
    before, _, behind = write_row(result).partition(HERE)
    return before, behind, tuple(_companions(locus, sub_id, coded=code is not None))


def _result(locus: NormalLocus, sub_id: str, code: str | None, time: str) -> Row:
    title = f"HLA-{locus.locus} typing, {locus.resolution} resolution"
    return Row(
        "CWE",
        (code, title, "LN") if code else (GENOTYPE, "Genotype display name", "LN"),
        sub_id,
        _value(locus),
        status=_status_of(locus),
        time=time,
        method=locus.method,
        notes=locus.flags,
        doubts=locus.doubts,
    )


def _status_of(locus: NormalLocus) -> str:
    said, usual = codes_of(locus), _STATUS.get(locus.state, "F")
    if WITHDRAWN in said:
        return _WITHDRAWN_STATUS.get(locus.state, usual)
    return _PRELIMINARY_STATUS.get(locus.state, "P") if PRELIMINARY in said else usual


def _companions(locus: NormalLocus, sub_id: str, *, coded: bool) -> Iterator[str]:
    if not coded:
        gene = (HGNC.get(locus.locus, ""), locus.locus, "HGNC")
        yield write_row(Row("CWE", (GENE, "Gene studied [ID]", "LN"), sub_id, gene))
    yield _state(locus.state, sub_id)
    if not coded:
        yield write_attribute("RESOLUTION", locus.resolution, sub_id)
    if locus.release and not locus.glstring:
        yield write_attribute("RELEASE", locus.release, sub_id)
    if locus.expression:
        yield write_attribute("EXPRESSION", locus.expression, sub_id)
    if locus.test_id:
        yield write_attribute("TEST_ID", locus.test_id, sub_id)


@lru_cache(maxsize=4096)
def _state(state: State, sub_id: str) -> str:
    return write_row(Row("CWE", ("STATE", TITLES["STATE"], LOCAL), sub_id, (state, state.replace("_", " "), LOCAL)))


def _value(locus: NormalLocus) -> tuple[str, ...]:
    coded = ("", "", "")
    if locus.glstring and locus.release:
        coded = (f"hla#{locus.release}#{locus.glstring}", locus.glstring, GLSTRING_SYSTEM)
    elif locus.glstring:
        coded = ("", locus.glstring, "")
    return (*coded, "", "", "", "", "", locus.reported)


def read_loci(found: Rows) -> Iterator[NormalLocus]:
    """The loci that these rows were written from."""
    genes = {row.sub_id: row.value for row in found.results if row.code[0] == GENE}
    return (_locus_of(row, found, genes) for row in found.results if row.code[0] != GENE)


def _locus_of(row: Row, found: Rows, genes: dict[str, tuple[str, ...]]) -> NormalLocus:
    code, glstring, _, *_, reported = (*row.value, *[""] * 9)[:9]
    known = LOCUS_CODES.get(row.code[0])
    resolution = known.resolution if known else found.text("RESOLUTION", row.sub_id)
    release = code.removeprefix("hla#").removesuffix(f"#{glstring}") if code else found.text("RELEASE", row.sub_id)
    return NormalLocus(
        locus=known.locus if known else (*genes.get(row.sub_id, ()), "", "")[1],
        state=STATES[found.text("STATE", row.sub_id)],
        reported=reported,
        glstring=glstring or None,
        expression=found.text("EXPRESSION", row.sub_id),
        release=release or None,
        resolution=RESOLUTIONS[resolution],
        method=row.method,
        test_id=found.text("TEST_ID", row.sub_id),
        date=to_iso(row.time) or found.text("DATE", row.sub_id),
        flags=row.notes,
        doubts=row.doubts,
    )
