"""Who works in the demo: one person per role, two reviewers per desk, one for the platform."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from foundation.accounts.access import GROUPS, REVIEW_DEPOSITS, REVIEW_WORK_ORDERS
from foundation.accounts.models import Shop, ShopKind, User
from foundation.accounts.roles import Role
from foundation.accounts.services import add_member, create_shop

PASSWORD = "houtai-demo-1"

SHOPS = [
    ("qinghe", "青禾家纺旗舰店", ShopKind.COMPANY),
    ("mumian", "木棉日用小店", ShopKind.INDIVIDUAL),
    ("yunfan", "云帆箱包专营店", ShopKind.COMPANY),
    ("zhiwei", "知味零食铺", ShopKind.INDIVIDUAL),
    ("lanting", "兰亭文具店", ShopKind.INDIVIDUAL),
    ("songbai", "松柏家居馆", ShopKind.COMPANY),
]

# What these shops are about is their deposit (`demo/deposits.py`).
DEPOSIT_SHOPS = ("anran", "qiushi", "jinxiu", "mocha", "hehua", "changfeng", "yuedu", "xingye")


@dataclass(frozen=True)
class Person:
    """A demo log-in; `roles` are (shop code, role), `group` a reviewers' group."""

    username: str
    name: str
    roles: tuple[tuple[str, str], ...] = ()
    group: str = ""
    is_superuser: bool = False


PEOPLE = [
    Person("dianzhu", "林店主", (("qinghe", Role.OWNER), ("mumian", Role.OWNER))),
    Person("guanli", "周管理", (("qinghe", Role.ADMINISTRATOR),)),
    Person("kefu", "陈客服", (("qinghe", Role.SERVICE),)),
    Person("cangku", "吴仓库", (("qinghe", Role.WAREHOUSE),)),
    Person("caiwu", "许财务", (("qinghe", Role.FINANCE),)),
    Person("shenhe", "沈审核", group=REVIEW_WORK_ORDERS),
    Person("shenhe2", "方审核", group=REVIEW_WORK_ORDERS),
    Person("pingtai", "平台", is_superuser=True),
    Person("baozheng", "韩审核", group=REVIEW_DEPOSITS),
    Person("baozheng2", "蒋审核", group=REVIEW_DEPOSITS),
    Person("laoban", "何老板", tuple((code, Role.OWNER) for code in DEPOSIT_SHOPS)),
]


@dataclass(frozen=True)
class Cast:
    """The demo's shops in order and its people by user name."""

    shops: list[Shop]
    users: dict[str, User]


def make(how_many_shops: int, *, now: datetime, more: Collection[str] = ()) -> Cast:
    """Open the shops, then let everybody join; the password is hashed once for all.

    Who would work only for shops that are not there is left out; `more` are codes of shops opened later.
    """
    shops = [_shop(place, now) for place in range(how_many_shops)]
    groups = {name: Group.objects.get_or_create(name=name)[0] for name in GROUPS}
    password = make_password(PASSWORD)
    by_code = {shop.code: shop for shop in shops}
    there = {*by_code, *more}
    cast = [(place, one) for place, one in enumerate(PEOPLE, 1) if not one.roles or there & {code for code, _ in one.roles}]
    users = {person.username: _user(place, person, password, groups) for place, person in cast}
    for _place, person in cast:
        for code, role in person.roles:
            if code in by_code:
                add_member(by_code[code], users[person.username], role, by=None, now=now)
    return Cast(shops, users)


@contextmanager
def without_phones(cast: Cast) -> Iterator[None]:
    """Inside the block nobody gets text messages: a hundred thousand of the past would be sent one by one."""
    phones = {user.pk: user.phone for user in cast.users.values()}
    User.objects.filter(pk__in=phones).update(phone="")
    try:
        yield
    finally:
        for pk, number in phones.items():
            User.objects.filter(pk=pk).update(phone=number)


def _shop(place: int, now: datetime) -> Shop:
    code, name, kind = SHOPS[place] if place < len(SHOPS) else (f"demo{place + 1}", f"示例店{place + 1}", SHOPS[0][2])
    return create_shop(name=name, code=code, kind=kind, bound_phone=phone(90_000_000 + place), by=None, now=now)


def _user(place: int, person: Person, password: str, groups: dict[str, Group]) -> User:
    user = User.objects.create(
        username=person.username, display_name=person.name, password=password, phone=phone(80_000_000 + place),
        email=f"{person.username}@example.test", is_superuser=person.is_superuser,
        is_staff=person.is_superuser or bool(person.group),
    )  # fmt: skip
    if person.group:
        user.groups.add(groups[person.group])
    return user


def phone(number: int) -> str:
    """A phone of the block 100, which no mobile network has; `number` has up to eight digits."""
    return f"100{number:08d}"
