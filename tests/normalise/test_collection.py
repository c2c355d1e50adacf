"""Runs of a cell separator: volumes keep their basis, and a run that contradicts itself says so."""

from typing import Any

import pytest

from parsers.errors import ParseError
from parsers.records import Alarm, CollectionReport, Finding, Printed, Quantity, Reading
from pipeline.normalise.collection import refuse_impossible
from pipeline.normalise.normaliser import Normaliser
from pipeline.normalise.records import NormalCollection
from pipeline.normalise.yields import (
    anticoagulant_from_inlet,
    blood_volume_lemmens,
    blood_volume_nadler,
    collection_efficiency_1,
    collection_efficiency_2,
    dose_per_kg,
    total_cd34,
    whole_blood_from_inlet,
    whole_blood_needed,
)

FINALS = {
    "WB_PROCESSED_ML": ("11110", "mL"),
    "INLET_VOL_ML": ("12120", "mL"),
    "AC_USED_ML": ("1010", "mL"),
    "INLET_AC_RATIO": ("12.0", ":1"),
    "TBV_MULTIPLES": ("2.1", "x"),
    "PRODUCT_VOL_DEVICE_ML": ("302", "mL"),
}


def run(finals: dict[str, tuple[str, str]], **fields: Any) -> NormalCollection:
    quantities = tuple(
        Quantity(item=item, label=item, value=value, unit=unit) for item, (value, unit) in finals.items()
    )
    fields = {"started": "2026-11-20 08:41", **fields}
    report = CollectionReport(format="separator_log", sample="A999924000123", finals=quantities, **fields)
    found = Normaliser(None).normalise(report)
    assert isinstance(found, NormalCollection)
    return found


def test_a_sound_run_has_no_flags() -> None:
    found = run(FINALS, started="2026-11-20 08:41", ended="2026-11-20 12:26", device="GRAFTSEP 1", procedure="CMNC")
    assert found.flags == ()
    assert not any(each.flags for each in found.finals)
    assert {each.code: (each.number, each.unit, each.volume_basis) for each in found.finals} == {
        "WB_PROCESSED_ML": (11110, "mL", "whole_blood"),
        "INLET_VOL_ML": (12120, "mL", "inlet"),
        "AC_USED_ML": (1010, "mL", None),
        "INLET_AC_RATIO": (12, "{ratio}", None),
        "TBV_MULTIPLES": (2.1, "{TBV}", None),
        "PRODUCT_VOL_DEVICE_ML": (302, "mL", None),
    }
    assert (found.started, found.ended) == ("2026-11-20T08:41:00", "2026-11-20T12:26:00")
    assert (found.sample.scheme, found.device, found.procedure) == ("DIN", "GRAFTSEP 1", "CMNC")


CONTRADICTIONS = [
    ({"INLET_VOL_ML": ("12600", "mL")}, ["volumes_differ"]),
    ({"INLET_VOL_ML": ("12480", "mL")}, []),
    ({"WB_PROCESSED_ML": ("12120", "mL")}, ["volumes_differ"]),
    ({"INLET_AC_RATIO": ("10.0", ":1")}, ["anticoagulant_differs"]),
    ({"INLET_AC_RATIO": ("11.5", ":1")}, []),
    ({"AC_USED_ML": ("2", "L")}, []),
]


@pytest.mark.parametrize(("changes", "codes"), CONTRADICTIONS)
def test_values_are_held_against_each_other(changes: dict[str, tuple[str, str]], codes: list[str]) -> None:
    assert [flag.code for flag in run({**FINALS, **changes}).flags] == codes


def ml(**finals: str) -> dict[str, tuple[str, str]]:
    units = {"INLET_AC_RATIO": ":1", "PRODUCT_NET_WEIGHT_G": "g", "RUN_TIME_MIN": "min"}
    return {item: (value, units.get(item, "mL")) for item, value in finals.items()}


ALONE = [
    (ml(INLET_VOL_ML="12120", WB_PROCESSED_ML="11110", INLET_AC_RATIO="12"), []),
    (ml(INLET_VOL_ML="12120", WB_PROCESSED_ML="12120", INLET_AC_RATIO="12"), ["volumes_differ"]),
    (ml(INLET_VOL_ML="12120", WB_PROCESSED_ML="11110"), []),
    (ml(INLET_VOL_ML="12120", WB_PROCESSED_ML="12120"), ["volumes_differ"]),
    (ml(INLET_VOL_ML="12120", AC_USED_ML="1160", AC_PRIME_ML="150", INLET_AC_RATIO="12"), []),
    (ml(INLET_VOL_ML="12120", AC_USED_ML="1160", INLET_AC_RATIO="12"), ["anticoagulant_differs"]),
    (ml(AC_USED_ML="1010", AC_TO_PRODUCT_ML="38", AC_TO_PLASMA_ML="12", AC_TO_DONOR_ML="960"), []),
    (ml(AC_USED_ML="1010", AC_TO_PRODUCT_ML="38", AC_TO_DONOR_ML="96"), ["anticoagulant_differs"]),
    (ml(AC_USED_ML="1010", AC_TO_PRODUCT_ML="38"), []),
    (ml(AC_USED_ML="101", AC_TO_PRODUCT_ML="380"), ["anticoagulant_differs"]),
    (ml(AC_USED_ML="1160", AC_PRIME_ML="150", AC_TO_PRODUCT_ML="50", AC_TO_DONOR_ML="960"), []),
    (ml(PRODUCT_VOL_DEVICE_ML="302", PRODUCT_VOL_LAB_ML="290"), []),
    (ml(PRODUCT_VOL_DEVICE_ML="302", PRODUCT_VOL_LAB_ML="280"), ["product_volumes_differ"]),
    (ml(PRODUCT_VOL_DEVICE_ML="302", PRODUCT_NET_WEIGHT_G="317.1"), []),
    (ml(PRODUCT_VOL_DEVICE_ML="302", PRODUCT_NET_WEIGHT_G="212"), ["product_volumes_differ"]),
]


@pytest.mark.parametrize(("finals", "codes"), ALONE)
def test_whatever_a_run_states_of_a_balance_is_held_against_the_rest(
    finals: dict[str, tuple[str, str]], codes: list[str]
) -> None:
    assert [flag.code for flag in run(finals).flags] == codes


def test_a_product_volume_that_is_far_off_is_an_error() -> None:
    """The dose is computed from it."""
    severities = [
        run(ml(PRODUCT_VOL_DEVICE_ML="302", PRODUCT_VOL_LAB_ML=lab)).flags[0].severity for lab in ("280", "200")
    ]
    assert severities == ["warning", "error"]


@pytest.mark.parametrize(("minutes", "codes"), [("202", []), ("203", []), ("300", ["run_time_differs"])])
def test_a_run_takes_no_longer_than_from_its_start_to_its_end(minutes: str, codes: list[str]) -> None:
    found = run(ml(RUN_TIME_MIN=minutes), started="2026-11-20 08:41", ended="2026-11-20 12:03")
    assert [flag.code for flag in found.flags] == codes


def test_a_run_does_not_end_before_it_starts() -> None:
    found = run(FINALS, started="2026-11-20 12:26", ended="2026-11-20 08:41")
    assert [(flag.code, flag.severity) for flag in found.flags] == [("ends_before_start", "error")]


@pytest.mark.parametrize(("ended", "codes"), [("2026-11-20", []), ("2026-11-19", ["ends_before_start"])])
def test_of_a_day_without_a_time_only_the_day_is_compared(ended: str, codes: list[str]) -> None:
    found = run(FINALS, started="2026-11-20 12:26", ended=ended)
    assert [flag.code for flag in found.flags] == codes


@pytest.mark.parametrize(("ended", "codes"), [("2026-11-20 08:26", []), ("2026-11-19 23:59", ["ends_before_start"])])
def test_of_a_start_with_a_zone_and_an_end_without_one_only_the_days_are_compared(ended: str, codes: list[str]) -> None:
    found = run(FINALS, started="2026-11-20 08:41+0100", ended=ended)
    assert [flag.code for flag in found.flags] == codes


VALUES = [
    ("PRODUCT_VOL_DEVICE_ML", "302", "mL", []),
    ("PRODUCT_VOL_DEVICE_ML", "460", "mL", [("out_of_range", "warning")]),
    ("PRODUCT_VOL_DEVICE_ML", "4600", "mL", [("out_of_range", "error")]),
    ("PRODUCT_VOL_DEVICE_ML", "0.3", "L", [("unit_differs", "error")]),
    ("PRODUCT_VOL_DEVICE_ML", "302", "gills", [("unknown_unit", "warning")]),
    ("MYSTERY", "1", "mL", [("unknown_code", "info")]),
    ("AC_USED_ML", "1010", "", [("no_unit", "warning")]),
    ("AC_USED_ML", "see printout", "mL", [("unreadable_number", "warning")]),
    ("TBV_METHOD", "Nadler", "", []),
    ("PACKING_FACTOR", "4.5", "", []),
    ("TBV_MULTIPLES", "2.1", "", []),
    ("INLET_AC_RATIO", "1:12", "", [("inverse_ratio", "warning")]),
]


@pytest.mark.parametrize(("value", "unit"), [("12", ":1"), ("12.0", ""), ("12:1", ""), ("12.0 : 1", "")])
def test_a_ratio_in_all_its_forms(value: str, unit: str) -> None:
    (found,) = run({"INLET_AC_RATIO": (value, unit)}).finals
    assert (found.value, found.number, found.unit, found.flags) == (value, 12, "{ratio}", ())


def test_a_layout_that_declares_its_decimals_is_read_by_them_and_kept_as_printed() -> None:
    printed = {"INLET_VOL_ML": "12.120", "PRODUCT_VOL_DEVICE_ML": "303,0", "INLET_AC_RATIO": "12,0:1", "TBV_L": "5.3"}
    values = tuple(Quantity(item=item, label=item, value=text, unit="", decimal=",") for item, text in printed.items())
    found = Normaliser(None).normalise(
        CollectionReport(
            format="separator_log", sample="INV-1", finals=values, readings=(Reading(time="09:00", values=values[:1]),)
        )
    )
    assert isinstance(found, NormalCollection)
    assert [(each.value, each.number) for each in (*found.finals, *found.readings)] == [
        ("12.120", 12120),
        ("303,0", 303),
        ("12,0:1", 12),
        ("5.3", None),
        ("12.120", 12120),
    ]
    assert [flag.code for flag in found.finals[3].flags] == ["unreadable_number", "no_unit"]


def test_a_label_that_the_profile_does_not_map_is_told() -> None:
    found = run(FINALS, unmapped=(Printed("WHOLE BL00D PROCESSED", "11110;mL", "line 3"),))
    assert [(flag.code, flag.token, flag.severity) for flag in found.flags] == [
        ("unmapped_label", "WHOLE BL00D PROCESSED", "info")
    ]


@pytest.mark.parametrize(("item", "value", "unit", "flags"), VALUES)
def test_a_value_and_its_doubts(item: str, value: str, unit: str, flags: list[tuple[str, str]]) -> None:
    (found,) = run({item: (value, unit)}).finals
    assert [(flag.code, flag.severity) for flag in found.flags] == flags
    assert found.value == value


def test_readings_count_on_from_the_start_past_midnight() -> None:
    flow = (Quantity(item="INLET_FLOW_ML_MIN", label="INLET FLOW", value="60.0", unit="mL/min"),)
    readings = tuple(Reading(time=clock, values=flow) for clock in ("23:50", "00:10", "00:30"))
    found = run(
        {}, started="2026-11-20 23:41", readings=readings, alarms=(Alarm(time="00:12", code="A-17", text="low"),)
    )
    assert [each.time for each in found.readings] == [
        "2026-11-20T23:50:00",
        "2026-11-21T00:10:00",
        "2026-11-21T00:30:00",
    ]
    assert found.alarms == ("00:12 A-17 low",)


def test_what_a_run_states_again_and_otherwise_is_under_no_unknown_label() -> None:
    doubt = Finding("contradiction", "two values", "line 9", "PRODUCT_VOL_DEVICE_ML")
    found = run(FINALS, findings=(doubt,), differing=(Printed("COLLECT BAG", "202 mL", "line 9"),))
    assert [flag.code for flag in found.flags] == ["contradiction"]


def test_a_contradicted_final_carries_the_doubt_itself() -> None:
    doubt = Finding("contradiction", "two values", "line 9", "PRODUCT_VOL_DEVICE_ML")
    found = run(FINALS, findings=(doubt,))
    assert [flag.code for flag in found.flags] == ["contradiction"]
    assert {each.code for each in found.finals if each.flags} == {"PRODUCT_VOL_DEVICE_ML"}


IMPOSSIBLE = [
    (
        {"PRODUCT_VOL_DEVICE_ML": ("3020", "mL")},
        "PRODUCT_VOL_DEVICE_ML 3020 mL",
        "PRODUCT_VOL_DEVICE_ML from 5 to 1000 mL",
    ),
    ({"PRODUCT_VOL_DEVICE_ML": ("-302", "mL")}, "PRODUCT_VOL_DEVICE_ML -302 mL", "from 5 to 1000 mL"),
    (
        {"PRODUCT_VOL_DEVICE_ML": ("3030", "")},
        "PRODUCT_VOL_DEVICE_ML 3030 without a unit",
        "PRODUCT_VOL_DEVICE_ML from 5 to 1000 mL",
    ),
    ({"COLLECT_VOL_ML": ("-1", "mL")}, "COLLECT_VOL_ML -1 mL", "from 0 to 1000 mL"),
    ({"WB_PROCESSED_ML": ("600000", "mL")}, "WB_PROCESSED_ML 600000 mL", "from 100 to 50000 mL"),
    ({"TBV_MULTIPLES": ("21", "x")}, "TBV_MULTIPLES 21 {TBV}", "from 0.2 to 10 {TBV}"),
]


@pytest.mark.parametrize(("changes", "found", "expected"), IMPOSSIBLE)
def test_a_run_that_states_the_impossible_is_refused(
    changes: dict[str, tuple[str, str]], found: str, expected: str
) -> None:
    with pytest.raises(ParseError) as refusal:
        refuse_impossible(run({**FINALS, **changes}, started="2026-11-20 08:41"))
    assert (refusal.value.found, refusal.value.where) == (found, "the run that began 2026-11-20T08:41:00")
    assert expected in refusal.value.expected
    assert "ranges.toml" in refusal.value.advice
    assert found not in str(refusal.value)


LENGTHS = [
    ("12:26", []), ("10:10", [("out_of_range", "warning")]), ("14:12", [("out_of_range", "warning")]),
    ("16:41", [("out_of_range", "warning")]), ("16:42", [("out_of_range", "error")]),
    ("20:26", [("out_of_range", "error")]), ("08:45", [("out_of_range", "error")]),
]  # fmt: skip


@pytest.mark.parametrize(("end", "flags"), LENGTHS)
def test_a_run_takes_no_longer_than_a_run_can(end: str, flags: list[tuple[str, str]]) -> None:
    found = run(FINALS, started="2026-11-20 08:41", ended=f"2026-11-20 {end}")
    assert [(flag.code, flag.severity) for flag in found.flags] == flags
    if ("out_of_range", "error") in flags:
        with pytest.raises(ParseError, match="not possible"):
            refuse_impossible(found)
    else:
        refuse_impossible(found)


def test_an_impossible_reading_is_flagged_and_the_run_is_kept() -> None:
    still = (Quantity(item="INLET_FLOW_ML_MIN", label="INLET FLOW", value="0", unit="mL/min"),)
    found = run(FINALS, readings=(Reading(time="2026-11-20 09:00", values=still),))
    assert [flag.severity for flag in found.readings[0].flags] == ["error"]
    refuse_impossible(found)


def test_a_value_without_a_unit_is_impossible_only_if_it_is_so_in_every_unit() -> None:
    found = run({**FINALS, "PRODUCT_VOL_DEVICE_ML": ("0.303", "")})
    assert [flag.code for flag in found.finals[-1].flags] == ["no_unit"]
    refuse_impossible(found)


OUTSIDE = [
    ("02:51", "2026-11-20 02:41", "2026-11-20 04:00", []),
    ("04:00:59", "2026-11-20 02:41", "2026-11-20 04:00", []),
    ("02:41", "2026-11-20 02:41:30", "2026-11-20 04:00", []),
    ("23:51", "2026-11-20 02:41", "2026-11-20 04:00", ["outside_of_run"]),
    ("2026-11-20 02:30", "2026-11-20 02:41", "2026-11-20 04:00", ["outside_of_run"]),
    ("03:00", "2026-11-20T01:41:00Z", "2026-11-20T03:00:00+01:00", ["outside_of_run"]),
    ("23:51", "2026-11-20 02:41", "", []),
    ("03:51", "2026-11-20", "2026-11-20", ["time_without_date"]),
]


@pytest.mark.parametrize(("clock", "started", "ended", "codes"), OUTSIDE)
def test_a_reading_from_before_the_start_or_after_the_end_is_doubted(
    clock: str, started: str, ended: str, codes: list[str]
) -> None:
    flow = (Quantity(item="INLET_FLOW_ML_MIN", label="INLET FLOW", value="60.0", unit="mL/min"),)
    found = run(FINALS, started=started, ended=ended, readings=(Reading(time=clock, values=flow),))
    assert [flag.code for flag in found.readings[0].flags] == codes


def test_a_run_without_a_start_or_without_a_final_value_says_so() -> None:
    flow = (Quantity(item="INLET_FLOW_ML_MIN", label="INLET FLOW", value="60.0", unit="mL/min"),)
    assert [flag.code for flag in run(FINALS, started=" ").flags] == ["no_start"]
    assert [flag.code for flag in run(FINALS, started="dawn").flags] == ["unreadable_time"]
    for readings, said in (((Reading(time="09:00", values=flow),), "readings alone"), ((), "nor a reading")):
        (doubt,) = run({}, readings=readings).flags
        assert (doubt.code, doubt.severity, said in doubt.message) == ("no_final_value", "warning", True)


def test_the_values_of_a_run_are_in_one_notation() -> None:
    flow = (Quantity(item="INLET_FLOW_ML_MIN", label="INLET FLOW", value="60,5", unit="mL/min"),)
    found = run(
        {"AC_USED_ML": ("1.010", "mL"), "TBV_MULTIPLES": ("2.1", "x")}, readings=(Reading(time="09:00", values=flow),)
    )
    assert [(each.number, [flag.code for flag in each.flags]) for each in found.finals] == [
        (None, ["ambiguous_number"]),
        (2.1, []),
    ]


YIELDS = [
    (whole_blood_from_inlet(12120, 12), 11110),
    (anticoagulant_from_inlet(12120, 12), 1010),
    (blood_volume_nadler("M", 1.80, 80), 5.3191),
    (blood_volume_nadler("F", 1.65, 60), 3.7677),
    (blood_volume_nadler("M", 1.75, 120), 6.4333),
    (blood_volume_nadler("F", 1.50, 45), 2.8737),
    (blood_volume_lemmens(1.80, 80), 5.2860),
    (blood_volume_lemmens(1.75, 120), 6.2942),
    (blood_volume_lemmens(1.50, 45), 3.3037),
    (total_cd34(2000, 300), 600),
    (dose_per_kg(600, 80), 7.5),
    (collection_efficiency_2(600, 11.11, 80), 67.507),
    (collection_efficiency_1(600, 11.11, 80, 40), 90.009),
    (whole_blood_needed(5, 80, 80, 0.45), 11.1111),
]


@pytest.mark.parametrize(("found", "published"), YIELDS)
def test_yields(found: float, published: float) -> None:
    assert found == pytest.approx(published, abs=0.0005)


def test_what_the_reader_found_odd_is_a_flag_of_the_run() -> None:
    found = run(FINALS, findings=(Finding("run_not_completed", "aborted"),))
    assert [(flag.code, flag.severity) for flag in found.flags] == [("run_not_completed", "warning")]


def test_of_a_run_that_was_cut_short_no_amount_is_too_small_to_be_true() -> None:
    aborted = {"findings": (Finding("run_not_completed", "RUN END;ABORTED"),), "started": "2026-11-20 08:41"}
    little = {"WB_PROCESSED_ML": ("60", "mL"), "TBV_MULTIPLES": ("0", "x"), "PRODUCT_VOL_DEVICE_ML": ("0", "mL")}
    found = run(little, ended="2026-11-20 08:45", **aborted)
    refuse_impossible(found)
    assert [flag.severity for each in found.finals for flag in each.flags] == ["warning"] * 3
    for impossible in ("-1", "3020"):
        with pytest.raises(ParseError, match="not possible"):
            refuse_impossible(run({**little, "PRODUCT_VOL_DEVICE_ML": (impossible, "mL")}, **aborted))
