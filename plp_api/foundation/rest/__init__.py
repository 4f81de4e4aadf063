"""The Blueprint of all routes, and the conventions of the API, each in one module.

`blueprint` has the order of checks and the decorators of views; `errors` renders
every problem; `paging`, `concurrency`, `idempotency`, `fields` and `life` each
hold one convention; `documents` completes the OpenAPI document.
"""
