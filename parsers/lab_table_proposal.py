"""A profile proposed for a laboratory's table: which column holds what, judged by its heading and by its cells.

A column holds typings if most of its cells look like HLA names. Its gene is the longest one in its heading (`mDRB11Cd`
is DRB1), else the one that its alleles name; a heading with two of one length (`R_A_1`) does not tell. A column of
which this file holds no allele goes with it if its heading is made like that of a typing (`mDRB41cd`): a second copy
that is left out would be a lost allele. Where a column names the locus, the table has a row for each locus. What is
proposed is for a person to read; what is doubtful is told there.
"""

import re
from collections import Counter

import msgspec

from parsers.code_tables import code_rows, settings
from parsers.errors import ParseError
from parsers.format import Document
from parsers.tables import Table, first_line, is_workbook, read_text_table, read_workbook, separator_of
from parsers.text_encoding import decoded
from parsers.typing_states import gene_name, gene_of

HEADINGS: dict[str, list[str]] = settings("table_headings.toml")
LOCI = tuple(row["locus"] for row in code_rows("loci.csv"))
SINGLE_ITEMS = (
    "subject", "release", "kit_lot", "kit", "method", "date", "centre", "project", "software", "mismatches",
)  # fmt: skip

HLA_NAME = re.compile(r"(HLA-)?([A-Z]+[0-9]?\*|\*)?[0-9]{2,4}(:[0-9A-Za-z]+)+\*?|(HLA-)?[A-Z]+[0-9]?\*[0-9]{2,}[A-Z]*")
BETWEEN = re.compile(r"[/+|^~]")
COPIES = (",", ";")
GENE = re.compile(
    "|".join(f"(?<![A-Za-z]){each}(?![A-Za-z])" for each in sorted((*LOCI, "Cw"), key=lambda each: (-len(each), each)))
)
SEVERAL_GENES = re.compile(r"3[^0-9A-Za-z]?4[^0-9A-Za-z]?5")
"""What headings of DRB3, DRB4 and DRB5 in one have in common: DRB345, DRB3/4/5."""
SEVERAL = "DRB345"
"""What a profile calls the three, if their cells say which of them each allele is of."""
BEHIND_HLA = re.compile(r"HLA[-_ ]?(.+)")
HEADING_PREFIX = re.compile(r"HLA[-_ ]?|^[a-z]+(?=[A-Z])|_")
SHARE = 0.5
SHOWN_WORDS = 8
COPIES_OF_A_GENE = 2
ENCODINGS = ("utf-8", "cp1252")


class Proposal(msgspec.Struct):
    """What a profile would say, and in `doubts` what a person should look at."""

    encoding: str
    columns: dict[str, str] = {}
    properties: list[str] = []
    loci: dict[str, list[str]] = {}
    long: tuple[str, list[str]] | None = None
    copies: str = ""
    blank: list[str] = []
    words: list[str] = []
    unread: list[str] = []
    doubts: list[str] = []

    @property
    def typings(self) -> list[str]:
        """The columns that hold alleles."""
        return [*(self.long[1] if self.long else ()), *(name for names in self.loci.values() for name in names)]

    @property
    def signature(self) -> list[str]:
        """The columns by which the layout is known: the sample's and those of the typings."""
        others = filter(None, [self.long and self.long[0], self.columns.get("glstring")])
        return list(dict.fromkeys([self.columns["sample"], *others, *self.typings]))


def proposal_for(document: Document) -> Proposal:
    """What a profile for this table would say. Raises ParseError if no column looks like a sample or a typing."""
    table, encoding = _table(document)
    _refuse_unnamed(table)
    cells = {name: [row.cells[at] for row in table.rows if row.cells[at]] for at, name in enumerate(table.header)}
    made = Proposal(encoding)
    typings = [name for name in cells if _holds_typings(cells[name]) and not _headed(name, "time")]
    others = [name for name in cells if name and name not in typings and not _headed(name, "personal")]
    _assign_sample(made, others)
    _assign_typings(made, typings, others, cells)
    _assign_items(made, [name for name in others if name not in made.signature])
    _judge_cells(made, cells)
    used = {*made.signature, *made.columns.values(), *made.properties}
    made.unread = [name for name in table.header if name and name not in used]
    return made


def _refuse_unnamed(table: Table) -> None:
    """Raise ParseError if alleles stand under no heading, as behind one that is merged over two columns."""
    for place, name in enumerate(table.header):
        if not name and _holds_typings([row.cells[place] for row in table.rows if row.cells[place]]):
            raise ParseError(
                "alleles stand in a column without a heading, which no profile could name: they would be left out",
                found=next(row.cells[place] for row in table.rows if row.cells[place]),
                where=f"line 1, column {place + 1}",
                expected="a heading over every column",
                advice="Give each column one of its own, as HLA-A 1 and HLA-A 2; split headings that are merged.",
            )


def _table(document: Document) -> tuple[Table, str]:
    if is_workbook(document.head):
        sheets = read_workbook(document.raw)
        return next((each.table for each in sheets if not each.hidden), sheets[0].table), ENCODINGS[0]
    for encoding in ENCODINGS:
        try:
            text = decoded(document.raw, encoding)
        except ParseError:
            continue
        return read_text_table(text, separator_of(first_line(document.head))), encoding
    raise ParseError("this is no text", where="byte 0", expected=f"text in {' or '.join(ENCODINGS)}, or a workbook")


def _nothing_found(what: str, found: str, expected: str) -> ParseError:
    return ParseError(
        f"no column of this table looks like {what}",
        found=found,
        where="line 1",
        expected=expected,
        advice="Write the profile by hand: copy config/profiles/lab_table_two_columns.toml and change it.",
    )


def _holds_typings(cells: list[str]) -> bool:
    return bool(cells) and sum(map(_is_typing, cells)) >= SHARE * len(cells)


def _is_typing(cell: str) -> bool:
    names = [name.strip() for copy in re.split("[,;]", cell) for name in BETWEEN.split(copy) if name.strip()]
    return bool(names) and HLA_NAME.fullmatch("".join(names[0].split())) is not None


def _headed(name: str, item: str) -> bool:
    return any(word in name.lower() for word in HEADINGS[item])


def _assign_sample(made: Proposal, others: list[str]) -> None:
    """The column whose heading holds the best word for a sample."""
    found = list(dict.fromkeys(name for word in HEADINGS["sample"] for name in others if word in name.lower()))
    if not found:
        raise _nothing_found("a sample's name", "", "a column headed sample, specimen or id")
    made.columns["sample"] = found[0]
    if len(found) > 1:
        made.doubts.append(f"the sample's name could also stand in: {', '.join(found[1:])}")


def _assign_items(made: Proposal, others: list[str]) -> None:
    """The columns that are told by their heading alone."""
    for item in SINGLE_ITEMS:
        free = [name for name in others if name not in made.columns.values()]
        if found := next((name for name in free if _headed(name, item)), None):
            made.columns[item] = found
    made.properties = [name for name in others if name not in made.columns.values() and _headed(name, "properties")]


def _assign_typings(made: Proposal, typings: list[str], others: list[str], cells: dict[str, list[str]]) -> None:
    locus = next((name for name in others if _headed(name, "locus") and _names_loci(cells[name])), None)
    string = next((name for name in typings if _headed(name, "glstring") or "^" in "".join(cells[name])), None)
    if string:
        made.columns["glstring"] = string
    elif locus and typings:
        several = any(sign in cell for sign in COPIES for cell in cells[typings[0]])
        made.long = (locus, typings[: 1 if several else COPIES_OF_A_GENE])
    else:
        _assign_loci(made, typings, cells)
    if not (string or made.typings):
        expected = "columns whose cells are HLA names, such as 24:02 or A*24:02"
        raise _nothing_found("a typing", "; ".join(made.doubts), expected)


def _names_loci(cells: list[str]) -> bool:
    return bool(cells) and all(gene_name(cell) in LOCI for cell in cells)


def _assign_loci(made: Proposal, typings: list[str], cells: dict[str, list[str]]) -> None:
    """Each gene with its columns; one that is told by its cells alone, or has too many columns, is doubtful."""
    several = [name for name in cells if SEVERAL_GENES.search(name) and (name in typings or not cells[name])]
    if several and all("DRB" in cell for name in several for cell in cells[name] if _is_typing(cell)):
        made.loci[SEVERAL] = several
    else:
        made.doubts += [f"{name}: it may hold alleles of several genes and does not say of which" for name in several]
    genes = {name: _gene(name, cells[name]) for name in cells if name and name not in several}
    known, forms = {genes.get(name, "") for name in typings}, {_form(name) for name in typings}
    for name, gene in genes.items():
        blank = all(cell.upper() in HEADINGS["no_call"] for cell in cells[name])
        named = _genes_of_heading(name)
        kindred = _form(name) in forms and (blank or gene in known)
        if gene and (name in typings or kindred or (gene in known and not cells[name])):
            made.loci.setdefault(gene, []).append(name)
            if named != [gene]:
                told = " and ".join(named) or "no gene"
                made.doubts.append(f"{name}: its heading names {told}, its cells name {gene}")
        elif named and name in typings:
            made.doubts.append(f"{name}: its heading names {' and '.join(named)}, its cells none of them")
    crowded = [gene for gene, names in made.loci.items() if len(names) > COPIES_OF_A_GENE]
    made.doubts += [f"more than two columns seem to hold {gene}: {', '.join(made.loci.pop(gene))}" for gene in crowded]


def _gene(heading: str, cells: list[str]) -> str:
    """The gene in the heading; where it names none, or several, the one that most cells name."""
    found = _genes_of_heading(heading)
    if len(found) == 1:
        return found[0]
    named = Counter(filter(None, (gene_of(cell.replace(" ", "")) for cell in cells if _is_typing(cell))))
    gene, count = named.most_common(1)[0] if named else ("", 0)
    return gene if gene in (found or LOCI) and count >= SHARE * len(cells) else ""


def _genes_of_heading(heading: str) -> list[str]:
    """The gene behind `HLA`, else the longest: `R_A_1` names two, the R may be a recipient's."""
    behind = BEHIND_HLA.search(heading)
    first = GENE.match(behind[1]) if behind else None
    found = [first[0]] if first else GENE.findall(HEADING_PREFIX.sub(" ", heading))
    longest = max(map(len, found), default=0)
    return list(dict.fromkeys(gene_name(each) for each in found if len(each) == longest))


def _form(heading: str) -> str:
    """The letters of a heading without its gene, in small letters: what the columns of all genes have in common."""
    return re.sub("[^a-z]", "", GENE.sub("", HEADING_PREFIX.sub(" ", heading), count=1).lower())


def _judge_cells(made: Proposal, cells: dict[str, list[str]]) -> None:
    """Whether a cell holds both copies, and which cells are no alleles."""
    stated = [cell for name in made.typings for cell in cells[name]]
    words = list(dict.fromkeys(cell for cell in stated if not _is_typing(cell)))
    made.copies = next((sign for sign in COPIES if any(sign in cell for cell in stated)), "")
    made.blank = [word for word in words if word in HEADINGS["blank"]]
    made.words = [word for word in words if word not in made.blank][:SHOWN_WORDS]
