"""JSON Schema of the result, made from the types that define it and from their texts.

python -m analysis.schema > analysis/result.schema.json
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import itertools
import json
import sys
import types
import typing
from enum import StrEnum
from typing import Any

from . import result

PRIMITIVES: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
}


def schema() -> dict[str, Any]:
    """The schema of `AuditResult.to_dict()`, draft 2020-12."""
    definitions: dict[str, Any] = {}
    top = _object(result.AuditResult, definitions)
    top["properties"] = {
        "format": {"const": result.FORMAT},
        "format_version": {"const": result.FORMAT_VERSION},
        **top["properties"],
    }
    top["required"] = ["format", "format_version", *top["required"]]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "cors-audit result",
        **top,
        "$defs": dict(sorted(definitions.items())),
    }


def text() -> str:
    """The schema as the file that is shipped."""
    return json.dumps(schema(), indent=1) + "\n"


def _object(cls: type, definitions: dict[str, Any]) -> dict[str, Any]:
    described = _descriptions(cls)
    hints = typing.get_type_hints(cls)
    properties = {}
    for field in dataclasses.fields(cls):
        if field.metadata.get("private"):
            continue
        properties[field.name] = _type(hints[field.name], definitions)
        if field.name in described:
            properties[field.name]["description"] = described[field.name]
    return {
        "type": "object",
        "description": " ".join((cls.__doc__ or "").split()),
        "properties": properties,
        "required": list(properties),
    }


def _type(hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    if hint in PRIMITIVES:
        return dict(PRIMITIVES[hint])
    origin = typing.get_origin(hint)
    if origin is tuple:
        return {"type": "array", "items": _type(typing.get_args(hint)[0], definitions)}
    if origin in (types.UnionType, typing.Union):
        choices = [a for a in typing.get_args(hint) if a is not type(None)]
        return {"anyOf": [_type(choice, definitions) for choice in choices] + [{"type": "null"}]}
    if issubclass(hint, StrEnum):
        return {"enum": [member.value for member in hint]}
    if hint.__name__ not in definitions:
        definitions[hint.__name__] = {}
        definitions[hint.__name__] = _object(hint, definitions)
    return {"$ref": f"#/$defs/{hint.__name__}"}


def _descriptions(cls: type) -> dict[str, str]:
    """The text below each field of a dataclass, read from its source."""
    tree = ast.parse(inspect.getsource(sys.modules[cls.__module__]))
    body = next(n.body for n in tree.body if isinstance(n, ast.ClassDef) and n.name == cls.__name__)
    found = {}
    for field, below in itertools.pairwise(body):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(below, ast.Expr)
            and isinstance(below.value, ast.Constant)
            and isinstance(below.value.value, str)
        ):
            found[field.target.id] = " ".join(below.value.value.split())
    return found


if __name__ == "__main__":
    sys.stdout.write(text())
