"""Named blocks of SQL, loaded from `ticketing/sql/*.sql` by aiosql and run by asyncpg.

aiosql reads the files (`-- name: get(order_id)^`, parameters written `:order_id`) and turns them into numbered
parameters; the calls go straight to asyncpg, because aiosql's own adapter inspects the connection at every call, which
costs more than the statement. A row becomes the Struct named in the call, field by column name, so a column that a
Struct does not know is an error and not a silence; a field that is an enumeration gets its member, and one that is a
dict, a tuple or a Struct is read from jsonb.
"""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from enum import Enum
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any, TypeAlias, TypeVar, get_args, get_origin, get_type_hints

import aiosql
import asyncpg
import msgspec
from asyncpg.pool import PoolConnectionProxy

FOLDER = Path(__file__).parent / "sql"

Connection: TypeAlias = asyncpg.Connection | PoolConnectionProxy
T = TypeVar("T")
_enumerations: dict[type, list[tuple[str, type[Enum]]]] = {}  # by Struct, its fields that are enumerations
_documents: dict[type, list[tuple[str, Any]]] = {}  # by Struct, its fields that are read from jsonb


class Query:
    """One named block: its text, its parameters in the order of their numbers, and its comment."""

    __slots__ = ("doc", "name", "parameters", "text")

    def __init__(self, name: str, text: str, parameters: Sequence[str], doc: str = "") -> None:
        self.name, self.text, self.parameters, self.doc = name, text, tuple(parameters), doc

    async def one(self, c: Connection, kind: type[T], /, **values: Any) -> T | None:
        """The first row as a `kind`, or None."""
        record = await c.fetchrow(self.text, *self._ordered(values))
        return None if record is None else _built(kind, record)

    async def all(self, c: Connection, kind: type[T], /, **values: Any) -> list[T]:
        """Every row as a `kind`."""
        return [_built(kind, record) for record in await c.fetch(self.text, *self._ordered(values))]

    async def row(self, c: Connection, /, **values: Any) -> asyncpg.Record | None:
        """The first row as asyncpg gives it, or None."""
        record: asyncpg.Record | None = await c.fetchrow(self.text, *self._ordered(values))
        return record

    async def rows(self, c: Connection, /, **values: Any) -> list[asyncpg.Record]:
        """Every row as asyncpg gives it."""
        records: list[asyncpg.Record] = await c.fetch(self.text, *self._ordered(values))
        return records

    async def batches(self, c: Connection, rows_max: int, /, **values: Any) -> AsyncIterator[list[asyncpg.Record]]:
        """Every row, at most so many at a time, by a cursor of the caller's transaction."""
        cursor = await c.cursor(self.text, *self._ordered(values))
        while rows := await cursor.fetch(rows_max):
            yield rows

    async def value(self, c: Connection, /, **values: Any) -> Any:
        """The first column of the first row, or None."""
        return await c.fetchval(self.text, *self._ordered(values))

    async def run(self, c: Connection, /, **values: Any) -> int:
        """Run it; how many rows it touched, 0 for a statement that touches none."""
        status = await c.execute(self.text, *self._ordered(values))
        count = status.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def many(self, c: Connection, every: Sequence[dict[str, Any]], /) -> None:
        """Run it once for each set of values, in one round trip."""
        await c.executemany(self.text, [self._ordered(values) for values in every])

    def _ordered(self, values: dict[str, Any]) -> list[Any]:
        assert len(values) == len(self.parameters), f"{self.name} takes {self.parameters}, not {tuple(values)}"
        return [values[name] for name in self.parameters]


def _built(kind: type[T], record: asyncpg.Record) -> T:
    if kind not in _enumerations:
        hints = get_type_hints(kind).items()
        _enumerations[kind] = [(name, found) for name, hint in hints if (found := _enumeration(hint))]
        _documents[kind] = [(name, hint) for name, hint in hints if _is_document(hint)]
    values = dict(record)
    for name, enumeration in _enumerations[kind]:
        values[name] = None if values[name] is None else enumeration(values[name])
    for name, hint in _documents[kind]:
        if isinstance(values.get(name), str):
            values[name] = msgspec.json.decode(values[name], type=hint)
    return kind(**values)


def _enumeration(hint: Any) -> type[Enum] | None:
    """The enumeration that a field's type is, by itself or beside None."""
    options = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    kinds = [kind for kind in options if isinstance(kind, type) and issubclass(kind, Enum)]
    return kinds[0] if kinds else None


def _is_document(hint: Any) -> bool:
    return get_origin(hint) in (dict, tuple) or (isinstance(hint, type) and issubclass(hint, msgspec.Struct))


class Queries:
    """The blocks of one file, as attributes; iterating gives them all, in the file's order."""

    def __init__(self, queries: Iterable[Query]) -> None:
        self._by_name = {query.name: query for query in queries}

    def __iter__(self) -> Iterator[Query]:
        return iter(self._by_name.values())

    def __getattr__(self, name: str) -> Query:
        try:
            return self._by_name[name]
        except KeyError:
            raise AttributeError(f"no SQL block {name}") from None


@cache
def load(noun: str) -> Queries:
    """The blocks of `sql/<noun>.sql`. Read once a process."""
    loaded = aiosql.from_path(FOLDER / f"{noun}.sql", "asyncpg")
    order = loaded.driver_adapter.var_sorted
    names = [name for name in loaded.available_queries if not name.endswith("_cursor")]
    blocks = [(name, getattr(loaded, name)) for name in names]
    blocks.sort(key=lambda block: block[1].__code__.co_firstlineno)
    return Queries(Query(name, block.sql, order[name], block.__doc__ or "") for name, block in blocks)
