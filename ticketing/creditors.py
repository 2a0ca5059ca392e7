"""Bank accounts that buyers pay to, and the references that say what for.

An order's code is in the reference that its buyer's bank passes on, so whoever reads a bank's file knows the order
without a table: as a Swiss QR reference (27 digits, ISO 7064-like check digit by modulus 10, recursive) where the
account is a QR-IBAN, and as an ISO 11649 creditor reference ("RF" with two check digits, by modulus 97) elsewhere. An
order has one reference, whatever it is invoiced in.

Sources: Swiss Implementation Guidelines for the QR-bill 2.3 (SIX), annex B; ISO 11649; ISO 13616 for the IBAN.
"""

import re
from collections.abc import Iterator

from stdnum import bic as bics
from stdnum import iban as ibans
from stdnum import iso11649
from stdnum.ch import esr
from stdnum.exceptions import ValidationError

from ticketing.ids import CODE_ALPHABET, CODE_CHARS, read_code
from ticketing.refusals import InputRefused

SWISS = ("CH", "LI")
QR_IID_MIN, QR_IID_MAX = 30_000, 31_999
"""The institutions that QR-IBANs name: an account of theirs takes QR references and nothing else."""
QR_DIGITS, CODE_DIGITS = 27, 13
PREFIX_DIGITS_MAX = 10
RF_CHARS_MAX = 25
SEPA = frozenset(
    [
        "AD",
        "AL",
        "AT",
        "BE",
        "BG",
        "CH",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GB",
        "GI",
        "GR",
        "HR",
        "HU",
        "IE",
        "IS",
        "IT",
        "LI",
        "LT",
        "LU",
        "LV",
        "MC",
        "MD",
        "ME",
        "MK",
        "MT",
        "NL",
        "NO",
        "PL",
        "PT",
        "RO",
        "RS",
        "SE",
        "SI",
        "SK",
        "SM",
        "VA",
    ]
)
"""Where SEPA credit transfers reach (European Payments Council, EPC409-09)."""

_CODE = re.compile(rf"[{CODE_ALPHABET}]{{{CODE_CHARS}}}")
_RUNS = re.compile(r"[0-9A-Z]+(?:[ -][0-9A-Z]+)*")
_WORDS = re.compile(r"[0-9A-Z]+")


def iban_of(text: str, field: str = "iban") -> str:
    """An IBAN without its spaces; an empty text stays empty. InputRefused when no country has such a one."""
    if not text.strip():
        return ""
    try:
        return str(ibans.validate(text))
    except ValidationError:
        raise InputRefused(problem="This is not an IBAN: look for a digit mistyped or left out.", where=field) from None


def bic_of(text: str, field: str = "bic") -> str:
    """A BIC in capitals; an empty text stays empty."""
    if not text.strip():
        return ""
    try:
        return str(bics.validate(text))
    except ValidationError:
        raise InputRefused(problem="This is not a BIC, such as UBSWCHZH80A.", where=field) from None


def shown(iban: str) -> str:
    """An IBAN in groups of four, as it is written on paper."""
    return " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))


def is_swiss(iban: str) -> bool:
    """Whether it is of Switzerland or Liechtenstein, where bills are QR-bills."""
    return iban.startswith(SWISS)


def is_qr_iban(iban: str) -> bool:
    """Whether it takes QR references: its institution is in the range kept for them."""
    return is_swiss(iban) and iban[4:9].isdigit() and QR_IID_MIN <= int(iban[4:9]) <= QR_IID_MAX


def is_sepa(iban: str) -> bool:
    """Whether euros are sent to it by SEPA credit transfer."""
    return iban[:2] in SEPA


def reference(iban: str, code: str, prefix: str = "") -> str:
    """The reference that a payment of the order `code` to this account carries. `prefix`: the digits that some banks
    want before QR references, at most ten."""
    if not is_qr_iban(iban):
        return _creditor_reference(code)
    assert len(prefix) <= PREFIX_DIGITS_MAX, "there is room for the order's code"
    digits = prefix + str(_number(code)).rjust(QR_DIGITS - 1 - len(prefix), "0")
    return digits + str(esr.calc_check_digit(digits))


def grouped(reference: str) -> str:
    """A reference as it is written on paper: RF in groups of four, QR in groups of five from the right."""
    if reference.startswith("RF"):
        return shown(reference)
    first = len(reference) % 5
    rest = [reference[start : start + 5] for start in range(first, len(reference), 5)]
    return " ".join(filter(None, (reference[:first], *rest)))


def code_in(reference: str) -> str | None:
    """The order's code in a reference as a bank passes it on; None for another's, or one mistyped."""
    text = re.sub(r"[\s-]", "", reference).upper()
    if text.startswith("RF"):
        return _code_in_creditor_reference(text)
    if len(text) != QR_DIGITS or not text.isdecimal() or not esr.is_valid(text):
        return None
    return _code(int(text[-1 - CODE_DIGITS : -1]))


def codes_in(text: str) -> Iterator[str]:
    """All that may be an order's code in what somebody wrote: in a reference, in one word or in two halves, in any
    case, with O for 0 and I or L for 1. What is no order's code is among it: whoever asks looks them up."""
    upper = text.upper()
    for run in _RUNS.findall(upper):
        plain = run.replace(" ", "").replace("-", "")
        for start in range(len(plain)):
            for end in (start + QR_DIGITS, start + 4 + CODE_CHARS):
                if found := code_in(plain[start:end]):
                    yield found
    words = [word.translate(str.maketrans("ILO", "110")) for word in _WORDS.findall(upper)]
    for one, other in zip(words, [*words, ""][1:], strict=True):
        for candidate in (one, one + other if len(one) == len(other) else ""):
            if _CODE.fullmatch(candidate):
                yield candidate


def _creditor_reference(code: str) -> str:
    """RF, two check digits (98 less the remainder by 97), the code."""
    number = "".join(str(int(sign, 36)) for sign in f"{code}RF00")
    return f"RF{98 - int(number) % 97:02d}{code}"


def _code_in_creditor_reference(text: str) -> str | None:
    if len(text) > RF_CHARS_MAX or not iso11649.is_valid(text):
        return None
    code = read_code(text[4:].lstrip("0").rjust(CODE_CHARS, "0"))
    return code if _CODE.fullmatch(code) else None


def _number(code: str) -> int:
    """A code as the number it stands for, below 2^40: 13 digits at most."""
    number = 0
    for sign in code:
        number = number * 32 + CODE_ALPHABET.index(sign)
    return number


def _code(number: int) -> str | None:
    if number >= 32**CODE_CHARS:
        return None
    signs = ""
    for _ in range(CODE_CHARS):
        number, index = divmod(number, 32)
        signs = CODE_ALPHABET[index] + signs
    return signs
