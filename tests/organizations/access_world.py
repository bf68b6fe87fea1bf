"""A small account in which access can be cut in every way, and what each cut leaves, reckoned without the portal."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product

from flexible_assets.actions import restrict_asset
from flexible_assets.actions.denials import deny_types
from flexible_assets.models import AssetGrant, FlexibleAsset, FlexibleAssetType
from organizations.access import account_transaction
from organizations.actions.groups import GroupProfile, create_group
from organizations.actions.people import Profile, add_user
from organizations.actions.reach import EVERYTHING, Reach
from organizations.models import Account, Group, Organization, User
from organizations.roles import Role
from tests.factories import NOW, PASSWORD, connect, give_licenses, make_user, person, sku
from tests.integrations.places import tenant_named

#: Each client has an open and a restricted license; one person holds both.
CLIENTS = ("Alder", "Birch", "Cedar")


@dataclass(frozen=True)
class Cut:
    """Whom we look at: their role, their own reach, a group's, whether a group denies, and who was granted."""

    role: Role
    #: Names of organizations, or None for all.
    own: tuple[str, ...] | None = None
    #: As above, of a group they are in; "-" for no group.
    group: tuple[str, ...] | str | None = "-"
    is_denied: bool = False
    #: "", "user" or "group".
    granted: str = ""

    def __str__(self) -> str:
        return f"{self.role} own={self.own} group={self.group} denied={self.is_denied} granted={self.granted or '-'}"

    @property
    def organizations(self) -> set[str]:
        if self.role is Role.ADMINISTRATOR:
            return set(CLIENTS)
        if self.role is not Role.LITE and (self.own is None or self.group is None):
            return set(CLIENTS)
        by_group = self.group if isinstance(self.group, tuple) else ()
        return set(self.own or ()) | set(by_group)

    @property
    def sees_type(self) -> bool:
        return self.role is Role.ADMINISTRATOR or not self.is_denied

    @property
    def assets(self) -> set[str]:
        if not self.sees_type:
            return set()
        is_let_in = self.role is Role.ADMINISTRATOR or bool(self.granted)
        kinds = ("OPEN", "SECRET") if is_let_in else ("OPEN",)
        return {f"{kind} {name}" for kind in kinds for name in self.organizations}


#: Between these and Editors only the rights differ, so fewer of them are enough.
_ALIKE = frozenset({Role.MANAGER, Role.CREATOR, Role.READ_ONLY})


def all_cuts(role: Role) -> Iterator[Cut]:
    own = ((), ("Alder",)) if role is Role.LITE else (None, (), ("Alder",))
    grants = ("",) if role in _ALIKE else ("", "user", "group")
    for reach, group, is_denied, granted in product(own, ("-", None, ("Birch",)), (False, True), grants):
        yield Cut(role, reach, group, is_denied, granted)


@dataclass
class World:
    account: Account
    administrator: User
    organizations: dict[str, Organization]
    asset_type: FlexibleAssetType
    assets: dict[str, FlexibleAsset]
    granted: Group
    denied: Group
    reaching: dict[object, Group] = field(default_factory=dict)

    def user(self, cut: Cut) -> User:
        """Made as people do it: by the actions behind the pages."""
        with account_transaction(self.account.pk):
            groups = {self._reaching(cut.group).pk} if cut.group != "-" else set()
            groups |= {self.denied.pk} if cut.is_denied else set()
            groups |= {self.granted.pk} if cut.granted == "group" else set()
            profile = Profile("Person", cut.role, frozenset(groups), self._reach(cut.own))
            number = User.objects.filter(account=self.account).count()
            user = add_user(
                self.account, f"p{number}@x.test", profile=profile, now=NOW, actor=self.administrator
            )
            user.set_password(PASSWORD)
            user.save()
            if cut.granted == "user":
                for name in CLIENTS:
                    AssetGrant.objects.create(
                        account=self.account, asset=self.assets[f"SECRET {name}"], user=user
                    )
            return User.objects.get(pk=user.pk)

    def _reaching(self, names) -> Group:
        if names not in self.reaching:
            profile = GroupProfile(f"Reach {names}", reach=self._reach(names))
            self.reaching[names] = create_group(
                self.account, profile=profile, now=NOW, actor=self.administrator
            )
        return self.reaching[names]

    def _reach(self, names) -> Reach:
        if names is None:
            return EVERYTHING
        return Reach(organizations=frozenset(self.organizations[name].pk for name in names))


def make_world(account: Account) -> World:
    connected = connect(account, [tenant_named(name) for name in CLIENTS])
    for name, match in zip(CLIENTS, connected.matches, strict=True):
        plans = [sku(f"OPEN {name}", enabled=7, consumed=7), sku(f"SECRET {name}", enabled=100, consumed=100)]
        give_licenses(match, plans, [person(f"Holder at {name}", holds=plans)])
    administrator = make_user(account, Role.ADMINISTRATOR)
    with account_transaction(account.pk):
        asset_type = FlexibleAssetType.objects.get()
        granted = create_group(account, profile=GroupProfile("Granted"), now=NOW, actor=administrator)
        denied = create_group(account, profile=GroupProfile("Denied"), now=NOW, actor=administrator)
        deny_types(denied, types=[asset_type], now=NOW, actor=administrator)
        world = World(
            account,
            administrator,
            {each.name: each for each in Organization.objects.all()},
            asset_type,
            {each.name: each for each in FlexibleAsset.objects.all()},
            granted,
            denied,
        )
        for name in CLIENTS:
            asset = world.assets[f"SECRET {name}"]
            restrict_asset(asset, users=[], groups=[granted], now=NOW, actor=administrator)
    return world
