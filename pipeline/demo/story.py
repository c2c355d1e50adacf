"""What the demo tells at its end, in words that a person understands. Reads the store; prints nothing."""

from collections.abc import Iterator
from typing import Any

import msgspec

from pipeline.feed.patient import read_patient
from pipeline.feed.search import read_donors, read_rule, search
from pipeline.normalise import yields
from pipeline.reading import typing_of
from pipeline.site import Site
from pipeline.store import queries

CD34 = "74838-4"
RECIPIENT_KG = 80.0
PATIENT = (
    "HLA-A*02:01+HLA-A*24:02^HLA-B*44:02+HLA-B*35:01^HLA-C*05:01+HLA-C*04:01"
    "^HLA-DRB1*04:01+HLA-DRB1*01:01^HLA-DQB1*03:01+HLA-DQB1*05:01"
)
"""An invented patient: donor 2 is the match, but only by the corrected report of B."""
RULE = "6/10"

Section = tuple[str, list[str]]


def story(site: Site, incidents: list[str]) -> Iterator[Section]:
    """Title and lines of every section; `incidents` is what the instruments have to say."""
    yield "What happened on the way", sorted(incidents)
    yield "What became of everything that arrived", list(ledger(site))
    yield "One typing: raw -> parsed -> normalised -> HL7", list(one_typing(site))
    yield "One collection's yield", list(one_yield(site))
    yield "A search of the feed with an invented patient", list(one_search(site))


def ledger(site: Site) -> Iterator[str]:
    """Per instrument: received, loaded, duplicates, quarantined with the reasons."""
    yield f"{'instrument':<20}{'received':>9}{'loaded':>8}{'duplicates':>12}{'quarantined':>13}"
    for row in queries.summary(site.store):
        counts = f"{row['received']:>9}{row['loaded']:>8}{row['duplicates']:>12}{row['quarantined']:>13}"
        yield f"{row['source']:<20}{counts}"
        for reason, times in row["reasons"].items():
            yield f"    {times} x {reason}"
    for row in queries.dump(site.store, "receipts"):
        if row["state"] == "superseded":
            yield f"    {row['receipt']} ({row['name']}) was corrected by a later export; both versions are kept"


def one_typing(site: Site) -> Iterator[str]:
    """Locus A of the first typing, in its four forms."""
    report = first(site, "reports", kind="typing", format="hml")
    shown = queries.show(site.store, report["receipt"]) or {}
    raw = site.spool.payload(shown["seq"]).decode("utf-8")
    yield f"receipt     {shown['receipt']}  {shown['name']}  {shown['bytes']} bytes  sha-256 {shown['sha256'][:16]}..."
    yield "raw         " + next(line.strip() for line in raw.splitlines() if "<glstring>" in line)
    yield "parsed      " + compact(report["printed"]["loci"][0])
    yield "normalised  " + compact(report["normalised"]["loci"][0])
    message = shown["reports"][0]["message"]
    yield "HL7         " + next(line for line in message.split("\r") if line.startswith("OBX") and "hla#" in line)


def one_yield(site: Site) -> Iterator[str]:
    """Dose and efficiency of the collection, from what three instruments reported, with the formulas."""
    run = first(site, "procedures")
    finals = {final["code"]: final for final in run["finals"]}
    count = first(site, "observations", specimen=run["sample"], code=CD34)
    before = first(site, "observations", subject=run["subject"], code=CD34, format="hl7_oru")["number"]
    volume, blood = number(finals["PRODUCT_VOL_DEVICE_ML"]), number(finals["WB_PROCESSED_ML"])
    total = yields.total_cd34(count["number"], volume)
    yield f"run {run['sample']} on {run['device']} {run['device_serial']}, {run['started']} to {run['ended']}"
    yield f"product {volume:g} mL (device), CD34 {count['number']:g}/uL (analyser)"
    yield f"whole blood processed {blood:g} mL (device), CD34 in the donor's blood before {before:g}/uL (laboratory)"
    yield f"total CD34 = {count['number']:g} x {volume:g} / 1000 = {total:.0f} x 10^6"
    dose = yields.dose_per_kg(total, RECIPIENT_KG)
    yield f"dose = {total:.0f} / {RECIPIENT_KG:g} kg = {dose:.2f} x 10^6/kg of the recipient"
    efficiency = yields.collection_efficiency_2(total, blood / 1000, before)
    yield f"CE2 = {total:.0f} x 100 / ({blood / 1000:.2f} L x {before:g}/uL) = {efficiency:.0f} %"


def one_search(site: Site) -> Iterator[str]:
    """The first donors for the invented patient."""
    yield f"patient     {PATIENT}"
    patient = read_patient(typing_of(PATIENT, site.working_bench), read_rule(RULE)[1])
    found = search(read_donors(site.store), patient.loci, site.working_release, RULE, limit=3)
    for donor in found.donors:
        loci = "  ".join(f"{locus} {found['least']}-{found['most']}" for locus, found in donor["loci"].items())
        yield f"{donor['donor']}  {donor['matched']}/10 matched (least {donor['least']}, most {donor['most']})  {loci}"


def first(site: Site, what: queries.Dump, **having: str) -> dict[str, Any]:
    """The first row of a dump that has these values."""
    rows = queries.dump(site.store, what)
    return next(row for row in rows if all(row[key] == value for key, value in having.items()))


def number(final: dict[str, Any]) -> float:
    """The value of a final as a number."""
    return float(final["value"])


def compact(record: dict[str, Any]) -> str:
    """A record on one line, without what is empty."""
    return msgspec.json.encode({key: value for key, value in record.items() if value}).decode()
