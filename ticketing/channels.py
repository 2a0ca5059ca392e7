"""Channels of sale: through which door an order came in, which decides when it may and at which tariffs."""

from enum import StrEnum


class Channel(StrEnum):
    """Where an order is placed. A program's key sells by the shop's rules, and its orders say so."""

    SHOP = "shop"
    COUNTER = "counter"
    API = "api"
