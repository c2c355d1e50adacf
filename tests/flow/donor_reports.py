"""Reports about one invented donor as they arrive at a site, and what becomes of the donor then."""

from pipeline.site import Site
from pipeline.store import queries

DONOR = "9999TEST00000000118"
FIRST, OTHER, FINER = "A*01:01\tA*02:01", "A*01:01\tA*03:01", "A*01:01:01:01\tA*02:01:01:01"
SILENT = "A*01:01:02\tA*02:01:01:01"


def arrive(site: Site, source: str, alleles: str, donor: str = DONOR) -> str:
    """A report with these two alleles of HLA-A and always the same of HLA-B and HLA-C; its receipt."""
    head = "\tA1\tA2\tB1\tB2\tC1\tC2\tReads\tObjective\n"
    row = f"0\t{alleles}\tB*07:02\tB*08:01\tC*07:01\tC*07:02\t1000\t980.5\n"
    site.spool.append_messages(source, [(f"{donor}_result.tsv", (head + row).encode())])
    return str(list(queries.dump(site.ready_store(), "receipts"))[-1]["receipt"])


def fed(site: Site) -> dict[str, str]:
    rows = site.ready_store().rows("select locus, glstring from feed_typing where donor = ?", [DONOR])
    return {row["locus"]: row["glstring"] for row in rows}


def waiting(site: Site) -> list[tuple[str, str]]:
    return [(row["receipt"], row["state"]) for row in queries.quarantine(site.ready_store())]


def table(site: Site, source: str, *rows: str) -> str:
    """A table of typings of HLA-A, a row for each donor; its receipt."""
    text = "\n".join(("id,glstring", *rows, ""))
    site.spool.append_messages(source, [("donors.csv", text.encode())])
    return str(list(queries.dump(site.ready_store(), "receipts"))[-1]["receipt"])


def hml(site: Site, alleles: str, heading: str = "", donor: str = DONOR, hmlid: str = "", project: str = "") -> str:
    """A report of HLA-A by one laboratory, which says of itself what stands in the heading; its receipt."""
    typing = f"<typing{heading}><allele-assignment><glstring>{alleles}</glstring></allele-assignment></typing>"
    named = f"<hmlid root='{hmlid}'/>" if hmlid else ""
    message = f"<hml version='1.0.1' project-name='{project}'>{named}<sample id='{donor}'>{typing}</sample></hml>"
    site.spool.append_messages("lab-a", [("donor.hml", message.encode())])
    return str(list(queries.dump(site.ready_store(), "receipts"))[-1]["receipt"])


LOINC = {"A": "57290-9^HLA-A^LN", "B": "57291-7^HLA-B^LN"}


def oru(site: Site, donor: str, **loci: str) -> str:
    """A message about one order for a typing, which holds some loci of it; its receipt."""
    head = "MSH|^~\\&|TYPELAB LIS|INVENTED LAB|REGISTRY|HUB|20261120101500||ORU^R01^ORU_R01|M1|P|2.5.1"
    results = [f"OBX||ST|{LOINC[locus]}|1|{said}||||||F" for locus, said in loci.items()]
    segments = (
        head,
        f"PID|1||{donor}^^^GRID^DR",
        "OBR|1||F-1|51969-4^HLA typing^LN|||20261118",
        *results,
        "SPM|1|F-1&LAB||BLD",
    )
    site.spool.append_messages("lab-a", [("report.hl7", "\r".join((*segments, "")).encode())])
    return str(list(queries.dump(site.ready_store(), "receipts"))[-1]["receipt"])
