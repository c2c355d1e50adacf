"""Every setting of a TOML file is found on the line where it stands, whatever else is in the file."""

import tomllib

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config.toml_places import TomlPlaces

FILE = '''\
# a comment with [brackets] and "quotes
top = 1

[site]   # a table
name = "a # that is no comment"
motto = """several lines,
[not.a.table]
key = "no key either"
\\""" and still the text"""  # ends here
path = 'C:\\exports\\' # single quotes know no escape
raw = \'\'\'two
lines\'\'\'\'
list = [
  1, # one [
  "]",
  { deep = 2 },
]
after = true

[[instrument]]
name = "first"
serial = { baudrate = 9600, parity = "N" }
timers.patience_seconds = 3

[[instrument]]
"name" = "second"

[instrument.serial]
baudrate = 1200

[[instrument.note]]
text = "nested"

["with.dot".'and space']
key = 1
'''


def test_each_setting_is_on_its_line():
    tomllib.loads(FILE)  # the text is TOML
    places = TomlPlaces(FILE)
    assert {path: places.line(path) for path in EXPECTED} == EXPECTED


EXPECTED = {
    ("top",): 2,
    ("site",): 4,
    ("site", "name"): 5,
    ("site", "motto"): 6,
    ("site", "path"): 10,
    ("site", "raw"): 11,
    ("site", "list"): 13,
    ("site", "after"): 18,
    ("instrument", 0): 20,
    ("instrument", 0, "name"): 21,
    ("instrument", 0, "serial", "parity"): 22,
    ("instrument", 0, "timers", "patience_seconds"): 23,
    ("instrument", 1): 25,
    ("instrument", 1, "name"): 26,
    ("instrument", 1, "serial"): 28,
    ("instrument", 1, "serial", "baudrate"): 29,
    ("instrument", 1, "note", 0, "text"): 32,
    ("with.dot", "and space", "key"): 35,
}


def test_a_setting_that_is_missing_has_the_line_of_its_table():
    places = TomlPlaces(FILE)
    assert places.line(("instrument", 1, "model")) == 25
    assert places.line(("instrument", 0, "serial", "stopbits")) == 22
    assert places.line(("service", "port")) == 1


def test_windows_line_ends_change_no_line():
    places = TomlPlaces(FILE.replace("\n", "\r\n"))
    assert {path: places.line(path) for path in EXPECTED} == EXPECTED


VALUES = st.one_of(
    st.integers().map(str),
    st.sampled_from(['"# ["', "'\"'", '""', '"""\n[x]\n"""', "'''\n'''", "[1, [2],\n 3]", "{ a = '}' }", '"\\"" # "']),
)


@settings(max_examples=200)
@given(st.lists(st.tuples(st.sampled_from(["", "[t{}]\n", "[[l{}]]\n", "# [c{}]\n", "\n"]), VALUES), max_size=12))
def test_a_key_written_on_a_line_is_found_on_that_line(entries):
    text, expected, table = "", {}, ()
    for number, (header, value) in enumerate(entries):
        text += header.format(number)
        if header.startswith("["):
            table = (f"t{number}",) if header.startswith("[t") else (f"l{number}", 0)
        expected[(*table, f"k{number}")] = text.count("\n") + 1
        text += f"k{number} = {value}\n"
    tomllib.loads(text)  # what was made is TOML
    places = TomlPlaces(text)
    assert {path: places.line(path) for path in expected} == expected
