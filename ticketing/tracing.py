"""Pictures to trace: what somebody sent, drawn anew as one JPEG. Read by the workshop's processes alone."""

import io
import warnings

import pypdfium2
from PIL import Image, UnidentifiedImageError

from ticketing import pictures
from ticketing.files import Kept
from ticketing.refusals import InputRefused

SIDE_PX_MAX = 4000
PDF_START = b"%PDF-"
QUALITY = 80


def traced(content: bytes) -> Kept:
    """A picture, or a PDF's first page, its longer side at most `SIDE_PX_MAX`. InputRefused for what is neither."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = _page(content) if content.startswith(PDF_START) else _opened(content)
            plain = Image.new("RGB", picture.size, "white")
            plain.paste(picture, mask=picture.getchannel("A") if picture.mode == "RGBA" else None)
    except (UnidentifiedImageError, pypdfium2.PdfiumError, OSError, SyntaxError, ValueError, Warning):
        raise InputRefused(
            problem="This is neither a picture nor a PDF: choose a JPEG, PNG, WebP or PDF file."
        ) from None
    made = io.BytesIO()
    plain.save(made, "JPEG", quality=QUALITY)
    return Kept("image/jpeg", made.getvalue(), plain.width, plain.height)


def _opened(content: bytes) -> Image.Image:
    picture = pictures.opened(content)
    return pictures.bare(picture, "RGBA" if picture.has_transparency_data else "RGB", SIDE_PX_MAX)


def _page(content: bytes) -> Image.Image:
    document = pypdfium2.PdfDocument(content)
    page = document[0]
    drawn: Image.Image = page.render(scale=SIDE_PX_MAX / max(*page.get_size(), 1)).to_pil()
    return drawn.convert("RGB")
