from hypothesis import given
from hypothesis import strategies as st

from ticketing.ids import CODE_ALPHABET, CODE_CHARS, new_code, new_id, new_secret, read_code, secret_hash


def test_ids_are_uuid7_and_rise_with_time() -> None:
    ids = [new_id() for _ in range(1000)]
    assert {id.version for id in ids} == {7}
    assert len(set(ids)) == 1000
    assert [id.int >> 80 for id in ids] == sorted(id.int >> 80 for id in ids)


def test_codes_can_be_read_aloud() -> None:
    codes = {new_code() for _ in range(1000)}
    assert len(codes) == 1000
    assert all(len(code) == CODE_CHARS and set(code) <= set(CODE_ALPHABET) for code in codes)


@given(st.text(CODE_ALPHABET, min_size=CODE_CHARS, max_size=CODE_CHARS), st.integers(0, CODE_CHARS))
def test_a_code_is_found_however_it_is_typed(code: str, at: int) -> None:
    typed = f" {code[:at]}-{code[at:]} ".lower().replace("0", "o").replace("1", "l")
    assert read_code(typed) == code


def test_secrets_are_long_and_kept_as_hashes() -> None:
    secret = new_secret()
    assert len(secret) == 43 and secret != new_secret()
    assert len(secret_hash(secret)) == 32 and secret.encode() not in secret_hash(secret)
