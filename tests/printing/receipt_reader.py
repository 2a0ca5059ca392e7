"""A receipt printer that nobody here wrote the encoder of: reads ESC/POS byte by byte as Epson's reference has it, and
tells what came out on the paper. What it does not know, it does not print: it fails."""

from dataclasses import dataclass, field

from PIL import Image

PAGES = {0: "cp437", 16: "cp1252", 19: "cp858"}
ALIGN = {0: "left", 1: "center", 2: "right"}


@dataclass
class Printed:
    """A line, a picture or a code on the paper."""

    text: str = ""
    bold: bool = False
    large: bool = False
    align: str = "left"
    picture: Image.Image | None = None
    code: str = ""


@dataclass
class Paper:
    """What a job left behind."""

    rows: list[Printed] = field(default_factory=list)
    drawers: list[int] = field(default_factory=list)
    cuts: int = 0
    fed_lines: int = 0
    is_reset: bool = False

    def texts(self, columns: int) -> list[str]:
        """The lines of text as they stand on paper of so many columns; `▒` for what was drawn."""
        return [self._placed(row, columns) for row in self.rows if not row.code]

    @staticmethod
    def _placed(row: Printed, columns: int) -> str:
        if row.picture is not None:
            return "▒"
        wide = "".join(sign + " " for sign in row.text) if row.large else row.text
        room = columns - len(wide)
        assert room >= 0, f"{len(wide)} columns on {columns}: {row.text}"
        return " " * {"left": 0, "center": room // 2, "right": room}[row.align] + wide


class Printer:
    """Reads a job."""

    def __init__(self, job: bytes) -> None:
        self.job, self.at, self.paper = job, 0, Paper()
        self.page, self.line = 0, ""
        self.bold = self.large = False
        self.align, self.stored = "left", ""
        self.qr: dict[str, int] = {}

    def read(self) -> Paper:
        for n in range(len(self.job) - 1):
            assert not (self.job[n] == 0x10 and self.job[n + 1] in (4, 5, 0x14)), "a command in real time"
        while self.at < len(self.job):
            self._step(self._byte())
        assert not self.line, "the last line was ended"
        return self.paper

    def _byte(self) -> int:
        self.at += 1
        return self.job[self.at - 1]

    def _bytes(self, count: int) -> bytes:
        assert self.at + count <= len(self.job), "a command cut short"
        self.at += count
        return self.job[self.at - count : self.at]

    def _step(self, byte: int) -> None:
        if byte >= 0x20:
            assert byte != 0x7F
            self.line += bytes([byte]).decode(PAGES[self.page])
        elif byte == 0x0A:
            self.paper.rows.append(Printed(self.line, self.bold, self.large, self.align))
            self.line = ""
        elif byte == 0x1B:
            self._escape(chr(self._byte()))
        elif byte == 0x1D:
            self._group(chr(self._byte()))
        elif byte == 0x1C:
            assert self._byte() == ord("."), "two bytes a character: left"
        else:
            raise AssertionError(f"a control byte {byte:#04x} at {self.at - 1}")

    def _escape(self, command: str) -> None:
        if command == "@":
            self.paper.is_reset, self.page, self.bold, self.large, self.align = True, 0, False, False, "left"
        elif command == "R":
            assert self._byte() == 0, "ASCII as it is"
        elif command == "t":
            self.page = self._byte()
        elif command == "E":
            self.bold = bool(self._byte() & 1)
        elif command == "a":
            assert not self.line, "alignment is set where a line begins"
            self.align = ALIGN[self._byte()]
        elif command == "d":
            self.paper.fed_lines += self._byte()
        elif command == "p":
            drawer, on, off = self._bytes(3)
            assert 0 < on < off, "a pulse"
            self.paper.drawers.append(drawer)
        else:
            raise AssertionError(f"ESC {command}")

    def _group(self, command: str) -> None:
        if command == "!":
            size = self._byte()
            assert size in (0x00, 0x11)
            self.large = size == 0x11
        elif command == "V":
            assert self._byte() == 66
            self._byte()
            self.paper.cuts += 1
        elif command == "v":
            self._raster()
        elif command == "(":
            assert self._byte() == ord("k")
            self._symbol(self._bytes(int.from_bytes(self._bytes(2), "little")))
        else:
            raise AssertionError(f"GS {command}")

    def _raster(self) -> None:
        assert self._bytes(2) == b"0\x00" and not self.line
        wide, high = (int.from_bytes(self._bytes(2), "little") for _ in range(2))
        assert 0 < wide <= 72 and 0 < high <= 255
        picture = Image.frombytes("1", (wide * 8, high), self._bytes(wide * high)).convert("L")
        self.paper.rows.append(Printed(picture=picture.point(lambda ink: 255 - ink), align=self.align))

    def _symbol(self, said: bytes) -> None:
        assert said[0] == 0x31, "QR"
        function, rest = said[1], said[2:]
        if function == 0x41:
            assert rest == b"\x32\x00", "model 2"
        elif function == 0x43:
            self.qr["module"] = rest[0]
        elif function == 0x45:
            assert rest == b"\x31", "level M"
        elif function == 0x50:
            assert rest[0] == 0x30
            self.stored = rest[1:].decode("ascii")
        elif function == 0x51:
            assert rest == b"\x30" and self.stored and 1 <= self.qr["module"] <= 16
            self.paper.rows.append(Printed(code=self.stored, align=self.align))
        else:
            raise AssertionError(f"QR function {function}")


def read(job: bytes) -> Paper:
    return Printer(job).read()
