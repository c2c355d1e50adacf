"""Random histories of a site: what invented laboratories send about three invented people, and what persons decide.

Few people, ids, days and alleles, so that nearly every report meets another: a version, a part, another test of the
same donor, or the same report under another name.
"""

from typing import NamedTuple

from hypothesis import strategies as st

PEOPLE = ("9999TEST00000000118", "9999TEST00000000216", "P-1")
GENOTYPES = {
    "A": ("A*01:01:01:01+A*02:01:01:01", "A*01:01:01:01+A*03:01:01:01", "A*01:01+A*02:01", "A*11:01:01:01+A*24:09N"),
    "B": ("B*07:02:01:01+B*08:01:01:01", "B*07:02+B*08:01"),
}
LOINC = {"A": "57290-9^HLA-A^LN", "B": "57291-7^HLA-B^LN"}
HEAD = "MSH|^~\\&|TYPELAB LIS|INVENTED LAB|REGISTRY|HUB|20261120101500||ORU^R01^ORU_R01|M1|P|2.5.1||||||UNICODE UTF-8"


class Sent(NamedTuple):
    """A file from a laboratory; one that is read as another format than it is in ends in quarantine."""

    source: str
    name: str
    text: str
    read_as: str = ""


class Repeated(NamedTuple):
    """The bytes of an earlier file once more."""

    which: int


class PutBack(NamedTuple):
    """What lies in quarantine is read again."""


class Decided(NamedTuple):
    """What a receipt says of these loci is held right."""

    which: int
    loci: tuple[str, ...]


class Renormalised(NamedTuple):
    """The store is read under another nomenclature release."""

    release: str


Event = Sent | Repeated | PutBack | Decided | Renormalised

stated = {gene: st.sampled_from(genotypes) for gene, genotypes in GENOTYPES.items()}
genotypes = st.fixed_dictionaries({}, optional=stated).filter(bool)
sources = st.sampled_from(("lab-a", "lab-a", "lab-b"))


@st.composite
def hml(draw: st.DrawFn) -> tuple[str, str]:
    """One message of one or two samples, under an id that others have, too."""
    samples = ""
    for _ in range(draw(st.integers(1, 2))):
        day = draw(st.sampled_from(("", " date='2026-11-20'", " date='2026-11-21'")))
        typings = "".join(
            f"<typing{day}><allele-assignment><glstring>{said}</glstring></allele-assignment></typing>"
            for said in draw(genotypes).values()
        )
        samples += f"<sample id='{draw(st.sampled_from(PEOPLE))}'>{typings}</sample>"
    named = draw(st.sampled_from(("", "<hmlid root='1'/>", "<hmlid root='1'/>", "<hmlid root='2'/>")))
    return "donor.hml", f"<hml version='1.0.1'>{named}{samples}</hml>"


@st.composite
def message(draw: st.DrawFn) -> str:
    """An HL7 message about a person or, as the parts of a report may be, about nobody."""
    who = draw(st.sampled_from((*PEOPLE, "", "")))
    segments = [HEAD]
    if who:
        segments.append(f"PID|1||{who}^^^{'GRID^DR' if who.startswith('9999') else 'LAB^PI'}||INVENTED^PERSON")
    order, day, status = (draw(st.sampled_from(some)) for some in (("F-1", "F-1", "F-2"), ("", "20261118"), "FFPCX"))
    segments.append(f"OBR|1||{order}|51969-4^HLA typing^LN|||{day}|||||||||||||||20261120|||{status}")
    for gene, said in draw(genotypes).items():
        status = draw(st.sampled_from("FFFPCDX"))
        segments.append(f"OBX||ST|{LOINC[gene]}|1|{said}||||||{status}")
    if draw(st.booleans()):
        segments.append("SPM|1|F-1&LAB||U^Unknown^HL70353")
    return "\r".join((*segments, ""))


@st.composite
def hl7(draw: st.DrawFn) -> tuple[str, str]:
    """One message, or a batch of two."""
    messages = draw(st.lists(message(), min_size=1, max_size=2))
    ends = ("FHS|^~\\&\rBHS|^~\\&\r", f"BTS|{len(messages)}\rFTS|1\r") if len(messages) > 1 else ("", "")
    return "report.hl7", "".join(messages).join(ends)


@st.composite
def table(draw: st.DrawFn) -> tuple[str, str]:
    """Rows of a table that says of no report which it is."""
    rows = [
        f"{draw(st.sampled_from(PEOPLE))},{'^'.join(draw(genotypes).values())}" for _ in range(draw(st.integers(1, 2)))
    ]
    return "donors.csv", "\n".join(("id,glstring", *rows, ""))


@st.composite
def listing(draw: st.DrawFn) -> tuple[str, str]:
    """A registry's list, which gives a donor's typing or takes the donor back."""
    donor = draw(st.sampled_from(PEOPLE[:2]))
    fields = draw(st.none() | st.sampled_from(GENOTYPES["A"]))
    first, second = (each.split("*")[1] for each in fields.split("+")) if fields else ("", "")
    hla = f'{{"A": {{"dna": {{"field1": "{first}", "field2": "{second}"}}}}}}' if fields else "null"
    what = f'"recordId": "{donor}", "changeType": "{"UPSERT" if fields else "DELETE"}", "hla": {hla}'
    return "donors.json", f'{{"updateMode": "DIFFERENTIAL", "donors": [{{{what}, "donorType": "Adult"}}]}}'


reports = st.one_of(hml(), hl7(), hl7(), table(), listing())
sent = st.builds(lambda source, report: Sent(source, *report), sources, reports)
misread = st.builds(lambda source, report: Sent(source, *report, read_as="score6"), sources, hml() | hl7())
decided = st.builds(Decided, st.integers(0, 9), st.sampled_from(((), ("A",))))
events = st.one_of(
    sent,
    sent,
    sent,
    sent,
    misread,
    decided,
    st.builds(Repeated, st.integers(0, 9)),
    st.builds(PutBack),
    st.builds(Renormalised, st.sampled_from(("0.1.0", "0.2.0"))),
)
histories = st.lists(events, min_size=4, max_size=14)
