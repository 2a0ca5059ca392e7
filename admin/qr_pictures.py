"""QR codes for pages, as pictures that need no other file."""

import base64
import io

from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.svg import SvgPathFillImage


def address(text: str) -> str:
    """A QR code of a text, as the address of a picture."""
    symbol = QRCode(error_correction=ERROR_CORRECT_M, image_factory=SvgPathFillImage)
    symbol.add_data(text)
    written = io.BytesIO()
    symbol.make_image().save(written)
    return "data:image/svg+xml;base64," + base64.b64encode(written.getvalue()).decode()
