"""T1K: what is no HLA gene is kept as printed, whatever it is called. The table is invented."""

from parsers.format import Document
from parsers.formats.t1k import parse
from parsers.records import Printed

HLA = "HLA-A\t2\tHLA-A*01:01:01\t42.9\t15\tHLA-A*03:01:01\t42.0\t14\n"
OTHERS = "TAP1\t1\tTAP1*01:01\t1.0\t2\t.\t0\t-1\n\t1\tX\t1.0\t2\t.\t0\t-1\n"


def test_rows_of_other_genes_and_of_none_are_kept_as_printed() -> None:
    (report,) = parse(Document((HLA + OTHERS).encode(), "S1_genotype.tsv")).reports
    assert [each.locus for each in report.loci] == ["A"]
    assert report.properties == (
        Printed("TAP1", "1 TAP1*01:01 1.0 2 . 0 -1", "line 2"),
        Printed("", "1 X 1.0 2 . 0 -1", "line 3"),
    )
