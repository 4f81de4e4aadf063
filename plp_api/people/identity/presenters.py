"""What readers see of their sessions."""

from typing import Any

from plp_api.foundation.access.rows import Access


def shape_sessions(logins: list[Any], access: Access) -> None:
    """Mark the session that asks."""
    for login in logins:
        login.is_current = login.id == access.caller.session_id
