import csv
import io
from decimal import Decimal

import openpyxl
import pytest

from web import sheets

HARMFUL = ["=1+1", "+1", "-1", "@x", "|x", "%0A=1", " =1", "\t=1", "\n=1", "=cmd|' /C calc'!A0"]


@pytest.mark.parametrize("text", HARMFUL)
def test_no_text_is_computed(text: str) -> None:
    (cell,) = next(csv.reader(io.StringIO(sheets.csv([[text]]).decode("utf-8-sig"), newline="")))
    assert cell == f"'{text}"
    sheet = openpyxl.load_workbook(io.BytesIO(sheets.xlsx("x", [["head"], [text]]))).active
    assert sheet["A2"].data_type == "s"


def test_numbers_stay_numbers() -> None:
    rows = [["name", "amount"], ["Zoë", Decimal("-12.50")], [None, 3]]
    assert sheets.csv(rows).decode("utf-8-sig").splitlines() == ["name,amount", "Zoë,-12.50", ",3"]
    sheet = openpyxl.load_workbook(io.BytesIO(sheets.xlsx("A [title]: with / signs", rows))).active
    assert [cell.value for cell in sheet["B"]] == ["amount", -12.5, 3]


def test_a_file_has_a_name_that_is_one() -> None:
    answer = sheets.download(b"", 'a"b/../c\r\n.csv', sheets.CSV)
    assert answer.headers["content-disposition"] == 'attachment; filename="a-b-..-c-.csv"'
