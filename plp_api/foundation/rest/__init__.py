"""Our Blueprint: every convention of the API, once.

`blueprint` holds the order of checks and the decorators views are built with;
`errors` renders every refusal; `paging`, `concurrency`, `idempotency`, `fields`
and `life` each hold one convention; `documents` shapes the OpenAPI document.
"""
