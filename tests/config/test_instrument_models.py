"""Every instrument model that comes with the program, and what real messages of such instruments become."""

from pathlib import Path

import pytest

from parsers.format import Document, load_formats
from parsers.records import ObservationReport
from pipeline.config.instrument_models import load_models
from pipeline.config.settings import InstrumentModel
from pipeline.config.site_file import read_site
from pipeline.config.vocabulary import installed
from pipeline.home import BUNDLED
from pipeline.normalise.observations import normalise_observations
from pipeline.normalise.records import NormalObservation
from pipeline.wiring import line_settings

SAMPLES = Path(__file__).resolve().parents[1] / "formats"
MODELS = {path.stem for path in (BUNDLED / "instruments").glob("*.toml")}
MESSAGES = {
    "sysmex-xn": ("astm/sysmex_xn550.redacted.txt", 41),
    "horiba-pentra": ("astm/pentra_xlr.redacted.txt", 21),
    "roche-cobas-c111": ("astm/cobas_c111.txt", 1),
    "luminex-xponent": ("luminex-xponent/luminex_xPONENT_example03.csv", 32),
    "beckman-vicell-blu": ("cell-counters/Beckman_Vi-Cell-BLU_example01_utf16.csv", 130),
    "chemometec-nucleoview": ("cell-counters/chemometec_nucleoview_example03.csv", 7),
}
"""A message or a file that such an instrument wrote, and how many values stand in it."""
LOINC = {
    "sysmex-xn": {
        "WBC": "6690-2", "RBC": "789-8", "HGB": "718-7", "HCT": "4544-3", "MCV": "787-2", "MCH": "785-6",
        "MCHC": "786-4", "PLT": "777-3", "NEUT%": "770-8", "LYMPH%": "736-9", "MONO%": "5905-5", "EO%": "713-8",
        "BASO%": "706-2", "NEUT#": "751-8", "LYMPH#": "731-0", "MONO#": "742-7", "EO#": "711-2", "BASO#": "704-7",
        "IG%": "71695-1", "IG#": "53115-2", "RDW-SD": "21000-5", "RDW-CV": "788-0", "MPV": "32623-1",
    },
    "horiba-pentra": {
        "WBC": "804-5", "LYM#": "731-0", "LYM%": "736-9", "MON#": "742-7", "MON%": "744-3", "NEU#": "751-8",
        "NEU%": "770-8", "EOS#": "711-2", "EOS%": "713-8", "BAS#": "704-7", "BAS%": "706-2", "RBC": "789-8",
        "HGB": "717-9", "HCT": "4544-3", "MCV": "787-2", "MCH": "785-6", "MCHC": "786-4", "RDW": "788-0",
        "PLT": "777-3", "MPV": "776-5", "RDWSD": "21000-5",
    },
    "roche-cobas-c111": {},
    "luminex-xponent": {},
    "beckman-vicell-blu": {},
    "chemometec-nucleoview": {},
}  # fmt: skip
"""The LOINC code of every label that has one; what is not here keeps the analyser's own label."""


INVENTED = {
    "sysmex-xp": ("astm_records/sysmex_xp.astm", {"PDW", "W-SCR"}),
    "horiba-yumizen": ("astm_records/horiba_yumizen.astm", set()),
    "beckman-dxh": ("astm_records/beckman_dxh.astm", {"MSCV"}),
    "cepheid-genexpert": ("astm_records/cepheid_genexpert.astm", {"CMV"}),
    "roche-cobas-c311": ("astm_records/roche_cobas_c311.astm", {"678/", "418/"}),
    "mindray-bc": ("hl7_oru/mindray_bc.hl7", {"Take Mode", "PCT", "Anemia", "WBC Histogram. BMP"}),
    "bd-facscanto": ("bd_cd34/typical.tsv", {
        "CD34+ %CD45+", "CD34+ Events", "Bead Events", "CD45+ Events", "QC Messages",
    }),
}  # fmt: skip
"""Messages invented after the published descriptions of instruments of which no message has been seen, and the labels
in them that have no code: a name of a volume on one analyser and of a ratio on the next, a laboratory's own number."""


@pytest.fixture(scope="module")
def models() -> dict[str, InstrumentModel]:
    return load_models([BUNDLED / "instruments"], installed([BUNDLED / "profiles"]))


@pytest.mark.parametrize("name", sorted(MODELS))
def test_a_model_can_be_used(name: str, models: dict[str, InstrumentModel]) -> None:
    model = models[name]
    assert model.link or "Folder" in model.title or "folder" in model.title
    assert model.title
    assert model.vendor


@pytest.mark.parametrize("name", sorted(MODELS))
def test_a_model_says_in_its_first_lines_what_it_was_verified_on(name: str, models: dict[str, InstrumentModel]) -> None:
    text = (BUNDLED / "instruments" / f"{name}.toml").read_text(encoding="utf-8")
    remark = text.split("title =")[0]
    assert all(line.startswith("#") for line in remark.splitlines())
    assert models[name].state != "verified on real messages" or " were read" in remark


def test_a_model_is_verified_where_a_message_was_seen_and_nowhere_else(models: dict[str, InstrumentModel]) -> None:
    assert {name for name, model in models.items() if model.state == "verified on real messages"} == set(MESSAGES)


def values_of(path: Path, model: InstrumentModel | None) -> list[NormalObservation]:
    """What a message becomes, read as the model says or by its look."""
    document = Document(path.read_bytes(), path.name)
    formats = load_formats()
    claims = [each for each in formats.values() if each.looks_like(document.head)]
    reader = formats[model.format] if model and model.format else claims[0]
    assert claims == [reader]
    reports = [each for each in reader.parse(document).reports if isinstance(each, ObservationReport)]
    return [value for report in reports for value in normalise_observations(report).observations]


@pytest.mark.parametrize("name", MESSAGES)
def test_a_real_message_gives_its_codes(name: str, models: dict[str, InstrumentModel], shared: Path) -> None:
    path, count = MESSAGES[name]
    values = values_of(shared / "samples" / "instruments" / path, models[name])
    assert len(values) == count
    assert {each.label: each.code for each in values if each.system == "LN"} == LOINC[name]
    assert all(each.code and ("unknown_code" in codes_of(each)) == (each.system == "L") for each in values)


def codes_of(value: NormalObservation) -> set[str]:
    return {flag.code for flag in value.flags}


def test_the_analyser_s_own_flags_are_kept(shared: Path, models: dict[str, InstrumentModel]) -> None:
    values = values_of(shared / "samples/instruments/astm/sysmex_xn550.redacted.txt", models["sysmex-xn"])
    flags = {each.label: each.analyser_flags for each in values}
    assert (flags["WBC"], flags["HCT"], flags["EO%"], flags["Eosinophilia"]) == (("N",), ("L",), ("H",), ("A",))


def test_a_test_known_by_a_laboratory_s_own_number_is_kept_and_not_guessed(
    shared: Path, models: dict[str, InstrumentModel]
) -> None:
    (value,) = values_of(shared / "samples/instruments/astm/cobas_c111.txt", models["roche-cobas-c111"])
    assert (value.label, value.code, value.system, value.number, value.unit) == ("413", "413", "L", 40.13, "g/L")
    assert codes_of(value) == {"unknown_code"}


MICROS = {
    "WBC": "6690-2", "RBC": "789-8", "HGB": "718-7", "HCT": "4544-3", "MCV": "787-2", "MCH": "785-6",
    "MCHC": "786-4", "PLT": "777-3", "MPV": "32623-1", "LYM%": "736-9", "LYM#": "731-0", "MXD%": "32155-4",
    "MXD#": "32154-7", "NEU%": "770-8", "NEU#": "751-8",
}  # fmt: skip
"""RDW is a ratio on some analysers and a volume on others, so this label alone has no code."""


def test_the_labels_of_a_three_part_count_have_codes(shared: Path, tmp_path: Path) -> None:
    """The message was made up by others after the analyser's description; remarks stand in front of it."""
    raw = (shared / "samples/instruments/astm/openelis_horiba-micros60-cbc.astm").read_bytes()
    message = tmp_path / "micros.astm"
    message.write_bytes(raw[raw.index(b"H|") :])
    values = values_of(message, None)
    assert {each.label: each.code for each in values if each.system == "LN"} == MICROS
    assert {each.label for each in values if each.system == "L"} == {"RDW"}


def test_the_codes_of_an_analyser_that_prints_none_of_loinc(shared: Path) -> None:
    """The message was made up by others after the analyser's description."""
    values = values_of(shared / "samples/instruments/hl7v2/openelis_mindray-cbc-result.hl7", None)
    assert {each.label: each.code for each in values} == {
        "WBC": "6690-2",
        "RBC": "789-8",
        "HGB": "718-7",
        "HCT": "4544-3",
    }


@pytest.mark.parametrize("name", INVENTED)
def test_a_message_after_the_description_gives_its_codes(name: str, models: dict[str, InstrumentModel]) -> None:
    path, uncoded = INVENTED[name]
    values = values_of(SAMPLES / path, models[name])
    assert {each.label for each in values if each.system == "L"} == uncoded
    assert all(("unknown_code" in codes_of(each)) == (each.system == "L") for each in values)
    assert not [each.label for each in values if "unknown_unit" in codes_of(each)]


def test_a_qualitative_result_is_a_word_and_a_quantity_with_a_power_of_ten_a_number() -> None:
    values = values_of(SAMPLES / "astm_records/cepheid_genexpert.astm", None)
    assert [(each.value, each.number) for each in values] == [("POSITIVE", None), ("2.13E03", 2130.0), ("31.4", 31.4)]


def test_a_control_of_an_analyser_is_no_donor_s_result() -> None:
    reader = load_formats()["hl7_oru"]
    (report,) = reader.parse(Document((SAMPLES / "hl7_oru/mindray_bc_control.hl7").read_bytes())).reports
    assert isinstance(report, ObservationReport)
    assert (report.quality_control, report.findings) == (True, ())


POLLS = [("", b"S\r\n", 5.0), ('lines = { poll = "S I CR LF", poll_seconds = 1 }', b"SI\r\n", 1.0)]


@pytest.mark.parametrize(("stated", "poll", "seconds"), [*POLLS, ('lines = { poll = "" }', b"", 5.0)])
def test_a_balance_is_polled_as_its_model_or_the_site_says_or_not_at_all(
    stated: str, poll: bytes, seconds: float, tmp_path: Path
) -> None:
    site_file = tmp_path / "site.toml"
    site_file.write_text(f'[[instrument]]\nname = "b"\nmodel = "mettler-mt-sics"\nport = "COM3"\n{stated}\n')
    (balance,) = read_site(site_file, installed([BUNDLED / "profiles"])).instruments
    settings = line_settings(balance, ())
    assert (settings.poll, settings.poll_every, settings.end) == (poll, seconds, b"\r\n")
