"""Health, metrics, and the documentation of the API: outside `/api/v1`, open to everybody."""

from importlib.resources import files
from typing import Any

from flask import Blueprint, Response, abort, current_app, json, send_from_directory

from plp_api.foundation import metrics
from plp_api.foundation.problems import Code
from plp_api.foundation.rest.shapes import operations_of
from plp_api.server.operations import readiness

blueprint = Blueprint("operations", __name__)
SWAGGER = files("flask_swagger_ui") / "dist"

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>PLP API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" href="/docs/favicon-32x32.png"></head>
<body><div id="swagger-ui"><noscript>This page needs JavaScript;
<a href="/openapi.json">the document</a> it shows does not.</noscript></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script></body></html>
"""
# Tags start closed, with a filter: there are hundreds of operations to scroll through.
# No validator: it runs on another company's server, which would learn this server's address.
START = """SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  docExpansion: 'none',
  filter: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null
});
"""


@blueprint.get("/health/live")
def live() -> dict[str, str]:
    """Answer that the process runs."""
    return {"status": "live"}


@blueprint.get("/health/ready")
def ready() -> tuple[dict[str, str], int]:
    """Answer whether requests can be served: database, schema, and space on the disk."""
    # current_app is an Application, which stands above and is not imported here.
    app: Any = current_app
    reason = readiness.missing(app.database, app.settings)
    return ({"status": "ready"}, 200) if reason is None else ({"status": reason}, 503)


@blueprint.get("/metrics")
def prometheus() -> Response:
    """Answer the metrics in the format of Prometheus."""
    return Response(metrics.exposition(), content_type="text/plain; version=0.0.4; charset=utf-8")


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """Answer the OpenAPI 3.1 document of this server."""
    return Response(json.dumps(current_app.extensions["plp_openapi"]), mimetype="application/json")


@blueprint.get("/docs")
def documentation() -> Response:
    """Answer the page that shows the document; all its files come from this server."""
    return Response(PAGE, mimetype="text/html")


@blueprint.get("/docs/start.js")
def start() -> Response:
    """Answer the script that starts the page; a separate file suits a strict content policy."""
    return Response(START, mimetype="text/javascript")


@blueprint.get("/docs/<path:name>")
def asset(name: str) -> Response:
    """Answer a file of Swagger UI."""
    return send_from_directory(str(SWAGGER), name)


@blueprint.get("/problems/<code>")
def problem(code: str) -> Response:
    """Answer the page that a problem's `type` points at: its meaning, and which operations have it.

    `operations` is empty for a code that any operation can answer with.
    """
    member = Code.__members__.get(code.upper())
    if member is None:
        abort(404)
    operations = [
        f"{method.upper()} {path}"
        for method, path, operation in operations_of(current_app.extensions["plp_openapi"])
        if member.wire in operation.get("x-problems", ())
    ]
    body = {
        "code": member.wire,
        "status": member.value.status,
        "title": member.value.title,
        "operations": sorted(operations),
    }
    return Response(json.dumps(body), mimetype="application/json")
