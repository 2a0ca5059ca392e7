import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from ticketing.refusals import SettingRefused
from ticketing.settings import Settings, environment_name, from_environment, rows, secret_bytes


def test_an_empty_environment_gives_the_defaults() -> None:
    assert from_environment({}) == Settings()


def test_values_are_read_with_their_types() -> None:
    settings = from_environment(
        {"DATABASE_URL": "postgresql:///x", "PLACEUR_HOLD_S": " 300 ", "PLACEUR_SANDBOX_PAYMENTS": "false", "HOME": "/"}
    )
    assert (settings.database_url, settings.hold_s, settings.sandbox_payments) == ("postgresql:///x", 300, False)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PLACEUR_HOLD_S", "ten", "PLACEUR_HOLD_S: 'ten' is not a whole number from 10 to 86400."),
        ("PLACEUR_HOLD_S", "9", "PLACEUR_HOLD_S: '9' is not a whole number from 10 to 86400."),
        ("PLACEUR_PORT", "", "PLACEUR_PORT: '' is not a whole number from 1 to 65535."),
        ("PLACEUR_SANDBOX_PAYMENTS", "maybe", "PLACEUR_SANDBOX_PAYMENTS: 'maybe' is not true or false."),
        ("PLACEUR_HODL_S", "300", "PLACEUR_HODL_S: there is no such setting."),
        ("PLACEUR_HELD_S_MAX", "30", "PLACEUR_HELD_S_MAX: it is shorter than PLACEUR_HOLD_S."),
        ("PLACEUR_ORDER_S_MAX", "60", "PLACEUR_ORDER_S_MAX: it is longer than half of PLACEUR_PIN_MS."),
        ("PLACEUR_SECRET", "abc", "PLACEUR_SECRET: it must be 64 hexadecimal digits."),
    ],
)
def test_a_bad_value_is_one_sentence(name: str, value: str, sentence: str) -> None:
    with pytest.raises(SettingRefused) as refused:
        from_environment({name: value})
    assert refused.value.message == sentence


def test_the_table_has_every_setting_with_a_description() -> None:
    table = {row.name: row for row in rows()}
    assert set(table) == {environment_name(field) for field in Settings.__struct_fields__}
    assert all(row.description and not row.description.endswith(".") for row in table.values())
    assert table["PLACEUR_HOLD_S"].bounds == "10 to 86400"


def test_every_default_is_within_its_bounds() -> None:
    assert msgspec.convert(msgspec.to_builtins(Settings()), Settings) == Settings()


def test_processes_that_start_together_agree_on_the_secret(tmp_path: Path) -> None:
    settings = Settings(data=str(tmp_path / "data"))
    with ThreadPoolExecutor(8) as pool:
        secrets = set(pool.map(lambda _: secret_bytes(settings), range(32)))
    assert len(secrets) == 1 and len(secrets.pop()) == 32
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret"]
    assert stat.S_IMODE((tmp_path / "data" / "secret").stat().st_mode) == 0o600


def test_a_given_secret_is_used(tmp_path: Path) -> None:
    settings = from_environment({"PLACEUR_SECRET": "ab" * 32, "PLACEUR_DATA": str(tmp_path / "data")})
    assert secret_bytes(settings) == b"\xab" * 32
    assert not (tmp_path / "data").exists()
