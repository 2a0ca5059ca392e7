"""Placeur's own drawing format: the plan's structs as JSON, in one spelling.

A plan has exactly one spelling (fields in the order of the structs, defaults left out, numbers as floats where the
model says so, no spaces), so that the SHA-256 of its bytes is its name. `read` takes any spelling.
"""

import re
from hashlib import sha256
from typing import Any

import msgspec

from engine.plan import decoding
from engine.plan.model import Plan

_decoder = msgspec.json.Decoder(Plan)
_NEGATIVE_ZERO = re.compile(rb"-0(\.0*)?([eE][+-]?\d+)?[\s,\]}]")


def read(data: bytes) -> Plan:
    """The plan of a file in any spelling; PlanRefused if it is not one."""
    plan = decoding.bounded(decoding.structs(_decoder, data))
    if _NEGATIVE_ZERO.search(data):
        plan = msgspec.convert(_positive_zeros(msgspec.to_builtins(plan)), Plan)
    return plan


def write(plan: Plan) -> bytes:
    """The one spelling of the plan; PlanRefused if it exceeds the bounds `read` holds files to."""
    return msgspec.json.encode(read(msgspec.json.encode(plan)))


def name(document: bytes) -> bytes:
    """The name of a plan, from the bytes `write` gave."""
    return sha256(document).digest()


def _positive_zeros(value: Any) -> Any:
    """The same value with every -0.0 as 0.0, the two being equal but not spelt alike."""
    if isinstance(value, float):
        return value + 0.0
    if isinstance(value, dict):
        return {key: _positive_zeros(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_positive_zeros(item) for item in value]
    return value
