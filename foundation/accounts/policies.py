"""The desks of the platform, as Django groups (rules §1)."""

from django.contrib.auth.models import Group, Permission

from . import access

# Looking at the record needs Django's own permission, because audit lies below accounts and can't ask about desks.
SEES_THE_RECORD = access.OPERATIONS


def seed_policies() -> None:
    """Create the groups that are missing; what the platform granted besides stays."""
    for name in access.GROUPS:
        group, _created = Group.objects.get_or_create(name=name)
        if name == SEES_THE_RECORD:
            group.permissions.add(*Permission.objects.filter(codename="view_entry", content_type__app_label="audit"))
