"""The files of a release as IPD-IMGT/HLA publishes them, read by their headers and columns.

    Allelelist.txt          AlleleID,Allele                  every current allele and its accession number
    Deleted_alleles.txt     AlleleID,Allele,Description      names given up, with the reason in prose
    wmda/hla_nom.txt        A*;01:34N;assigned;deleted;successor;reason          every name ever given
    wmda/hla_nom_g.txt      A*;01:01:01:01/01:01:01:02N/...;01:01:01G            G groups, as printed
    wmda/hla_nom_p.txt      A*;01:01:01:01/01:01:01:03/...;01:01P                P groups, as printed
    wmda/md5checksum.txt    MD5 (hla_nom.txt) = ...          with or without `wmda/` before the name

and, where they are there, what serology and T cells make of the alleles:

    wmda/rel_dna_ser.txt    A*;02:01:01:01;2;;;              antigens: unambiguous, possible, assumed, expert
    wmda/rel_ser_ser.txt    A;9;23/24;                       antigens split from it; antigens associated with it
    tce/dpb_tce.csv         Allele,Protein,V1_Assignment,V2_Assignment,...  DPB1: T-cell epitope groups

Six comment lines stand before each; later releases add columns at the end, which are left alone (rel_dna_ser.txt has a
seventh, HATS, from 3.64; dpb_tce.csv a V3_Assignment from 3.63, and no header line up to 3.44). Releases from 3.64
keep the definitions of before in wmda/pre2026, with checksums of their own: the publisher wants them used for tests
only, so that they are left where they are. Allelelist.txt has no checksum: it must hold exactly the alleles that
hla_nom.txt calls current. The lists of older releases in allelelist/, where there are any, tell what names used to mean
(history.py).
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from pipeline.errors import SiteError
from pipeline.normalise.nomenclature.names import LETTERS, sort_key, split_name

REQUIRED = (
    "Allelelist.txt",
    "Deleted_alleles.txt",
    "LICENCE.md",
    "wmda/hla_nom.txt",
    "wmda/hla_nom_g.txt",
    "wmda/hla_nom_p.txt",
    "wmda/md5checksum.txt",
)
OPTIONAL = (
    "Nomenclature_2009.txt",
    "release_version.txt",
    "tce/dpb_tce.csv",
    "wmda/README.md",
    "wmda/rel_dna_ser.txt",
    "wmda/rel_ser_ser.txt",
)
OLDER_LIST = re.compile(r"allelelist/Allelelist\.\d+\.txt")
NAMED = ("Allelelist.txt", "Deleted_alleles.txt", "wmda/hla_nom.txt", "wmda/hla_nom_g.txt", "wmda/hla_nom_p.txt")
RELATED = ("wmda/rel_dna_ser.txt", "wmda/rel_ser_ser.txt", "tce/dpb_tce.csv")
TCE_COLUMNS = ("Allele", "Protein", "V1_Assignment", "V2_Assignment", "Comments")
"""The columns of dpb_tce.csv where it has no header line."""

NO_ANTIGEN = frozenset({"", "0", "?"})

VERSION_LINE = re.compile(r"^# version:\s*(.*?(\d+\.\d+\.\d+).*?)\s*$", re.MULTILINE)
CHECKSUM_LINE = re.compile(r"^MD5 \((?:wmda/)?(.+?)\) = ([0-9a-f]{32})\s*$", re.MULTILINE)


class Deleted(msgspec.Struct, frozen=True, array_like=True):
    """A name given up: the name that took its place, if one is stated, and the reason."""

    successor: str
    reason: str


class LocusNames(msgspec.Struct, array_like=True):
    """All that a release says about one gene; names without the gene.

    Alleles stand in canonical order, the members of a group in the order of the file.

    `antigens` gives the alleles of an antigen's number, `expert_antigens` those of whom only experts say so, `splits`
    and `associated` antigens with their letters (`A9`), `tce` the second version of an allele's T-cell epitope
    assignment as printed.
    """

    alleles: dict[str, str] = {}
    g_groups: dict[str, tuple[str, ...]] = {}
    p_groups: dict[str, tuple[str, ...]] = {}
    deleted: dict[str, Deleted] = {}
    antigens: dict[str, tuple[str, ...]] = {}
    splits: dict[str, tuple[str, ...]] = {}
    associated: dict[str, tuple[str, ...]] = {}
    tce: dict[str, str] = {}
    expert_antigens: dict[str, tuple[str, ...]] = {}


class ReleaseNames(msgspec.Struct):
    """A release as read: its version, its own title, and its genes."""

    version: str
    title: str
    loci: dict[str, LocusNames]


def read_release(folder: Path) -> ReleaseNames:
    """The release in `folder`. Raises SiteError if a file is missing, damaged, or contradicts another."""
    version, title = read_version(folder)
    loci: dict[str, LocusNames] = {}
    _read_alleles(folder, loci)
    current = _read_names(folder, loci)
    _read_reasons(folder, loci)
    _read_groups(folder, "g", lambda locus: _locus(loci, locus).g_groups)
    _read_groups(folder, "p", lambda locus: _locus(loci, locus).p_groups)
    _read_antigens(folder, loci)
    _read_splits(folder, loci)
    _read_tce(folder, loci)
    listed = {f"{locus}*{fields}" for locus, names in loci.items() for fields in names.alleles}
    if listed != current:
        raise SiteError(
            f"{folder}: Allelelist.txt and wmda/hla_nom.txt disagree about {len(listed ^ current)} current alleles; "
            "one of them is damaged or of another release. Fetch the release again."
        )
    return ReleaseNames(version, title, loci)


def read_version(folder: Path) -> tuple[str, str]:
    """Version and title that every file's own header states. Raises SiteError if they differ or none is stated."""
    found = {name: VERSION_LINE.search(_text(folder, name)[:2000]) for name in NAMED}
    if missing := [name for name, match in found.items() if not match]:
        raise SiteError(f"{folder / missing[0]}: no line '# version: ...' at the top; this is not a release file")
    titles = {match[1]: match[2] for match in found.values() if match}
    if len(set(titles.values())) != 1:
        raise SiteError(f"{folder}: files of different releases lie together: {', '.join(sorted(titles))}")
    title, version = next(iter(titles.items()))
    return version, title


def verify_checksums(folder: Path) -> None:
    """Compare the WMDA files with md5checksum.txt. Raises SiteError on a difference or a file that it does not name."""
    stated = dict(CHECKSUM_LINE.findall(_text(folder, "wmda/md5checksum.txt")))
    for path in sorted((folder / "wmda").glob("*_*.txt")):
        digest = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
        if stated.get(path.name) != digest:
            raise SiteError(
                f"{path}: its MD5 is {digest}, md5checksum.txt says {stated.get(path.name, 'nothing about it')}. "
                "The file is damaged or was changed; fetch the release again."
            )


def source_digest(folder: Path) -> str:
    """SHA-256 over the files that names are read from: the cache is made anew when it changes."""
    digest = hashlib.sha256()
    for name in (*NAMED, *RELATED):
        path = folder / name
        if name in NAMED or path.exists():
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _text(folder: Path, name: str) -> str:
    try:
        return (folder / name).read_bytes().decode("utf-8")
    except FileNotFoundError as error:
        raise SiteError(f"{folder}: {name} is missing; a release needs {', '.join(REQUIRED)}") from error
    except UnicodeDecodeError as error:
        raise SiteError(f"{folder / name}: byte {error.start} is not UTF-8; the file is damaged") from error


def _cells(folder: Path, name: str, separator: str, least: int) -> Iterator[list[str]]:
    for number, line in enumerate(_text(folder, name).splitlines(), start=1):
        if not line or line.startswith("#"):
            continue
        cells = line.split(separator)
        if len(cells) < least:
            raise SiteError(f"{folder / name}:{number}: found {len(cells)} columns, expected {least} or more")
        yield cells


def _locus(loci: dict[str, LocusNames], locus: str) -> LocusNames:
    found = loci.get(locus)
    if found is None:
        found = loci[locus] = LocusNames({}, {}, {}, {}, {}, {}, {}, {}, {})
    return found


def _read_alleles(folder: Path, loci: dict[str, LocusNames]) -> None:
    listed = ((name.strip(), accession) for accession, name, *_ in _cells(folder, "Allelelist.txt", ",", 2))
    for name, accession in sorted(listed, key=lambda each: sort_key(each[0])):
        locus, star, fields = name.partition("*")
        if star:
            _locus(loci, locus).alleles[fields] = accession


def _read_names(folder: Path, loci: dict[str, LocusNames]) -> set[str]:
    current = set()
    for gene, fields, _, deleted, successor, reason, *_ in _cells(folder, "wmda/hla_nom.txt", ";", 6):
        if not gene.endswith("*"):
            continue  # a serological antigen
        if not deleted:
            current.add(gene + fields)
            continue
        locus = gene.removesuffix("*")
        named = successor if "*" in successor or not successor else gene + successor
        _locus(loci, locus).deleted[fields] = Deleted(named, reason.strip())
    return current


def _read_reasons(folder: Path, loci: dict[str, LocusNames]) -> None:
    for _, name, *prose in _cells(folder, "Deleted_alleles.txt", ",", 3):
        locus, star, fields = name.strip().partition("*")
        if not star:
            continue  # the header line
        known = _locus(loci, locus).deleted
        known[fields] = Deleted(known[fields].successor if fields in known else "", ",".join(prose).strip())


def _read_groups(folder: Path, letter: str, groups: Callable[[str], dict[str, tuple[str, ...]]]) -> None:
    for gene, members, group, *_ in _cells(folder, f"wmda/hla_nom_{letter}.txt", ";", 3):
        if group:
            groups(gene.removesuffix("*"))[group] = tuple(members.split("/"))


def _read_antigens(folder: Path, loci: dict[str, LocusNames]) -> None:
    """Antigens by the columns unambiguous, possible and assumed, and by that of experts; `0` and `?` are none."""
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    by_experts: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for gene, allele, *columns in _related(folder, "wmda/rel_dna_ser.txt", ";", 6):
        locus = gene.removesuffix("*")
        own = dict.fromkeys("/".join(columns[:3]).split("/"))
        for number in own:
            found[locus, number].append(allele)
        for number in dict.fromkeys(columns[3].split("/")):
            if number not in own:
                by_experts[locus, number].append(allele)
    for (locus, number), alleles in found.items():
        if locus in LETTERS and number not in NO_ANTIGEN:
            _locus(loci, locus).antigens[number] = tuple(alleles)
    for (locus, number), alleles in by_experts.items():
        if locus in LETTERS and number not in NO_ANTIGEN:
            _locus(loci, locus).expert_antigens[number] = tuple(alleles)


def _read_splits(folder: Path, loci: dict[str, LocusNames]) -> None:
    for letters, number, splits, associated, *_ in _related(folder, "wmda/rel_ser_ser.txt", ";", 4):
        antigen = letters + number
        names = _locus(loci, split_name(antigen)[0])
        if splits:
            names.splits[antigen] = tuple(letters + each for each in splits.split("/"))
        if associated:
            names.associated[antigen] = tuple(letters + each for each in associated.split("/"))


def _read_tce(folder: Path, loci: dict[str, LocusNames]) -> None:
    columns: tuple[str, ...] = TCE_COLUMNS
    for cells in _related(folder, "tce/dpb_tce.csv", ",", len(TCE_COLUMNS)):
        if cells[0] == "Allele":
            columns = tuple(cells)
            continue
        row = dict(zip(columns, cells, strict=False))
        locus, _, fields = row["Allele"].partition("*")
        if row["V2_Assignment"]:
            _locus(loci, locus).tce[fields] = row["V2_Assignment"]


def _related(folder: Path, name: str, separator: str, least: int) -> Iterator[list[str]]:
    return _cells(folder, name, separator, least) if (folder / name).exists() else iter(())
