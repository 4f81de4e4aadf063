"""The life of an exception: given, and taken back where it was a mistake."""

from plp_api.access.lifecycle import LifeCycle, move, not_family
from plp_api.access.permissions import Permission
from plp_api.signatures import exceptions
from plp_api.signatures.models import ExceptionStatus

EXCEPTION = LifeCycle(
    [
        move(
            "given",
            "withdraw",
            (Permission.SIGNATURES_EXCEPT_SILENCE, Permission.SIGNATURES_EXCEPT),
            ExceptionStatus.WITHDRAWN,
            exceptions.withdraw,
            not_family,
            exceptions.only_an_admin_takes_back,
        ),
    ]
)
