"""ORU^R01 of an invented laboratory system, and what is read in them."""

from parsers.format import Document
from parsers.formats.hl7_oru import FORMAT

HEADER = r"MSH|^~\&|LIS|LAB|||20261120||ORU^R01|1|P|2.5.1"


def read(*segments, header=HEADER, end="\r"):
    return FORMAT.parse(Document((end.join([header, *segments]) + end).encode()))


def loci(*obx):
    report = read("OBR|1||F1|51969-4^HLA^LN", *obx).reports[0]
    return [(each.locus, each.state, each.expression) for each in report.loci]


def codes(*obx):
    return [each.code for each in read("OBR|1||F1", *obx).reports[0].findings]
