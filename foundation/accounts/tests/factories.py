"""The cast: shops and people with roles, for tests of this app and of every app above it."""

from datetime import datetime

from django.contrib.auth.models import Group

from foundation.accounts import access, services
from foundation.accounts.models import Membership, Shop, User
from foundation.lifecycle import clock

PASSWORD = "houtai-demo-1"


def make_user(username: str, **fields: object) -> User:
    return User.objects.create_user(username=username, password=PASSWORD, **fields)


def make_shop(code: str = "qinghe", name: str = "", now: datetime | None = None) -> Shop:
    return services.create_shop(name=name or f"{code} 示例店", code=code, by=None, now=now or clock.now())


def make_member(shop: Shop, role: str, username: str | None = None) -> User:
    """A user who works for `shop` in `role`; `user.membership` is the row."""
    user = make_user(username or f"{shop.code}-{role}")
    user.membership = Membership.objects.create(shop=shop, user=user, role=role, joined_at=clock.now())
    return user


def make_reviewer(username: str = "reviewer", group: str = access.REVIEW_WORK_ORDERS) -> User:
    user = make_user(username, is_staff=True)
    user.groups.add(Group.objects.get_or_create(name=group)[0])
    return user


def make_superuser(username: str = "platform") -> User:
    return User.objects.create_superuser(username=username, password=PASSWORD)
