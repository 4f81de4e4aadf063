"""The permission to read a row that other rows (comments, links to items) are about."""

from plp_api.foundation.access.permissions import Permission

READ_BY: dict[str, Permission] = {}
"""By table. The routes that serve comments or links on a table's rows fill it."""
