"""Draws the approved pictures of the label formats, and writes the approved texts of receipts, anew, for somebody to
look at: `.venv/bin/python -m tests.printing.approve`."""

from pathlib import Path

from PIL import Image

from printing import label_formats, labels
from printing.label_designs import LabelDesign
from printing.zpl import Dpi
from tests.printing.rendering import rendered
from tests.printing.test_receipts import PAPERS, on_sheet
from ticketing.formats import Language

FOLDER = Path(__file__).parent / "approved"
FORMATS: dict[str, LabelDesign] = {"show": label_formats.SHOW, "cinema": label_formats.CINEMA}
EVERY = [(name, dpi, language) for name in FORMATS for dpi in Dpi for language in Language]


def drawn() -> dict[str, Image.Image]:
    """Every approved picture as it would be now, by its file's name."""
    jobs = []
    for name, dpi, language in EVERY:
        made = labels.preview(FORMATS[name], dpi, language, "Théâtre du Passage", "EUR", {})
        jobs.append((made.zpl.encode(), FORMATS[name], dpi))
    pictures = [tickets[0] for tickets in rendered(jobs)]
    return {f"{name}-{dpi}-{lang}.png": one for (name, dpi, lang), one in zip(EVERY, pictures, strict=True)}


if __name__ == "__main__":
    for name, picture in drawn().items():
        picture.convert("1").save(FOLDER / name, optimize=True)
    for name in PAPERS:
        (FOLDER / name).write_text(on_sheet(name))
