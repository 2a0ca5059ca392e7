import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from tests.tidy.tree import PACKAGES, ROOT, files, product_files

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
CIMPORT = re.compile(r"^\s*(?:from\s+(\S+)\s+cimport|cimport\s+(\S+))", re.MULTILINE)
CIMPORTS_ALLOWED = ("engine.core", "libc", "cpython", "cython", "numpy")
SQL = re.compile(
    r"\s*(?:select\s.*\sfrom\s|select\s+\w+\(|insert\s+into\s|update\s+\w+\s+set\s|delete\s+from\s|with\s+\w+\s+as\s*\("
    r"|(?:create|alter|drop|truncate|lock)\s+(?:table|index|database|schema|function|type|sequence)\s)",
    re.IGNORECASE | re.DOTALL,
)
MODULES = {path.stem for path in ROOT.glob("*.py")} - {"setup"}
LUA = re.compile(r"\bredis\.p?call\(")


def strings(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the line and text of every string in a Python file, f-strings without their values."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def imported(path: Path) -> set[str]:
    """Return the top-level names of everything a Python file imports."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return {
        name.split(".")[0] for name in plain | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    }


def test_init_files_are_empty() -> None:
    assert not [path for path in files("__init__.py", "__init__.pxd") if path.read_text()]


def test_the_core_cimports_nothing_above_it() -> None:
    wrong = []
    for path in files(".pyx", ".pxd"):
        for name in (first or second for first, second in CIMPORT.findall(path.read_text())):
            if not name.startswith(tuple(f"{root}." for root in CIMPORTS_ALLOWED)) and name not in CIMPORTS_ALLOWED:
                wrong.append(f"{path.relative_to(ROOT)} cimports {name}")
    assert not wrong


def test_the_core_imports_no_python_of_ours() -> None:
    pattern = re.compile(rf"^\s*(?:from|import)\s+(?!engine\.core\b)(?:{'|'.join(PACKAGES)})\b", re.MULTILINE)
    assert not [path for path in files(".pyx") if pattern.search(path.read_text())]


def test_sql_and_lua_live_in_files_of_their_own() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line} {text.strip()[:60]}"
        for path in product_files(".py")
        for line, text in strings(path)
        if SQL.match(text) or LUA.search(text)
    ]
    assert not found, "\n".join(found)


def test_the_locks_name_no_host() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert not re.search(r"://|--(?:extra-)?index-url|--find-links|--trusted-host", lock)
    assert '"resolved"' not in (ROOT / "web" / "package-lock.json").read_text()


def test_every_requirement_is_locked_with_hashes() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    wanted = [*PROJECT["project"]["dependencies"]]
    for extra in ("build", "test"):
        wanted += PROJECT["project"]["optional-dependencies"][extra]
    names = {re.split(r"[\[<>=; ]", line)[0].lower().replace("_", "-") for line in wanted}
    locked = dict(re.findall(r"^([a-z0-9.-]+)==[^\n]*\\\n\s+(--hash=sha256:)", lock, re.MULTILINE))
    assert names <= locked.keys()


def test_every_package_has_its_layer() -> None:
    here = {name for name in PACKAGES if (ROOT / name).is_dir()}
    linted = PROJECT["tool"]["importlinter"]
    layered = {name.strip(" ()") for layer in linted["contracts"][0]["layers"] for name in re.split(r"[|:]", layer)}
    assert here <= layered
    assert here <= set(linted["root_packages"])


def test_every_module_beside_the_packages_is_installed() -> None:
    assert set(PROJECT["tool"]["setuptools"]["py-modules"]) >= MODULES


def test_packages_import_no_module_beside_them() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for package in PACKAGES
        for path in files(".py")
        if path.relative_to(ROOT).parts[0] == package
        for name in imported(path) & MODULES
    ]
    assert not wrong


def test_the_own_servers_know_nothing_of_ours() -> None:
    assert not imported(ROOT / "embedded.py") & (MODULES | set(PACKAGES))
