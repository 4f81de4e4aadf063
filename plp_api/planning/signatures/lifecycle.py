"""The life cycle of a signature exception, which is withdrawn if it was a mistake."""

from plp_api.foundation.access.lifecycle import LifeCycle, move, not_family
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.problems import Code
from plp_api.planning.signatures import exceptions
from plp_api.planning.signatures.models import ExceptionStatus

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
    ],
    refuses=(Code.APPROVER_IS_FAMILY,),
)
