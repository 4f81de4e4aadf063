# What of flask-smorest this project uses; the library ships no types.

from collections.abc import Callable
from typing import Any, TypeAlias

import flask
import marshmallow as ma
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from webargs.core import Parser

_View: TypeAlias = Callable[..., Any]
_Schema: TypeAlias = ma.Schema | type[ma.Schema]

class Blueprint(flask.Blueprint):
    ARGUMENTS_PARSER: Parser[Any]
    def __init__(self, *args: Any, description: str = "", **options: Any) -> None: ...
    def arguments(
        self, schema: _Schema, *, location: str = "json", **documented: Any
    ) -> Callable[[_View], _View]: ...
    def response(
        self, status_code: int, schema: Any = None, **documented: Any
    ) -> Callable[[_View], _View]: ...
    def alt_response(
        self, status_code: int, schema: Any = None, *, success: bool = False, **documented: Any
    ) -> Callable[[_View], _View]: ...
    @staticmethod
    def doc(**documented: Any) -> Callable[[_View], _View]: ...

class Api:
    ERROR_SCHEMA: type[ma.Schema]
    spec: APISpec
    ma_plugin: MarshmallowPlugin
    def __init__(self, app: flask.Flask | None = None, *, spec_kwargs: Any = None) -> None: ...
    def register_blueprint(self, blueprint: flask.Blueprint, **options: Any) -> None: ...
