"""Bank files: read from every version, refused with their line, and never more than what they say."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from ticketing import bank_formats
from ticketing.bank_formats import Column, Entry, Format, is_xml, proposed, read_camt, read_rows, read_table
from ticketing.refusals import InputRefused

ACCOUNT = "CH9300762011623852957"
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.{kind}.001.{version}"


def details(cents: str = "", reference: str = "", message: str = "", ref: str = "", version: int = 8) -> str:
    """One payment inside an entry, as that version writes it."""
    amount = f'<Amt Ccy="CHF">{cents}</Amt>' if cents and version > 2 else ""
    if cents and version == 2:
        amount = f'<AmtDtls><TxAmt><Amt Ccy="CHF">{cents}</Amt></TxAmt></AmtDtls>'
    payer = "<Nm>Ann Example</Nm>"
    payer = f"<Pty>{payer}</Pty>" if version >= 8 else payer
    strd = f"<Strd><CdtrRefInf><Ref>{reference}</Ref></CdtrRefInf></Strd>" if reference else ""
    ustrd = f"<Ustrd>{message}</Ustrd>" if message else ""
    refs = f"<Refs><AcctSvcrRef>{ref}</AcctSvcrRef><EndToEndId>NOTPROVIDED</EndToEndId></Refs>" if ref else ""
    parties = (
        f"<RltdPties><Dbtr>{payer}</Dbtr><DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></DbtrAcct></RltdPties>"
    )
    return f"<TxDtls>{refs}{amount}{parties}<RmtInf>{ustrd}{strd}</RmtInf></TxDtls>"


def entry(amount: str, *parts: str, ref: str = "", sign: str = "CRDT", version: int = 8, more: str = "") -> str:
    status = "<Sts><Cd>BOOK</Cd></Sts>" if version >= 8 else "<Sts>BOOK</Sts>"
    bank = f"<AcctSvcrRef>{ref}</AcctSvcrRef>" if ref else ""
    inner = f"<NtryDtls>{''.join(parts)}</NtryDtls>" if parts else ""
    return (
        f'<Ntry><Amt Ccy="CHF">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>{more}{status}'
        f"<BookgDt><Dt>2026-11-20</Dt></BookgDt>{bank}{inner}</Ntry>\n"
    )


def camt(*entries: str, kind: str = "053", version: int = 8) -> bytes:
    outer, inner = ("BkToCstmrStmt", "Stmt") if kind == "053" else ("BkToCstmrDbtCdtNtfctn", "Ntfctn")
    space = NAMESPACE.format(kind=kind, version=f"{version:02d}")
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{space}"><{outer}>'
        "<GrpHdr><MsgId>1</MsgId></GrpHdr>\n"
        f"<{inner}><Id>1</Id><Acct><Id><IBAN>{ACCOUNT}</IBAN></Id></Acct>\n{''.join(entries)}"
        f"</{inner}></{outer}></Document>"
    ).encode()


@pytest.mark.parametrize("kind", ["053", "054"])
@pytest.mark.parametrize("version", [2, 4, 6, 8, 10])
def test_every_version_says_the_same(kind: str, version: int) -> None:
    part = details("45.00", "RF857K3M9PQX", "merci", "TX1", version)
    statement = read_camt(camt(entry("45.00", part, ref="B1", version=version), kind=kind, version=version))
    assert statement.format == (Format.CAMT_053 if kind == "053" else Format.CAMT_054)
    assert statement.entries == (
        Entry(
            ACCOUNT,
            "B1",
            date(2026, 11, 20),
            4500,
            "CHF",
            "Ann Example",
            "DE89370400440532013000",
            "RF857K3M9PQX",
            "merci",
        ),
    )


def test_only_what_came_and_is_booked_counts() -> None:
    out = entry("10.00", details(), sign="DBIT")
    back = entry("10.00", details(), more="<RvslInd>true</RvslInd>")
    pending = entry("10.00", details()).replace("BOOK", "PDNG")
    assert read_camt(camt(out, back, pending)).entries == ()


def test_an_entry_of_many_payments_is_split_where_it_tells_them_apart() -> None:
    parts = details("10.00", "A", ref="T1"), details("20.00", "B", ref="T2")
    split = read_camt(camt(entry("30.00", *parts, ref="B1"))).entries
    assert [(one.key, one.amount_cents, one.reference) for one in split] == [("T1", 1000, "A"), ("T2", 2000, "B")]
    unlike = read_camt(camt(entry("31.00", *parts, ref="B1"))).entries
    assert [(one.key, one.amount_cents, one.reference) for one in unlike] == [("B1", 3100, "")]
    silent = read_camt(camt(entry("30.00", details("", "A"), details("", "B"), ref="B1"))).entries
    assert [(one.key, one.amount_cents) for one in silent] == [("B1", 3000)]


def test_entries_that_the_bank_does_not_name_are_named_by_what_they_say() -> None:
    same = entry("5.00", details("", "", "twice"))
    first = read_camt(camt(same, same, entry("6.00", details()))).entries
    assert len({one.key for one in first}) == 3
    assert [one.key for one in read_camt(camt(same, same, kind="054")).entries] == [one.key for one in first[:2]]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (camt(entry("45.00", details()))[:-40], "Line 4: this XML is broken there, or cut short"),
        (camt(entry("1.00"), entry("forty-five")), "Line 5: this is no amount: forty-five"),
        (camt(entry("45.005")), "Line 4: this is no amount"),
        (camt(entry("1.00")).replace(b"2026-11-20", b"20.11.2026"), "Line 4: this is no day"),
        (b"<html><body>Hello</body></html>", "no camt.053 and no camt.054"),
        (b"<a>" * 100, "no camt.053"),
        (b'<?xml version="1.0" encoding="UTF-8"?>\n<Document>\xff</Document>', "broken"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(content: bytes, told: str) -> None:
    with pytest.raises(InputRefused, match=told):
        read_camt(content)


def test_nothing_unfolds_and_nothing_outside_is_read() -> None:
    bomb = (
        b'<?xml version="1.0"?>\n<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">'
        b'<!ENTITY c SYSTEM "file:///etc/passwd">]>\n<Document>&b;&c;</Document>'
    )
    with pytest.raises(InputRefused, match="declares no types"):
        read_camt(bomb)


def test_a_file_has_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bank_formats, "ENTRIES_MAX", 3)
    with pytest.raises(InputRefused, match="more than 3 payments"):
        read_camt(camt(*[entry("1.00", ref=str(n)) for n in range(4)]))
    monkeypatch.setattr(bank_formats, "FILE_BYTES_MAX", 10)
    with pytest.raises(InputRefused, match="larger than"):
        is_xml(b"x" * 11)


@pytest.mark.parametrize("content", [b"", b"  \n", b"PK\x03\x04\x00\x00", b"%PDF-1.7\x00"])
def test_what_is_neither_is_refused(content: bytes) -> None:
    with pytest.raises(InputRefused, match="neither a camt file"):
        is_xml(content)


@examples(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for read in (read_camt, read_table):
        try:
            read(content)
        except InputRefused as refused:
            assert refused.message


# Tables

GERMAN = "Konto;CH93 0076\nStand;20.11.2026\n\nBuchungsdatum;Avisierungstext;Gutschrift;Lastschrift;Name\n"


def read(text: str, encoding: str = "utf-8", currency: str = "CHF") -> tuple[Entry, ...]:
    table = read_table(text.encode(encoding))
    return read_rows(table, proposed(table), ACCOUNT, currency).entries


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_banks_table_is_found_below_what_stands_above_it(encoding: str) -> None:
    rows = GERMAN + "20.11.2026;Zahlung RF85 7K3M 9PQX;1'234.50;;Müller\n21.11.2026;Gebühr;;-5.00;\n"
    (one,) = read(rows, encoding)
    assert (one.booked_on, one.amount_cents, one.payer) == (date(2026, 11, 20), 123450, "Müller")
    assert one.message == "Zahlung RF85 7K3M 9PQX" and one.account == ACCOUNT


@pytest.mark.parametrize(
    ("amount", "cents"),
    [
        ("1234.50", 123450), ("1'234.50", 123450), ("1 234,50", 123450), ("1.234,50", 123450), ("1,234.50", 123450),
        ("+45", 4500), ("45.0", 4500), ("CHF 45.00", 4500), ("45,00 €", 4500), ("-45.00", None), ("−45.00", None),
        ("", None), ("0.00", None),
    ],
)  # fmt: skip
def test_amounts_as_banks_write_them(amount: str, cents: int | None) -> None:
    found = read(f'Date,Amount,Text\n2026-11-20,"{amount}",hello\n')
    assert [one.amount_cents for one in found] == ([cents] if cents else [])


@pytest.mark.parametrize(
    "day", ["2026-11-20", "20.11.2026", "20/11/2026", "20.11.26", "2026-11-20T10:00", "20-11-2026"]
)
def test_days_as_banks_write_them(day: str) -> None:
    assert [one.booked_on for one in read(f"Date;Amount\n{day};1\n")] == [date(2026, 11, 20)]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("Date;Amount\n2026-11-20;1\n2026-11-20;lots\n", "Line 3: this is no amount: lots"),
        ("Date;Amount\n2026-11-20;1\n32.11.2026;1\n", "Line 3: this is no day"),
        ("Date;Amount\n", "no rows below"),
        ("Date;Amount\n2026-11-20;1.005\n", "Line 2: this is no amount"),
    ],
)
def test_a_broken_row_is_refused_with_its_line(rows: str, told: str) -> None:
    with pytest.raises(InputRefused, match=told):
        read(rows)


def test_a_column_is_one_thing() -> None:
    table = read_table(b"Date;Description;IBAN;Amount in CHF;Reference\n2026-11-20;x;y;1;z\n")
    assert proposed(table) == {
        Column.DATE: 0, Column.AMOUNT: 3, Column.REFERENCE: 4, Column.MESSAGE: 1, Column.PAYER_ACCOUNT: 2,
    }  # fmt: skip
