import csv
import io
from decimal import Decimal

import openpyxl
import pytest

from tests.ticketing.test_legible import FORMULAS
from web import sheets
from web.answers import attached


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_is_computed(text: str) -> None:
    (cell,) = next(csv.reader(io.StringIO(sheets.csv([[text]]).decode("utf-8-sig"), newline="")))
    assert cell.startswith("'") and cell.endswith(text[-1])
    sheet = openpyxl.load_workbook(io.BytesIO(sheets.xlsx("x", [["head"], [text]]))).active
    assert sheet["A2"].data_type == "s" and sheet["A2"].value.startswith("'")


def test_numbers_stay_numbers() -> None:
    rows = [["name", "amount"], ["Zoë", Decimal("-12.50")], [None, 3]]
    assert sheets.csv(rows).decode("utf-8-sig").splitlines() == ["name,amount", "Zoë,-12.50", ",3"]
    sheet = openpyxl.load_workbook(io.BytesIO(sheets.xlsx("A [title]: with / signs", rows))).active
    assert [cell.value for cell in sheet["B"]] == ["amount", -12.5, 3]


def test_a_file_has_a_name_that_is_one() -> None:
    answer = sheets.download(b"", 'a"b/../c\r\n.csv', sheets.CSV)
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"a_b-..-c .csv\"; filename*=UTF-8''a%22b-..-c%20.csv"
    )
    assert attached("Thé\u202e.pdf")["content-disposition"].startswith('attachment; filename="Th_.pdf"')
    assert attached("../")["content-disposition"].startswith('attachment; filename="-"')
