"""How an on-sale is told: a progress line while it lasts, and a page of text afterwards."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from benchmarks.onsale import Counted, Report, Told

PLAIN_COLUMNS = 110
ENDINGS = {
    "bought": "bought",
    "let_go": "let go of their places",
    "walked_away": "walked away from a hold",
    "none_left": "found nothing left",
    "refused": "were refused",
}


@contextmanager
def progress(console: Console) -> Iterator[Callable[[Told], None]]:
    """A bar of tickets ordered out of the places that were free; nothing where nobody watches."""
    if not console.is_terminal:
        yield lambda _: None
        return
    columns = (TextColumn("Selling"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as bar:
        task = bar.add_task("", total=None)

        def tell(told: Told) -> None:
            rates = ", ".join(f"{told.ok_per_s.get(name, 0):.0f} {name}s/s" for name in ("hold", "order"))
            bar.update(task, total=told.free_at_first, completed=told.tickets, description=rates)

        yield tell


def tell(report: Report, console: Console) -> None:
    """Print what happened."""
    seen = report.seen
    left = f"{seen.free:,} places free and {seen.held:,} held at the end"
    house = f"nothing left for one person, {left}" if seen.sold_out and seen.free else left
    house = "sold out" if seen.sold_out and not seen.free else house
    console.print(f"{seen.seconds:.1f} s, {len(report.performances)} performance(s), {house}.")
    visits = ", ".join(f"{seen.visits[ending]:,} {ENDINGS[ending]}" for ending in seen.visits)
    console.print(f"{sum(seen.visits.values()):,} shoppers: {visits}.")
    console.print()
    console.print(_requests(report))
    console.print()
    for line in _counted(report):
        console.print(line, soft_wrap=True)


def console(stderr: bool = False) -> Console:
    """A console that is plain, and wide enough for the table, where there is no terminal."""
    found = Console(stderr=stderr, highlight=False)
    return found if found.is_terminal else Console(stderr=stderr, highlight=False, width=PLAIN_COLUMNS)


def _requests(report: Report) -> Table:
    table = Table("request", box=None, pad_edge=False)
    for head in ("sent", "granted/s", "p50 ms", "p95 ms", "p99 ms"):
        table.add_column(head, justify="right")
    table.add_column("not granted")
    for name, figures in report.seen.requests.items():
        refused = ", ".join(f"{count:,} {code}" for code, count in figures.outcomes.items() if code != "ok")
        times = (f"{ms:.1f}" for ms in (figures.p50_ms, figures.p95_ms, figures.p99_ms))
        table.add_row(name, f"{figures.count:,}", f"{figures.ok_per_s:,.1f}", *times, refused)
    return table


def _counted(report: Report) -> Iterator[str]:
    after, before, breaches = report.after, report.before, report.breaches
    if after is None or before is None or breaches is None:
        yield "Not counted: the site's database was not asked."
        return
    yield f"Counted in Postgres: {_tickets(after)} for {after.places:,} places; {after.double_sales:,} sold twice."
    yield f"Of these, {after.tickets - before.tickets:,} are new; the shoppers ordered {report.seen.tickets:,}."
    yield f"Check: {len(breaches)} breaches."
    for breach in breaches:
        yield f"  {breach.invariant}: {breach.sentence} {breach.found}"


def _tickets(counted: Counted) -> str:
    return f"{counted.tickets:,} tickets ({counted.paid:,} paid)"
