"""Whatever stands behind a setting, the file is read or refused with a line for each problem: nothing else happens."""

import tomllib

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import fields

from pipeline.config.problems import WrongSettings
from pipeline.config.settings import Destination, InstrumentEntry, SiteFile
from pipeline.config.site_file import read_site
from pipeline.config.toml_file import plain

LISTS = {"instrument": InstrumentEntry, "destination": Destination}
TABLES = {field.name: plain(field.type) for field in fields(SiteFile) if field.name not in LISTS}
VALUES = [
    *(
        '""',
        '"x"',
        '"127.0.0.1:0"',
        '"3.58.0"',
        '"astm"',
        '"hml"',
        '"sysmex-xn"',
        '"graftsep"',
        "'C:\\new'",
        '"\\u0000"',
    ),
    *("0", "1", "-1", "9600", "1e400", "nan", "-inf", "true", "2026-11-20", "08:41:00", "2026-11-20T08:41:00Z"),
    *("[]", "[1]", "[{}]", "{}", "{ baudrate = 1200 }", "{ baudrate = {} }", "{ settle_seconds = 0 }", "[[], {}]"),
]


@st.composite
def site_files(draw: st.DrawFn) -> str:
    """A site file of real settings with any values, and any number of instruments and destinations."""
    lines = draw(st.lists(st.sampled_from([f"{name} = {value}" for name in TABLES for value in VALUES]), max_size=1))
    for name, structure in TABLES.items():
        if draw(st.booleans()) and not any(line.startswith(f"{name} ") for line in lines):
            lines += [f"[{name}]", *draw(table(structure))]
    for _ in range(draw(st.integers(0, 3))):
        name = draw(st.sampled_from(sorted(LISTS)))
        lines += [f"[[{name}]]", *draw(table(LISTS[name]))]
    return "\n".join(lines)


@st.composite
def table(draw: st.DrawFn, structure: type) -> list[str]:
    keys = draw(st.lists(st.sampled_from([*structure.__struct_fields__, "nonsense"]), unique=True))
    return [f"{key} = {draw(st.sampled_from(VALUES))}" for key in keys]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=site_files())
def test_a_site_file_is_read_or_refused_line_by_line(text, tmp_path, vocabulary, models):
    path = tmp_path / "site.toml"
    path.write_text(text, encoding="utf-8")
    tables = tomllib.loads(text)
    try:
        site = read_site(path, vocabulary, models)
    except WrongSettings as wrong:
        assert all(problem.place.startswith(f"{path}:") and problem.message for problem in wrong.problems)
    else:
        assert len(site.instruments) == len(tables.get("instrument", []))
        assert len(site.destinations) == len(tables.get("destination", []))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=st.sampled_from(VALUES))
def test_instruments_that_are_no_tables_are_refused(value, tmp_path, vocabulary, models):
    path = tmp_path / "site.toml"
    path.write_text(f"instrument = {value}", encoding="utf-8")
    if value == "[]":
        assert read_site(path, vocabulary, models).instruments == ()
        return
    try:
        read_site(path, vocabulary, models)
    except WrongSettings as wrong:
        assert wrong.problems[0].place == f"{path}:1"
    else:
        raise AssertionError(f"accepted {value}")
