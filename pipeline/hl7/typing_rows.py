"""A typing as rows: one result per locus, its value a GL String Code with the GL String and the printed text beside it.

    OBX-3   the LOINC code of the locus at its resolution, or 84413-4 with the gene in a companion (48018-6)
    OBX-5   hla#3.58.0#HLA-A*01:01+HLA-A*02:01 ^ HLA-A*01:01+HLA-A*02:01 ^ http://glstring.org ^^^^^^ text as printed
    OBX-11  X for a locus that failed, N for one that was not tested, else F

HL7 cannot say "one allele stated, the second unknown" or "absent": the state stands in a companion of every locus.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, get_args

from msgspec.structs import replace

from parsers.loinc import GENE, GENOTYPE, LOCUS_CODES
from parsers.records import State
from pipeline.hl7.rows import LOCAL, STATUS, TIME, TITLES, Row, Rows, attributes, write_rows
from pipeline.hl7.timestamps import exact, to_iso
from pipeline.normalise.records import NormalLocus
from pipeline.normalise.tables import rows

Resolution = Literal["high", "generic", "low"]

GLSTRING_SYSTEM = "http://glstring.org"
CODES = {(each.locus, each.resolution): each.code for each in LOCUS_CODES.values() if each.preferred}
HLA_C = CODES["C", "high"]
HGNC = {row["locus"]: row["hgnc"] for row in rows("hgnc_hla.csv")}
STATES: dict[str, State] = {each: each for each in get_args(State)}
RESOLUTIONS: dict[str, Resolution] = {each: each for each in get_args(Resolution)}

_STATUS = {"failed": "X", "not_tested": "N"}


def write_loci(loci: tuple[NormalLocus, ...], hla_c_code: str) -> Iterator[str]:
    """The rows of every locus, written; the sub-id is the locus's place in the report."""
    for number, locus in enumerate(loci, start=1):
        yield from _written(locus, str(number), hla_c_code)


def _written(locus: NormalLocus, sub_id: str, hla_c_code: str) -> tuple[str, ...]:
    """The rows of a locus. Registries repeat typings, but not on the same day: what is remembered has no date."""
    stamp = exact(locus.date)
    if not stamp:
        return tuple(write_rows(_rows_of(locus, sub_id, hla_c_code)))
    before, behind, companions = _undated(replace(locus, date=""), sub_id, hla_c_code)
    return (f"{before}{stamp}{behind}", *companions)


@lru_cache(maxsize=16_384)  # some 2 KB each
def _undated(locus: NormalLocus, sub_id: str, hla_c_code: str) -> tuple[str, str, tuple[str, ...]]:
    """The rows of a locus without a date: the result up to its time and behind it, and the others."""
    result, *companions = write_rows(_rows_of(locus, sub_id, hla_c_code))
    segment, *notes = result.split("\r")
    fields = segment.split("|")
    before = "|".join(fields[: STATUS + 1]) + "|" * (TIME - STATUS)
    behind = "".join(f"|{field}" for field in fields[TIME + 1 :])
    return before, "\r".join((behind, *notes)), tuple(companions)


def _rows_of(locus: NormalLocus, sub_id: str, hla_c_code: str) -> Iterator[Row]:
    code = CODES.get((locus.locus, locus.resolution))
    code = hla_c_code if code == HLA_C else code
    stamp = exact(locus.date)
    yield Row(
        "CWE",
        (code, f"HLA-{locus.locus} typing, {locus.resolution} resolution", "LN")
        if code
        else (GENOTYPE, "Genotype display name", "LN"),
        sub_id,
        _value(locus),
        status=_STATUS.get(locus.state, "F"),
        time=stamp,
        method=locus.method,
        notes=locus.flags,
        doubts=locus.doubts,
    )
    if not code:
        gene = (HGNC.get(locus.locus, ""), locus.locus, "HGNC")
        yield Row("CWE", (GENE, "Gene studied [ID]", "LN"), sub_id, gene)
    state = (locus.state, locus.state.replace("_", " "), LOCAL)
    yield Row("CWE", ("STATE", TITLES["STATE"], LOCAL), sub_id, state)
    yield from attributes(
        sub_id,
        RESOLUTION=None if code else locus.resolution,
        RELEASE=None if locus.glstring else locus.release,
        TEST_ID=locus.test_id,
        DATE=None if stamp else locus.date,
    )


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
        release=release or None,
        resolution=RESOLUTIONS[resolution],
        method=row.method,
        test_id=found.text("TEST_ID", row.sub_id),
        date=to_iso(row.time) or found.text("DATE", row.sub_id),
        flags=row.notes,
        doubts=row.doubts,
    )
