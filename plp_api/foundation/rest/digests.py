"""The digest of a body, as its sender says it (RFC 9530)."""

import re
from base64 import b64decode

from flask import request

from plp_api.foundation.problems import Code, Problem

SHA256 = re.compile(r"sha-256=:([A-Za-z0-9+/]{43}=):")


def content_digest() -> str | None:
    """The SHA-256 of the header `Content-Digest` in hexadecimal; None without the header.

    Raises Problem: request_malformed for a header without a SHA-256.
    """
    header = request.headers.get("Content-Digest")
    if header is None:
        return None
    found = SHA256.search(header)
    if found is None:
        raise Problem(Code.REQUEST_MALFORMED, "Write Content-Digest: sha-256=:BASE64:")
    return b64decode(found[1]).hex()
