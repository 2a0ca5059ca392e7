"""The sandbox provider: what it signs is believed for a while, and nothing else is."""

from datetime import timedelta

import msgspec
import pytest

from tests.ticketing.house import NOW
from ticketing.ids import new_id
from ticketing.refusals import InputRefused, NotFound, SignatureRefused
from ticketing.sandbox import Charge, Notice, Sandbox

SANDBOX = Sandbox(b"s" * 32, "http://pay.test/sandbox/")
CHARGE = Charge("sbx_1", 4200, "EUR", "http://shop.test/orders/1")


def test_the_page_carries_the_payment() -> None:
    page = SANDBOX.page(CHARGE)
    assert page.startswith("http://pay.test/sandbox/")
    assert SANDBOX.open_page(page.rpartition("/")[2]) == CHARGE


@pytest.mark.parametrize(
    "spoil", [lambda token: token[:-2], lambda token: "A" + token[1:], lambda _: "", lambda _: "é"]
)
def test_a_page_that_was_not_made_here_is_not_found(spoil) -> None:
    token = SANDBOX.page(CHARGE).rpartition("/")[2]
    with pytest.raises(NotFound):
        SANDBOX.open_page(spoil(token))


def test_a_notification_is_believed_once_signed() -> None:
    told = SANDBOX.notify(CHARGE, True, NOW)
    notice = SANDBOX.verify(told.body, told.signature, NOW + timedelta(seconds=299))
    assert (notice.reference, notice.paid, notice.amount_cents, notice.currency) == ("sbx_1", True, 4200, "EUR")


def test_the_same_news_has_the_same_id() -> None:
    def name(paid: bool, later: int = 0, amount_cents: int | None = None) -> str:
        body = SANDBOX.notify(CHARGE, paid, NOW + timedelta(seconds=later), amount_cents).body
        return msgspec.json.decode(body, type=Notice).id

    assert name(True) == name(True, later=60)
    assert len({name(True), name(False), name(True, amount_cents=1)}) == 3


@pytest.mark.parametrize(
    "signature",
    ["", "t=1,v1=00", "t=,v1=", "v1=00", "t=-5,v1=00", "t=99999999999999999999,v1=00", "t=١٢,v1=00", "nonsense"],
)
def test_other_signatures_are_refused(signature: str) -> None:
    with pytest.raises(SignatureRefused):
        SANDBOX.verify(SANDBOX.notify(CHARGE, True, NOW).body, signature, NOW)


def test_another_body_key_or_hour_is_refused() -> None:
    told = SANDBOX.notify(CHARGE, True, NOW)
    with pytest.raises(SignatureRefused):
        SANDBOX.verify(told.body.replace(b"4200", b"4201"), told.signature, NOW)
    with pytest.raises(SignatureRefused):
        Sandbox(b"t" * 32, "").verify(told.body, told.signature, NOW)
    for shift in (timedelta(seconds=301), -timedelta(seconds=301)):
        with pytest.raises(SignatureRefused):
            SANDBOX.verify(told.body, told.signature, NOW + shift)


@pytest.mark.parametrize(
    "body", [b"", b"{}", b'{"id":"e","reference":"r","paid":true,"amount_cents":0,"currency":"EUR"}']
)
def test_a_signed_body_that_says_nothing_is_refused(body: bytes) -> None:
    with pytest.raises(InputRefused):
        SANDBOX.verify(body, SANDBOX.sign(body, NOW), NOW)


async def test_a_refund_is_agreed_to() -> None:
    await SANDBOX.refund(new_id(), "sbx_1", 4200, "EUR")
