"""One call from a report as printed to the same report in registry language."""

from parsers.records import CollectionReport, ObservationReport, Report
from pipeline.normalise.collection import normalise_collection
from pipeline.normalise.nomenclature.release import Release
from pipeline.normalise.observations import normalise_observations
from pipeline.normalise.records import NormalReport
from pipeline.normalise.typing import Releases, TypingNormaliser


class Normaliser:
    """Normalises reports of every kind under one nomenclature release, or none.

    `others` opens the releases that reports say they were made under.
    """

    def __init__(self, release: Release | None, others: Releases = lambda _: None) -> None:
        self.release = release
        self.typings = TypingNormaliser(release, others)

    def normalise(self, report: Report) -> NormalReport:
        """The report in registry language; every doubt is a flag in it, none is an exception."""
        if isinstance(report, CollectionReport):
            return normalise_collection(report)
        if isinstance(report, ObservationReport):
            return normalise_observations(report)
        return self.typings.normalise(report)
