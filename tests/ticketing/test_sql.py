import re
from enum import StrEnum
from pathlib import Path

import asyncpg
import pytest
from msgspec import Struct

from ticketing.sql import FOLDER, Queries, Query, load

NOUNS = sorted(path.stem for path in FOLDER.glob("*.sql") if path.stem != "schema")
ROOT = Path(__file__).parents[2]
SOURCES = [*ROOT.glob("*.py"), *(ROOT / "ticketing").rglob("*.py")]


@pytest.mark.parametrize("noun", NOUNS)
async def test_every_block_fits_the_schema(connection: asyncpg.Connection, noun: str) -> None:
    for query in load(noun):
        statement = await connection.prepare(query.text)
        assert len(statement.get_parameters()) == len(query.parameters)


def test_every_block_is_used_and_every_use_has_its_block() -> None:
    used: dict[str, set[str]] = {noun: set() for noun in NOUNS}
    for text in (path.read_text() for path in SOURCES):
        for name, noun in re.findall(r"^(\w+) = load\(\"(\w+)\"\)", text, re.MULTILINE):
            used[noun] |= set(re.findall(rf"(?<![\w.]){name}\.(\w+)\b", text))
            if f" in {name}:" in text:
                used[noun] |= {query.name for query in load(noun)}
        for noun, block in re.findall(r"\b(\w+)\.SQL\.(\w+)\b", text):
            used[noun].add(block)
    assert used == {noun: {query.name for query in load(noun)} for noun in NOUNS}


class Side(StrEnum):
    LEFT = "left"


class Thing(Struct):
    number: int
    side: Side


THING = Query("thing", "select $2::int as number, $1::text as side", ("side", "number"))


async def test_a_row_becomes_a_struct_by_name(connection: asyncpg.Connection) -> None:
    thing = await THING.one(connection, Thing, number=7, side="left")
    assert thing == Thing(7, Side.LEFT) and isinstance(thing.side, Side)
    assert await THING.all(connection, Thing, side="left", number=8) == [Thing(8, Side.LEFT)]


async def test_a_column_the_struct_lacks_is_an_error(connection: asyncpg.Connection) -> None:
    with pytest.raises(TypeError):
        await Query("wide", "select 1 as number, 'left' as side, 2 as other", ()).one(connection, Thing)
    with pytest.raises(ValueError, match="right"):
        await THING.one(connection, Thing, number=7, side="right")


async def test_no_row_is_none_or_an_empty_list(connection: asyncpg.Connection) -> None:
    none = Query("none", "select 1 as number, 'left' as side where false", ())
    assert await none.one(connection, Thing) is None
    assert await none.row(connection) is None
    assert await none.value(connection) is None
    assert await none.all(connection, Thing) == [] == await none.rows(connection)


async def test_run_counts_rows_and_many_runs_for_each(connection: asyncpg.Connection) -> None:
    await connection.execute("create temp table pairs (a integer, b integer)")
    add = Query("add", "insert into pairs values ($1, $2)", ("a", "b"))
    await add.many(connection, [{"b": n, "a": -n} for n in range(3)])
    assert await Query("double", "update pairs set b = b * 2 where b > $1", ("least",)).run(connection, least=0) == 2
    assert await Query("other", "create temp table other ()", ()).run(connection) == 0


async def test_other_parameters_than_the_block_takes_are_a_mistake(connection: asyncpg.Connection) -> None:
    with pytest.raises(AssertionError):
        await THING.one(connection, Thing, number=7)
    with pytest.raises(KeyError):
        await THING.one(connection, Thing, number=7, colour="red")


def test_an_unknown_block_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError):
        _ = Queries([THING]).nothing
