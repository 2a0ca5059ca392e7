"""Request bodies: JSON, decoded once, strictly, straight into the struct a handler declares.

Litestar by itself decodes to dictionaries and converts those leniently ("2" passes for 2), which is slower and less
exact. This takes its place through Litestar's hook for such things, so that a handler still says `data: HoldWish` and
the reference page still shows it. What does not fit raises msgspec's errors, which name the field.
"""

from collections.abc import Generator
from typing import Any, ClassVar

import msgspec
from litestar.dto import AbstractDTO
from litestar.dto.data_structures import DTOFieldDefinition
from litestar.typing import FieldDefinition

from ticketing.refusals import InputRefused

NUL_ESCAPED = b"\\u0000"


class StrictJson(AbstractDTO[Any]):
    """Decodes the bodies of every handler below the application; `return_dto` must be None there."""

    _decoders: ClassVar[dict[str, msgspec.json.Decoder[Any]]] = {}
    _by_function: ClassVar[dict[object, msgspec.json.Decoder[Any]]] = {}
    """The same by the handler's function: Litestar composes a handler's id anew each time it is asked."""

    @classmethod
    def create_for_field_definition(
        cls, field_definition: FieldDefinition, handler_id: str, backend_cls: object = None
    ) -> None:
        """Make the decoder of one handler, at start-up."""
        cls._decoders[handler_id] = msgspec.json.Decoder(field_definition.annotation)

    def decode_bytes(self, value: bytes) -> Any:
        """The struct in a body. msgspec.ValidationError names the field, msgspec.DecodeError the byte.

        A NUL is refused whole: no text of ours holds one, and Postgres cannot store it.
        """
        if NUL_ESCAPED in value:
            raise InputRefused(problem="This text holds a sign that cannot be shown.")
        return self._decoder().decode(value)

    def _decoder(self) -> msgspec.json.Decoder[Any]:
        handler = self.asgi_connection.route_handler
        found = self._by_function.get(handler.fn)
        if found is None:
            found = self._by_function[handler.fn] = self._decoders[handler.handler_id]
        return found

    @classmethod
    def create_openapi_schema(cls, field_definition: FieldDefinition, handler_id: str, schema_creator: Any) -> Any:
        """The schema of the declared struct, as it is."""
        return schema_creator.for_field_definition(field_definition)

    @classmethod
    def generate_field_definitions(cls, model_type: type[Any]) -> Generator[DTOFieldDefinition, None, None]:
        """Nothing is generated: the struct is the model."""
        yield from ()

    @classmethod
    def detect_nested_field(cls, field_definition: FieldDefinition) -> bool:
        """Nothing is nested in what is not generated."""
        return False
