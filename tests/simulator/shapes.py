"""Hold an answer against botocore's own model of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "long": int,
    "boolean": bool,
    "timestamp": datetime,
    "blob": bytes,
    "double": float,
    "float": float,
}


def answer(client: Any, operation: str, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401 - any service
    """Ask, hold the answer against its shape, and return it."""
    answered: dict[str, Any] = getattr(client, operation)(**arguments)
    model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation])
    answered.pop("ResponseMetadata")
    hold(answered, model.output_shape, operation)
    return answered


def hold(value: object, shape: Shape | None, where: str) -> None:
    """Every member known, every value of its type."""
    if shape is None:
        assert not value, where
    elif isinstance(shape, StructureShape):
        assert isinstance(value, dict), where
        unknown = set(value) - set(shape.members)
        assert not unknown, f"{where} has members that the API doesn't know: {unknown}"
        missing = set(shape.required_members) - set(value)
        assert not missing, f"{where} lacks {missing}"
        for name, member in value.items():
            hold(member, shape.members[name], f"{where}.{name}")
    elif isinstance(shape, ListShape):
        assert isinstance(value, list), where
        for number, item in enumerate(value):
            hold(item, shape.member, f"{where}[{number}]")
    elif isinstance(shape, MapShape):
        assert isinstance(value, dict), where
        for key, item in value.items():
            hold(item, shape.value, f"{where}[{key}]")
    else:
        assert isinstance(value, TYPES[shape.type_name]), f"{where} is {value!r}, not of type {shape.type_name}"
        choices = getattr(shape, "enum", None)
        assert not choices or value in choices, f"{where} is {value!r}, not one of {choices}"
