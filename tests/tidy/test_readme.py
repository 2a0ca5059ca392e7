from tests.tidy.settings_table import PLACE, README, table


def test_the_readme_lists_every_setting() -> None:
    found = PLACE.search(README.read_text())
    assert found and found[0] == table(), "run .venv/bin/python -m tests.tidy.settings_table"
