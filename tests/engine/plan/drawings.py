"""Random plans for property tests: well-shaped, sound or flawed as asked."""

from hypothesis import strategies as st

from engine.plan.model import (
    Area,
    AreaText,
    Attribute,
    Category,
    Circle,
    Ellipse,
    Plan,
    Polygon,
    Position,
    Rectangle,
    Row,
    RowLabels,
    Seat,
    Size,
    StartDirection,
    Table,
    Zone,
)

words = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=8)
colors = st.sampled_from(["", "#fff", "#12ab34", "red", "rgb(1, 2, 3)"])
coordinates = st.floats(-300_000, 300_000).map(lambda value: value + 0.0)
lengths = st.floats(0, 300_000).map(lambda value: value + 0.0)
whole_lengths = st.integers(0, 300_000)
positions = st.builds(Position, coordinates, coordinates)

categories = st.builds(Category, words, colors, st.integers(0, 1_000))
outlines = st.none() | st.one_of(
    st.builds(Polygon, st.lists(positions, max_size=4).map(tuple)),
    st.builds(Rectangle, whole_lengths.map(float), whole_lengths.map(float)),
    st.builds(Ellipse, lengths, lengths),
    st.builds(Circle, whole_lengths.map(float)),
)
texts = st.builds(AreaText, words, coordinates, coordinates, color=colors, size=st.none() | whole_lengths)

# What the open format holds of a plan, and nothing more.
plain_seats = st.builds(
    Seat,
    words,
    words,
    coordinates,
    coordinates,
    words,
    radius=st.none() | whole_lengths,
    start_direction=st.sampled_from(StartDirection),
    uuid=words,
)
plain_areas = st.builds(
    Area,
    words.filter(bool),
    coordinates,
    coordinates,
    st.floats(-360, 360).map(lambda value: value + 0.0),
    outline=outlines,
    color=colors,
    border_color=colors,
    text=st.none() | texts,
)


def rows(seats: st.SearchStrategy[Seat]) -> st.SearchStrategy[Row]:
    return st.builds(
        Row,
        words,
        coordinates,
        coordinates,
        st.lists(seats, max_size=4).map(tuple),
        labels_at=st.sampled_from(RowLabels),
        name=words,
        seat_name=words,
        uuid=words,
    )


plain_zones = st.builds(
    Zone,
    words.filter(bool),
    words,
    coordinates,
    coordinates,
    rows=st.lists(rows(plain_seats), max_size=3).map(tuple),
    areas=st.lists(plain_areas, max_size=3).map(tuple),
    uuid=words,
)
plain_plans = st.builds(
    Plan,
    words,
    st.lists(st.builds(Category, words, colors), max_size=3).map(tuple),
    st.lists(plain_zones, max_size=3).map(tuple),
    st.builds(Size, whole_lengths, whole_lengths),
)

seats = st.builds(
    Seat,
    words,
    words,
    coordinates,
    coordinates,
    words,
    attributes=st.lists(st.sampled_from(Attribute), max_size=3).map(tuple),
    companion_of=words,
    aisle_after=st.booleans(),
    cost=st.none() | st.integers(0, 2_000_000),
    note=words,
    photo=st.sampled_from(("", "5e" * 32, "a1" * 32)),
    radius=st.none() | whole_lengths,
    start_direction=st.sampled_from(StartDirection),
    uuid=words,
)
areas = st.builds(
    Area,
    words,
    coordinates,
    coordinates,
    coordinates.map(lambda value: value / 10),
    name=words,
    outline=outlines,
    color=colors,
    border_color=colors,
    text=st.none() | texts,
    capacity=st.integers(0, 1_000),
    category=words,
    note=words,
)
tables = st.builds(Table, words, words, st.lists(words, max_size=4).map(tuple), st.booleans())
zones = st.builds(
    Zone,
    words,
    words,
    coordinates,
    coordinates,
    rows=st.lists(rows(seats), max_size=3).map(tuple),
    areas=st.lists(areas, max_size=3).map(tuple),
    tables=st.lists(tables, max_size=2).map(tuple),
    note=words,
    uuid=words,
)
plans = st.builds(
    Plan,
    words,
    st.lists(categories, max_size=3).map(tuple),
    st.lists(zones, max_size=3).map(tuple),
    st.builds(Size, whole_lengths, whole_lengths),
    focal_point=st.none() | positions,
    note=words,
)
