"""What one sender writes in its own way: codes in OBX-3 for the typing of a locus, words in OBX-5 in place of alleles.

Laboratories that write no LOINC have codes of their own, and the same code means another thing elsewhere. So a profile
is for a sender, by what stands in MSH-3 and MSH-4, and nobody else's messages are read by it.
config/profiles/hl7_local_codes.toml shows every setting with what it means.
"""

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import msgspec

from parsers.er7 import Encoding, Segment
from parsers.errors import ParseError
from parsers.format import Profile, Verified, best_fitting
from parsers.loinc import GENOTYPE, HLA, LOCUS_CODES, is_loinc
from parsers.records import State
from parsers.remembered import SHORT
from parsers.typing_states import Words, in_usual_words

ALLELES = re.compile(r"(?:hla#[^#]*#)?(?:HLA-)?(?:[A-Z][A-Z0-9]{0,4}|Cw)\*[0-9]{2}")
"""How a GL String begins, in a code or not."""


def has_misspelt_code(obx: Segment) -> bool:
    """Whether OBX-3 calls a code LOINC whose check digit is wrong (`57290-1`, `84413-7` of some converters)."""
    return obx.value(3, 3) in ("LN", "LOINC") and not is_loinc(obx.value(3))


class Sender(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose messages a profile is for: the application in MSH-3, the facility in MSH-4; empty for any."""

    application: str = ""
    facility: str = ""

    def sent(self, header: Segment) -> bool:
        """Whether a message with this MSH is theirs."""
        return self.application in ("", header.value(3)) and self.facility in ("", header.value(4))

    @property
    def named(self) -> int:
        """How many of the two are named."""
        return bool(self.application) + bool(self.facility)


class LocusCodes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The codes of one locus: each of `codes` holds the whole typing, the two of `copies` one copy each."""

    name: str
    codes: tuple[str, ...] = ()
    copies: tuple[str, str] | None = None


class OwnWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words of one sender that stand in for an allele, beside those of the WMDA; by what they mean."""

    absent: tuple[str, ...] = ()
    not_tested: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    novel: tuple[str, ...] = ()

    def counted(self) -> Counter[str]:
        """Each word, in capitals and without blanks, with how often it is named."""
        return Counter(_compact(word) for meaning in self.__struct_fields__ for word in getattr(self, meaning))


@lru_cache(maxsize=64)
def _states(words: OwnWords) -> dict[str, State]:
    """Each word, in capitals and without blanks, with the state it stands for."""
    return Words(*msgspec.structs.astuple(words)).states()


def _compact(word: str) -> str:
    return "".join(word.split()).upper()


class Observed(NamedTuple):
    """What an OBX names: its code, the code's system, and the locus.

    The locus is empty where a companion names it, None where the OBX is no typing at all. A misspelt code is called
    LOINC and has a wrong check digit.
    """

    code: str
    system: str
    locus: str | None
    misspelt: bool


class Coding(msgspec.Struct, frozen=True, eq=False, forbid_unknown_fields=True):
    """The codes of one sender beside those of LOINC; `system` is what OBX-3.3 must say of them, empty for anything.

    There is one for each profile, known by itself (`eq=False`) and not by what is in it.
    """

    format: str = "hl7_oru"
    title: str = ""
    verified: Verified = "invented samples"
    name: str = ""
    sender: Sender = Sender()
    system: str = ""
    locus: tuple[LocusCodes, ...] = ()
    words: OwnWords = OwnWords()

    def locus_of(self, obx: Segment) -> str | None:
        """The locus that OBX-3 names by itself, as in `Observed`."""
        for place in (1, 4):
            code = obx.value(3, place)
            if code in LOCUS_CODES or code == GENOTYPE:
                return HLA[code].locus
            own = self._own(code)
            if own and self.system in ("", obx.value(3, place + 2)):
                return own
        return None

    def observed(self, obx: Segment) -> Observed:
        """What an OBX names; messages name the same things over and over."""
        identifier = obx.field(3)
        found = _remembered(self, obx.encoding, identifier) if len(identifier) <= SHORT else _observed(self, obx)
        unnamed = found.misspelt and found.locus is None and ALLELES.match(obx.field(5))
        return found._replace(locus="") if unnamed else found

    def in_usual_words(self, expression: str) -> str:
        """A value with each of the sender's own words, where it stands for a copy, as the WMDA writes it."""
        words = _states(self.words)
        return in_usual_words(expression, words) if words else expression

    def _own(self, code: str) -> str | None:
        found = (each.name for each in self.locus if code in (*each.codes, *(each.copies or ())))
        return next(found, None) if code else None


LOINC_ALONE = Coding()


@lru_cache(maxsize=4096)
def _remembered(coding: Coding, encoding: Encoding, identifier: str) -> Observed:
    return _observed(coding, Segment(encoding.field.join(("OBX", "", "", identifier)), "", 0, encoding))


def _observed(coding: Coding, obx: Segment) -> Observed:
    return Observed(obx.value(3), obx.value(3, 3), coding.locus_of(obx), has_misspelt_code(obx))


def codings_of(profiles: Iterable[Profile]) -> tuple[Coding, ...]:
    """The codings in these profiles. Raises ParseError naming the profile and the setting."""
    return tuple(map(coding_of, profiles))


def coding_of(profile: Profile) -> Coding:
    """The coding in a profile. Raises ParseError naming the profile and the setting."""
    try:
        coding = msgspec.convert({**profile.settings, "name": profile.name}, Coding)
    except msgspec.ValidationError as error:
        raise _unusable(profile, str(error)) from error
    codes = [code for each in coding.locus for code in (*each.codes, *(each.copies or ()))]
    if not coding.sender.named:
        raise _unusable(profile, "it names no sender, and codes of one laboratory mean other things elsewhere")
    words = coding.words.counted()
    if len(set(codes)) < len(codes) or words.total() > len(words):
        raise _unusable(profile, "it names one code or one word twice")
    if not codes and not words:
        raise _unusable(profile, "it names no code and no word")
    return coding


def coding_for(header: Segment, codings: Iterable[Coding]) -> Coding:
    """The coding for a message with this MSH, the one that names most of its sender; else that of LOINC alone."""
    fitting = (each for each in codings if each.sender.sent(header))
    return best_fitting(fitting, lambda each: each.sender.named, _both) or LOINC_ALONE


def _both(one: Coding, other: Coding) -> ParseError:
    return ParseError(
        f"the profiles {one.name} and {other.name} are both for this sender",
        where="MSH-3 and MSH-4",
        expected="one profile for a sender",
        advice="Name both the application and the facility in the right one.",
    )


def _unusable(profile: Profile, reason: str) -> ParseError:
    return ParseError(
        f"the profile cannot be used: {reason}",
        where=f"profile {profile.name}",
        expected="the settings shown in config/profiles/hl7_local_codes.toml",
    )
