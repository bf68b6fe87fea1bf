"""Who must have a second factor."""

from organizations.access import AccountRequest
from organizations.models import Account, SecondFactorPolicy, User
from organizations.roles import Role
from organizations.sign_in.factors import has_second_factor

#: In a session or a sign-in that has begun: the company's sign-in service has asked for the second factor.
VOUCHED = "second_factor_vouched"

_MANAGERS = frozenset({Role.ADMINISTRATOR, Role.MANAGER})


def must_have_second_factor(user: User, account: Account) -> bool:
    match SecondFactorPolicy(account.second_factor):
        case SecondFactorPolicy.NOBODY:
            return False
        case SecondFactorPolicy.MANAGERS:
            return Role(user.role) in _MANAGERS
        case SecondFactorPolicy.EVERYONE:
            return True


def lacks_second_factor(request: AccountRequest) -> bool:
    """Asked at each request: a stricter policy and a factor taken away count at once."""
    if not must_have_second_factor(request.user, request.account) or request.session.get(VOUCHED):
        return False
    return not has_second_factor(request.user)
