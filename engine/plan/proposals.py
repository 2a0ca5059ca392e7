"""What the doctor finds, said before it is mended: what there is, and what mending will make of it.

Whoever imports a file is told what the doctor did (`doctor`); whoever draws is told first, and decides.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from engine.plan.sayings import Saying

PROPOSED: Mapping[str, Saying] = {
    "The plan had no name; it is now called {name}.": Saying("The plan has no name. Mending calls it {name}."),
    "A category had no name; it is now called {name}.": Saying("A category has no name. Mending calls it {name}."),
    "Category {name} was there twice; the first one stays.": Saying(
        "Category {name} is there twice. Mending keeps the first one."
    ),
    "The category “{name}” was unknown; its places ({places}) now have {wanted}.": Saying(
        "The category “{name}” is unknown. Mending gives its places ({places}) {wanted}."
    ),
    "Category {name} was not listed; it now is, with its places ({places}).": Saying(
        "Places ({places}) have the category {name}, which is not listed. Mending adds it to the list."
    ),
    "The zone’s id “{id}” was not its own; it is now {now}.": Saying(
        "The zone’s id “{id}” is not its own. Mending gives it {now}."
    ),
    "The zone’s name “{name}” was not its own; it is now {now}.": Saying(
        "Another zone is called “{name}” too. Mending calls this one {now}."
    ),
    "The zone had no name; it is now called {name}.": Saying("The zone has no name. Mending calls it {name}."),
    "The area’s id “{id}” was not its own; it is now {now}.": Saying(
        "The area’s id “{id}” is not its own. Mending gives it {now}."
    ),
    "The id “{id}” of seat “{seat}” of row “{row}” in {zone} was not its own; it is now {now}.": Saying(
        "The id “{id}” of seat “{seat}” of row “{row}” in {zone} is not its own. Mending gives it {now}."
    ),
    "An attribute of seat “{seat}” of row “{row}” in {zone} was there twice.": Saying(
        "An attribute of seat “{seat}” of row “{row}” in {zone} is there twice. Mending keeps it once."
    ),
    "Seat “{seat}” of row “{row}” in {zone} accompanied no wheelchair place; it is now an ordinary seat.": Saying(
        "Seat “{seat}” of row “{row}” in {zone} accompanies no wheelchair place. Mending makes it an ordinary seat."
    ),
    "Photos from seats of row “{row}” in {zone} ({seats}) are not kept here; these seats now name none.": Saying(
        "Photos from seats of row “{row}” in {zone} ({seats}) are not kept here. Mending takes them from these seats."
    ),
    "Table “{table}” had no seats of its own; it is gone, its seats are not.": Saying(
        "Table “{table}” has no seats of its own. Mending takes the table away, not its seats."
    ),
    "Some seats of table “{table}” were not its own ({left}); {stay} stay at it.": Saying(
        "Some seats of table “{table}” are not its own ({left}). Mending leaves it {stay}."
    ),
    "The id “{id}” of table “{table}” was not its own; it is now {now}.": Saying(
        "The id “{id}” of table “{table}” is not its own. Mending gives it {now}."
    ),
    "The label of seat “{seat}” of row “{row}” in {zone} was not its own; it is now {now}.": Saying(
        "Row “{row}” in {zone} has seat “{seat}” twice, or one without a label. Mending labels this one {now}."
    ),
    "Another row “{row}” of {zone} has the same seats; this one is now {now}.": Saying(
        "Another row “{row}” of {zone} has the same seats. Mending labels this one {now}."
    ),
    "Seat “{seat}” of row “{row}” in {zone} stood on another seat; it now stands at {x}, {y}.": Saying(
        "Seat “{seat}” of row “{row}” in {zone} stands on another seat. Mending moves it to {x}, {y}."
    ),
    "Row “{row}” of {zone} had no seats; it is gone.": Saying(
        "Row “{row}” of {zone} has no seats. Mending takes it away."
    ),
}


def proposed(done: Saying) -> Saying:
    """The same as it is before it is mended; itself where nobody has worded that."""
    worded = PROPOSED.get(done.text)
    return replace(worded, fields=done.fields) if worded else done
