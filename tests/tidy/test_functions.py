import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.tidy.tree import ROOT, files

LINES_MAX = 70
CYTHON_FUNCTION = re.compile(r"( *)(?:cpdef|cdef|def)\s+(?!(?:class|extern|struct|enum|packed)\b)[^=]*?\w\(")


def python_lengths(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", node.end_lineno - node.lineno + 1


def cython_lengths(path: Path) -> Iterator[tuple[str, int]]:
    lines = path.read_text().splitlines()
    for start, line in enumerate(lines):
        if match := CYTHON_FUNCTION.match(line):
            yield f"{path.relative_to(ROOT)}:{start + 1} {line.strip()}", length_of(lines[start:], len(match[1]))


def length_of(lines: list[str], indent: int) -> int:
    """Count the lines of the Cython function that begins `lines`: up to the next one indented no deeper than it."""
    last = 0
    for number, line in enumerate(lines):
        if line.strip():
            if number and len(line) - len(line.lstrip()) <= indent and not line.lstrip().startswith(")"):
                break
            last = number
    return last + 1


def test_no_function_is_long() -> None:
    lengths = [found for path in files(".py") for found in python_lengths(path)]
    lengths += [found for path in files(".pyx", ".pxd") for found in cython_lengths(path)]
    long = [f"{where}: {length} lines" for where, length in lengths if length > LINES_MAX]
    assert not long, "\n".join(long)


def test_cython_functions_are_measured() -> None:
    lines = [
        "    cdef int f(self,",
        "               int x) nogil:",
        "        x += 1",
        "",
        "    def g(self):",
        "        pass",
    ]
    assert length_of(lines, 4) == 3
    assert CYTHON_FUNCTION.match("    cdef inline int f(self) noexcept nogil:")
    assert not CYTHON_FUNCTION.match("cdef class A:")
    assert not CYTHON_FUNCTION.match("    cdef int x = f(2)")
