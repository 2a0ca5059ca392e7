"""Addresses as they are checked are the addresses mails go to: whatever is sent, it is refused or written as it is."""

from email import message_from_string
from email.policy import default

import pytest
from aiosmtplib.email import extract_recipients
from hypothesis import example, given
from hypothesis import strategies as st

from mailing.envelopes import Unwritable, ensure_sender, envelope
from tests.printing.samples import STARTS
from ticketing.refusals import InputRefused, SettingRefused
from ticketing.texts import email_of, host_of

HOSTILE = [
    "=?utf-8?q?evil=40attacker.net?=@theatre.example",
    "x=?utf-8?q?=00?=@theatre.example",
    "=?utf-8?b?ZXZpbEBhdHRhY2tlci5uZXQs?=@theatre.example",
    "a:b@c.example",
    "a:b@c.example;",
    "a\\@evil.example@c.example",
    "[a]@c.example",
    "a@[127.0.0.1]",
    '"a"@c.example',
    "a,b@c.example",
    "a;b@c.example",
    "<a@c.example>",
    "a(b)@c.example",
    "a@c.example\r\nBcc: b@c.example",
    "a\x00@c.example",
    "a\x7f@c.example",
    "a\x85b@c.example",
    "a\u200b@c.example",
    "a\u202eb@c.example",
    "a@x\uff0cevil\uff20attacker.example",
    "a@b\uff20c.example",
    "a@c\u2100.example",
    "a@c..example",
    "a@=?utf-8?q?c?=.example",
    "a@" + "x" * 64 + ".example",
]
SIGNS = st.sampled_from(list("ab.=?:@[]\\,;\"'<>() _-+é\u200b\uff20\u2100\x00\x7f")) | st.characters()


def recipients(address: str) -> list[str]:
    """Whom a mail is handed over for, after it was written and read again."""
    made = envelope("Subject", address, "House <tickets@house.example>", "House", "mail-1", STARTS)
    made.set_content("Words.")
    written = made.as_bytes().decode()
    assert written.count("\nTo:") == 1 and "Bcc" not in written
    read = message_from_string(written, policy=default)
    assert [one.addr_spec for one in read["To"].addresses] == [one.addr_spec for one in made["To"].addresses]
    return list(extract_recipients(made))


@pytest.mark.parametrize("address", HOSTILE)
def test_a_hostile_address_is_refused_where_it_is_typed_and_where_it_is_written(address: str) -> None:
    with pytest.raises(InputRefused):
        email_of(address)
    with pytest.raises(Unwritable):
        recipients(address)


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("o'brien+tickets@theatre.example", "o'brien+tickets@theatre.example"),
        ("a=b@theatre.example", "a=b@theatre.example"),
        ("zoë@theatre.example", "zoë@theatre.example"),
        ("zoe@théâtre.example", "zoe@xn--thtre-4qa2c.example"),
        ("x" * 64 + "@" + "y" * 60 + ".example", "x" * 64 + "@" + "y" * 60 + ".example"),
        ("tickets@localhost", "tickets@localhost"),
    ],
)
def test_an_address_is_written_as_it_is(address: str, written: str) -> None:
    assert email_of(address) == address and recipients(address) == [written]


@given(st.text(SIGNS, max_size=20), st.text(SIGNS, max_size=20))
@example("a..b", "c.example")
@example("=?", "c.example")
def test_whatever_is_taken_is_what_is_mailed(local: str, domain: str) -> None:
    try:
        kept = email_of(f"{local}@{domain}")
    except InputRefused:
        return
    start, _, end = kept.rpartition("@")
    [mailed] = recipients(kept)
    assert mailed.replace('"', "") == f"{start}@{host_of(end)}"


@pytest.mark.parametrize("sender", ["", "House", "House <tickets>", "House <a:b@c.example>"])
def test_a_sender_that_is_none_is_a_mistake_in_the_settings(sender: str) -> None:
    with pytest.raises(SettingRefused, match="PLACEUR_MAIL_FROM"):
        ensure_sender(sender)
