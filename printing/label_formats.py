"""The two label formats that come with Placeur, to print with as they are or to begin from (`printing/label_designs.py`
says whence their sizes)."""

from printing.label_designs import (
    Align,
    AnyBlock,
    Barcode,
    Cut,
    Fact,
    Feed,
    Field,
    LabelDesign,
    Line,
    Qr,
    Show,
    Stub,
    Vertical,
)

RULE_MM = 0.3
CAPTION_MM = 1.6


def _fact(
    field: Field,
    x_mm: float,
    y_mm: float,
    width_mm: float,
    height_mm: float,
    letters_mm: float,
    lines_max: int = 1,
    show: Show = Show.VALUE,
    align: Align = Align.LEFT,
    vertical: Vertical = Vertical.TOP,
    bold: bool = False,
) -> Fact:
    return Fact(
        field=field, x_mm=x_mm, y_mm=y_mm, width_mm=width_mm, height_mm=height_mm, letters_mm=letters_mm,
        lines_max=lines_max, show=show, align=align, vertical=vertical, bold=bold,
    )  # fmt: skip


def _captioned(
    field: Field, x_mm: float, y_mm: float, width_mm: float, letters_mm: float, height_mm: float
) -> tuple[AnyBlock, ...]:
    """A fact under its label."""
    return (
        _fact(field, x_mm, y_mm, width_mm, 2.8, CAPTION_MM, show=Show.LABEL),
        _fact(field, x_mm, y_mm + 2.4, width_mm, height_mm, letters_mm, 2),
    )


SHOW = LabelDesign(
    width_mm=140,
    height_mm=80,
    feed=Feed.LEFT,
    stub=Stub(102),
    cut=Cut.NONE,
    blocks=(
        _fact(Field.ORGANISER, 4, 3, 60, 4.4, 2.4),
        _fact(Field.REPRINT, 4, 7.4, 60, 4, 2.2, bold=True),
        _fact(Field.TITLE, 4, 11, 60, 24, 7, 4, bold=True),
        _fact(Field.DAY, 4, 36, 60, 6, 3.2),
        _fact(Field.HOUR, 4, 41.6, 24, 9, 5, bold=True),
        _fact(Field.DOORS, 28, 43.3, 36, 5, 2.4),
        _fact(Field.VENUE, 4, 50.6, 60, 5, 2.8),
        _fact(Field.ADDRESS, 4, 55.2, 94, 3.6, 1.9),
        Qr(x_mm=66, y_mm=3, width_mm=34, height_mm=34),
        _fact(Field.NUMBER, 66, 37.4, 34, 4, 2, align=Align.CENTER),
        _fact(Field.ADMITS, 66, 41.2, 34, 3.4, 1.6, align=Align.CENTER),
        _fact(Field.COUNT, 66, 44.4, 34, 3.4, 1.6, align=Align.CENTER),
        Line(x_mm=4, y_mm=60, width_mm=95, height_mm=RULE_MM),
        *_captioned(Field.ZONE, 4, 61, 36, 4.4, 8),
        *_captioned(Field.ROW, 42, 61, 14, 4.4, 8),
        *_captioned(Field.SEAT, 58, 61, 16, 4.4, 8),
        _fact(Field.CATEGORY, 76, 61.4, 23, 3.4, 1.8, align=Align.RIGHT),
        _fact(Field.TARIFF, 76, 64.6, 23, 3.6, 1.9, align=Align.RIGHT),
        _fact(Field.PRICE, 76, 67.6, 23, 5, 2.8, align=Align.RIGHT, bold=True),
        Line(x_mm=4, y_mm=72.2, width_mm=95, height_mm=RULE_MM),
        _fact(Field.HOLDER, 4, 72.8, 52, 3.4, 1.9),
        _fact(Field.ORDER, 58, 72.8, 41, 3.4, 1.9, show=Show.BOTH, align=Align.RIGHT),
        _fact(Field.VAT, 4, 76, 95, 2.8, 1.5),
        _fact(Field.TITLE, 105, 3, 32, 12, 3, 4, bold=True),
        _fact(Field.DATE, 105, 15.6, 32, 4, 2.2),
        _fact(Field.HOUR, 105, 19.2, 32, 5.4, 3.2, bold=True),
        _fact(Field.VENUE, 105, 24.6, 32, 4, 2),
        Line(x_mm=105, y_mm=29.4, width_mm=32, height_mm=RULE_MM),
        _fact(Field.ZONE, 105, 30.2, 32, 4.6, 2.6),
        _fact(Field.ROW, 105, 34.8, 15, 5, 2.8, show=Show.BOTH),
        _fact(Field.SEAT, 120, 34.8, 17, 5, 2.8, show=Show.BOTH),
        _fact(Field.CATEGORY, 105, 40.4, 32, 3.4, 1.8),
        _fact(Field.TARIFF, 105, 43.6, 32, 3.6, 1.9),
        _fact(Field.PRICE, 105, 46.8, 32, 5, 2.8, bold=True),
        _fact(Field.HOLDER, 105, 51.8, 32, 3.6, 1.9),
        _fact(Field.ORDER, 105, 55, 32, 3.6, 1.9, show=Show.BOTH),
        _fact(Field.REPRINT, 105, 58.2, 32, 3.6, 1.9, bold=True),
        Barcode(x_mm=105, y_mm=63, width_mm=32, height_mm=9),
        _fact(Field.NUMBER, 105, 72.6, 32, 4, 2, align=Align.CENTER),
    ),
)
"""*Show*: a ticket with a stub."""

CINEMA = LabelDesign(
    width_mm=80,
    height_mm=54,
    feed=Feed.TOP,
    cut=Cut.EACH,
    blocks=(
        _fact(Field.ORGANISER, 3, 2.4, 50, 3.4, 1.9),
        _fact(Field.TITLE, 3, 5.8, 50, 14.6, 4.2, 3, bold=True),
        _fact(Field.DAY, 3, 21, 50, 4.4, 2.4),
        _fact(Field.HOUR, 3, 25, 20, 6.8, 4, bold=True),
        _fact(Field.VENUE, 23, 26.6, 30, 4, 2),
        Line(x_mm=3, y_mm=32.8, width_mm=50, height_mm=RULE_MM),
        *_captioned(Field.ZONE, 3, 33.8, 24, 3.2, 6.8),
        *_captioned(Field.ROW, 28, 33.8, 11, 3.2, 6.8),
        *_captioned(Field.SEAT, 40, 33.8, 13, 3.2, 6.8),
        Line(x_mm=3, y_mm=43.4, width_mm=74, height_mm=RULE_MM),
        _fact(Field.TARIFF, 3, 44, 46, 3.6, 2),
        _fact(Field.PRICE, 49, 44, 28, 4.8, 2.6, align=Align.RIGHT, bold=True),
        _fact(Field.HOLDER, 3, 47.4, 40, 3.2, 1.8),
        _fact(Field.ORDER, 44, 48.4, 33, 2.8, 1.6, show=Show.BOTH, align=Align.RIGHT),
        _fact(Field.VAT, 3, 50.6, 46, 2.6, 1.4),
        _fact(Field.REPRINT, 49, 50.8, 28, 2.8, 1.6, align=Align.RIGHT, bold=True),
        Qr(x_mm=54, y_mm=2.5, width_mm=25, height_mm=25),
        _fact(Field.NUMBER, 54, 28, 25, 3.6, 2, align=Align.CENTER),
        _fact(Field.ADMITS, 54, 31.4, 25, 3, 1.5, align=Align.CENTER),
        _fact(Field.COUNT, 54, 34.2, 25, 3, 1.5, align=Align.CENTER),
        _fact(Field.CATEGORY, 54, 37.2, 25, 3, 1.5, align=Align.CENTER),
    ),
)
"""*Cinema*: a short ticket, cut one by one."""
