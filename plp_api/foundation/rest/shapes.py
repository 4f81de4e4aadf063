"""Two shapes of each schema in the OpenAPI document: what is sent, and what is answered.

marshmallow has one schema for both directions (`load_only`, `dump_only`). A generated
client needs two: a response lists everything that is always there as `required`, and
a request requires nothing that has a default. A schema whose shapes differ becomes two
components: `Goal` in responses, `GoalRequest` in requests.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

Json = dict[str, Any]
PREFIX = "#/components/schemas/"
SOMETIMES = "x-sometimes"
"""Marks a member that a response may lack (`Schema.sometimes`, `GuardedSchema.guarded`)."""
OF_REQUESTS = "Request"
BOUNDS = (
    *("minLength", "maxLength", "minItems", "maxItems"),
    *("minimum", "maximum", "minProperties", "maxProperties", "pattern"),
)


def split(spec: Json) -> None:
    """Give every schema of the document the shape of its direction, or one of each."""
    components = spec["components"]
    schemas: Json = components["schemas"]
    operations = [operation for _, _, operation in operations_of(spec)]
    sent = [body for operation in operations if (body := operation.get("requestBody"))]
    answered = [
        *(operation["responses"] for operation in operations),
        *(operation.get("parameters", []) for operation in operations),
        components["responses"],
    ]
    requests = _used(sent, {name: _of_request(schema) for name, schema in schemas.items()})
    responses = _used(answered, {name: _of_response(schema) for name, schema in schemas.items()})
    names = _names(requests, responses)
    _check(names, schemas)
    components["schemas"] = {
        **responses,
        **{names.get(name, name): _renamed(schema, names) for name, schema in requests.items()},
    }
    for body in sent:
        for media in body["content"].values():
            media["schema"] = _renamed(_of_request(media["schema"]), names)
    _name_enums_of_parameters(operations, components["schemas"])
    _translate_patterns(spec)


def operations_of(spec: Json) -> Iterator[tuple[str, str, Json]]:
    """Every operation of the document, with its method and path."""
    for path, item in spec["paths"].items():
        for method, operation in item.items():
            if isinstance(operation, dict):
                yield method, path, operation


def open_enum(name: str) -> list[Json]:
    """The parts of `anyOf` for a word of a named enum, to which later words may be added."""
    return [{"$ref": PREFIX + name}, {"type": "string"}]


def _used(roots: Iterable[Any], schemas: Json) -> Json:
    """The schemas that the roots reach."""
    reached: set[str] = set()
    waiting = [name for root in roots for name in _references(root)]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += _references(schemas[name])
    return {name: schema for name, schema in schemas.items() if name in reached}


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        reference = node.get("$ref", "")
        if isinstance(reference, str) and reference.startswith(PREFIX):
            yield reference.removeprefix(PREFIX)
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from _references(each)


def _names(requests: Json, responses: Json) -> dict[str, str]:
    """The new names of the request schemas that differ from the response schema of that name.

    They differ by themselves, or by a schema that they hold.
    """
    differing = {name for name in requests if requests[name] != responses.get(name, requests[name])}
    while True:
        holding = {
            name
            for name in requests
            if name in responses and not differing.isdisjoint(_references(requests[name]))
        }
        if holding <= differing:
            return {name: f"{name}{OF_REQUESTS}" for name in differing}
        differing |= holding


def _check(names: dict[str, str], schemas: Json) -> None:
    """Raise ValueError if another schema has the name of a request's shape."""
    if taken := sorted(set(names.values()) & set(schemas)):
        raise ValueError(f"these names are made from others: {', '.join(taken)}; choose another")


def _renamed(node: Any, names: dict[str, str]) -> Any:
    if isinstance(node, list):
        return [_renamed(each, names) for each in node]
    if not isinstance(node, dict):
        return node
    renamed = {key: _renamed(value, names) for key, value in node.items()}
    name = str(renamed.get("$ref", "")).removeprefix(PREFIX)
    return {**renamed, "$ref": PREFIX + names[name]} if name in names else renamed


def _name_enums_of_parameters(operations: list[Json], schemas: Json) -> None:
    """Make every enum in a parameter a component, open like all others.

    A parameter with the words of a known enum refers to it.
    """
    known = {tuple(schema["enum"]): name for name, schema in schemas.items() if "enum" in schema}
    for operation in operations:
        for parameter in operation.get("parameters", []):
            schema = parameter.get("schema", {})
            if schema.get("type") == "array":
                schema = schema["items"]
            if words := schema.pop("enum", None):
                name = known.get(tuple(words)) or _camel(
                    operation["operationId"], parameter["name"]
                )
                schemas.setdefault(name, {"type": schema.pop("type"), "enum": words})
                schema.pop("type", None)
                schema["anyOf"] = open_enum(name)


def _translate_patterns(node: Any) -> None:
    """Write Python's anchors of regular expressions as JSON Schema's (ECMA-262)."""
    if isinstance(node, dict):
        if isinstance(pattern := node.get("pattern"), str):
            node["pattern"] = pattern.replace(r"\A", "^").replace(r"\Z", "$")
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            _translate_patterns(each)


def _camel(*names: str) -> str:
    return "".join(word.capitalize() for name in names for word in name.split("_"))


def _of_response(schema: Json) -> Json:
    """The schema without what is only sent; a member is required unless marked otherwise.

    Its bounds are for what is sent: rosters bring longer names, and a purge empties texts.
    """
    shape = _shape(schema, hidden="writeOnly", convert=_of_response)
    for key in ("default", *BOUNDS):
        shape.pop(key, None)
    if members := shape.get("properties"):
        always = [name for name in members if SOMETIMES not in schema["properties"][name]]
        shape["required"] = always
        if not always:
            del shape["required"]
    return shape


def _of_request(schema: Json) -> Json:
    """The schema without what is only answered; what has a default says so and is not required."""
    shape = _shape(schema, hidden="readOnly", convert=_of_request)
    required = [
        name
        for name in shape.get("required", [])
        if name in shape["properties"] and "default" not in schema["properties"][name]
    ]
    shape.pop("required", None)
    if required:
        shape["required"] = required
    if "default" in shape:
        # Generators require a member with `default` from whoever sends it, so words say it.
        default = json.dumps(shape.pop("default"), ensure_ascii=False)
        words = f"If left out: `{default}`."
        shape["description"] = (
            f"{shape['description']} {words}" if "description" in shape else words
        )
    return shape


def _shape(schema: Json, *, hidden: str, convert: Any) -> Json:
    """The schema with its members and parts converted, without the hidden ones."""
    shape = {
        key: value
        for key, value in schema.items()
        if key not in ("readOnly", "writeOnly", SOMETIMES)
    }
    if schema.get("enum") == [True]:
        shape["const"] = shape.pop("enum")[0]
    if schema.get("default"):
        shape.setdefault("example", schema["default"])
    if "properties" in shape:
        members = shape["properties"].items()
        shape["properties"] = {
            name: convert(member) for name, member in members if not member.get(hidden)
        }
    for key in ("items", "additionalProperties"):
        if isinstance(shape.get(key), dict):
            shape[key] = convert(shape[key])
    for key in ("anyOf", "oneOf", "allOf"):
        if key in shape:
            shape[key] = [convert(part) for part in shape[key]]
    return shape
