"""Make and hash one-time codes, which people read from paper and type."""

import hashlib
import secrets

# Crockford's base 32 has no I, L, O and U, which are read as 1, 1, 0 and V.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUPS, GROUP = 4, 4
_READ_AS = str.maketrans("ILO", "110", "- \t\n\r")


def new() -> str:
    """A code of 80 random bits, as `K7QF-2M9T-XD0R-5HWB`."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))


def digest(code: str) -> str:
    """The SHA-256 under which a code is stored; case and hyphens do not matter.

    A plain hash is enough: 80 random bits cannot be searched.
    """
    typed = code.upper().translate(_READ_AS)
    return hashlib.sha256(typed.encode()).hexdigest()
