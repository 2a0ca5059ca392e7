import pytest

from ticketing.db import Database


@pytest.fixture(autouse=True)
def several_people(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests of verbs hold a transaction open in one hand and try a verb with the other."""
    monkeypatch.setattr(Database, "one_each", False)
