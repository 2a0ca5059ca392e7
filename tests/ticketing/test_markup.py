import pytest

from ticketing.markup import rendered


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", ""),
        ("One.\nTwo.\n\nThree.", "<p>One.<br>Two.</p><p>Three.</p>"),
        ("## The cast\nAnn", "<h3>The cast</h3><p>Ann</p>"),
        ("- one\n- **two**", "<ul><li>one</li><li><strong>two</strong></li></ul>"),
        ("_well_ said, a_b_c", "<p><em>well</em> said, a_b_c</p>"),
        ("2 * 3 ** 4", "<p>2 * 3 ** 4</p>"),
        (
            "See [_our_ site](https://example.org/a_b_c?x=1&y=2)",
            '<p>See <a href="https://example.org/a_b_c?x=1&amp;y=2" rel="noopener nofollow"><em>our</em> site</a></p>',
        ),
    ],
)
def test_the_marks_become_html(text: str, html: str) -> None:
    assert rendered(text) == html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[click](javascript:alert(1))",
        '[click](https://x.example/"onmouseover="alert(1))',
        "[<b onclick=alert(1)>](https://x.example)",
        "**<iframe src=//x>**",
        "## <svg/onload=alert(1)>",
        "[a](https://x.example/'><script>alert(1)</script>)",
        "- <style>*{}</style>",
    ],
)
def test_nothing_typed_becomes_a_script(text: str) -> None:
    html = rendered(text)
    assert not any(f"<{name}" in html for name in ("script", "img", "iframe", "svg", "style", "b "))
    assert 'href="javascript' not in html and ' onmouseover="' not in html and " onclick=" not in html.split("&lt;")[0]


def test_a_long_text_takes_no_long_time() -> None:
    for text in ("**" * 10_000, "_a" * 10_000, "[a](" * 5_000, "a\n" * 10_000, "[" * 20_000):
        assert len(rendered(text)) < 200_000
