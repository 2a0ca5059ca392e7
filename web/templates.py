"""Templates: Jinja2 with everything escaped and nothing undefined, an environment for each language.

Every template has the words of its language (`_`), its formats (money, days, hours: `ticketing.formats`), the addresses
of built files and the icons of the sprite.
"""

from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from engine.plan.sayings import Saying
from ticketing import formats, markup
from ticketing.customers import ANONYMOUS
from web import built, forms, languages
from web.built import Assets

ROOT = Path(__file__).parents[1]
FOLDERS = [ROOT / package / "templates" for package in ("web", "admin", "shop")]
NO_FIELDS: Mapping[str, Any] = {}


class Templates:
    """The templates, compiled when first shown."""

    def __init__(self, assets: Assets) -> None:
        self._assets = assets
        self._by_language = {language: self._environment(language) for language in languages.SPOKEN}

    def render(self, name: str, language: str, block: str | None = None, **context: Any) -> str:
        """A page, or one block of it, as text."""
        template = self._by_language[language].get_template(name)
        if block is None:
            return template.render(context)
        return "".join(template.blocks[block](template.new_context(context)))

    def _environment(self, language: str) -> jinja2.Environment:
        environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader([folder for folder in FOLDERS if folder.exists()]),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.install_gettext_translations(  # type: ignore[attr-defined]
            languages.translations(language), newstyle=True
        )
        environment.globals |= {
            "said": partial(said, language),
            "language": language,
            "own_names": languages.OWN_NAMES,
            "asset": self._assets.url,
            "icon": self._icon,
        }
        environment.filters |= {
            "money": lambda cents, currency: formats.money(cents, currency, language),
            "number": partial(formats.number, tag=language),
            "percent": partial(formats.percent, tag=language),
            "day": lambda at, zone: formats.day(at, zone, language),
            "short_day": lambda at, zone: formats.short_day(at, zone, language),
            "hour": lambda at, zone: formats.hour(at, zone, language),
            "moment": lambda at, zone: formats.moment(at, zone, language),
            "ago": lambda at, now: formats.ago(at, now, language),
            "rate": partial(formats.rate, tag=language),
            "whole_day": partial(formats.whole_day, tag=language),
            "month": partial(formats.month, tag=language),
            "day_and_month": lambda at, zone: formats.day_and_month(at, zone, language),
            "weekday": partial(formats.weekday, tag=language),
            "short_weekday": partial(formats.short_weekday, tag=language),
            "person": lambda name: languages.translated(name, language) if name == ANONYMOUS else name,
            "prose": lambda text: Markup(markup.rendered(text)),  # cleaned there, twice
            "field_moment": forms.field_moment,
            "cents": forms.field_money,
        }
        return environment

    def _icon(self, name: str, label: str | None = None) -> Markup:
        """An icon of the sprite: hidden from screen readers unless it has a label of its own."""
        told = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
        href = self._assets.url("icons.svg")
        return Markup('<svg class="icon" {}><use href="{}#{}"></use></svg>').format(told, href, name)


@cache
def templates() -> Templates:
    """The templates of this process."""
    return Templates(built.assets())


def said(language: str, text: str | Saying, fields: Mapping[str, Any] = NO_FIELDS) -> str:
    """A text of ours with its fields, those that are words of ours translated too ("event" of "no such {what}")."""
    if isinstance(text, Saying):
        return _told(language, text)
    told = languages.translated(text, language)
    return told.format_map({name: _word(language, value) for name, value in fields.items()}) if fields else told


def _told(language: str, saying: Saying) -> str:
    """What is said of a plan: names in it stay what they are."""
    if not saying.text:
        return ""
    filled: dict[str, str] = {}
    for name, value in saying.fields.items():
        if isinstance(value, Saying):
            filled[name] = _told(language, value)
        else:
            filled[name] = value if isinstance(value, str) else formats.number(value, language)
    return languages.translated(saying.text, language).format_map(filled)


def _word(language: str, value: Any) -> Any:
    if isinstance(value, Saying):
        return _told(language, value)
    return languages.translated(value, language) if isinstance(value, str) and value else value
