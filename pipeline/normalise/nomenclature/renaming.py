"""What an allele is called under another release: the accession number is the identity, the name is not.

A name may be lengthened when its silent variants are told apart, take another letter when its expression is measured,
or pass to another allele. Its accession number (HLA00001) stays. Only the name of one allele has one: a shorter name,
a group or a code is judged by the new release as it stands.
"""

from pipeline.normalise.nomenclature.release import Release


def renamed(name: str, before: Release, after: Release) -> str | None:
    """The name under `after` of the allele that `name` is under `before`; the name itself if nothing is known of it.

    None if the allele has no name any more and another has taken over its old one.
    """
    accession = before.accession(name)
    held = after.accession(name)
    if accession is None or accession == held:
        return name
    return after.name_of(accession, name) or (None if held else name)


def called_by_lists(name: str, stated: str, after: Release) -> str | None:
    """The same by the allele lists at hand, of a release that is not installed.

    A list says what a name meant, and not what beside it began so: a name that holds its allele today is left alone.
    """
    called = after.is_called(name, stated)
    held = after.expand(name)
    if called is None or called in held:
        return name
    return called or (None if held else name)
