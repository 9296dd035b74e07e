"""Who may sign in to the demo: what `manage.py up` prints."""

from foundation.accounts.models import User

from .people import PASSWORD, PEOPLE, Person


def there() -> list[Person]:
    """The demo's people this database has."""
    known = set(User.objects.filter(username__in=[p.username for p in PEOPLE]).values_list("username", flat=True))
    return [person for person in PEOPLE if person.username in known]


def log_ins() -> list[str]:
    """One line per demo person this database has; nothing for a database somebody filled themselves."""
    people = there()
    if not people:
        return []
    width = max(len(person.username) for person in people)
    lines = [f"  {person.username:<{width}}  {_does(person)}" for person in people]
    return [f"Sign in with the password {PASSWORD} as", *lines]


def _does(person: Person) -> str:
    if person.is_superuser:
        return "platform, everything (/admin/)"
    if person.group:
        return f"{person.group} (/admin/)"
    roles: dict[str, list[str]] = {}
    for code, role in person.roles:
        roles.setdefault(str(role.value), []).append(code)
    return "; ".join(f"{role} of {', '.join(codes)}" for role, codes in roles.items())
