"""Rules: made, changed, switched, put in order, removed; each with who, none twice, none from a stale page."""

import pytest

from foundation.accounts.tests.factories import make_shop
from foundation.audit.models import Entry
from foundation.lifecycle.errors import Invalid, Stale
from logistics.models import Carrier, InterceptionRule
from logistics.services import rules
from logistics.services.rules import Terms

pytestmark = pytest.mark.django_db


def verbs(rule):
    return list(Entry.objects.for_subject(rule).order_by("pk").values_list("verb", "actor_name"))


def a_rule(shop, owner, now, name="Dear ones", **said):
    return rules.create_rule(shop.pk, Terms(name, **said), by=owner, now=now)


def carrier(code):
    return Carrier.objects.get(code=code)


def test_a_new_rule_is_off_and_asked_last(shop, owner, now):
    first, second = a_rule(shop, owner, now), a_rule(shop, owner, now, "Next")
    assert not first.enabled and first.priority < second.priority
    assert verbs(first) == [("logistics.rule_created", str(owner))]


def test_the_same_form_sent_twice_makes_one_rule(shop, owner, now):
    made = [rules.create_rule(shop.pk, Terms("Once"), by=owner, now=now, number="IR0000000001") for _twice in range(2)]
    assert made[0].pk == made[1].pk and InterceptionRule.objects.count() == 1


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (Terms(" "), "name"),
        (Terms("Wrong way round", 2000, 1000), "to_minor"),
        (Terms("Huge", 0, 10**12), "from_minor"),
        (Terms("Nobody's", carriers=(10**6,)), "carriers"),
    ],
)
def test_terms_that_make_no_sense_are_refused(shop, owner, now, terms, field):
    with pytest.raises(Invalid) as refusal:
        rules.create_rule(shop.pk, terms, by=owner, now=now)
    assert refusal.value.field == field and not InterceptionRule.objects.exists()


def test_a_carrier_that_cannot_intercept_is_refused(shop, owner, now):
    with pytest.raises(Invalid):
        a_rule(shop, owner, now, carriers=(carrier("post").pk,))


def test_a_change_is_recorded_with_what_it_was(shop, owner, now):
    rule = a_rule(shop, owner, now, to_minor=5000)
    terms = Terms("Dear ones", 1000, None, (carrier("zto").pk,))
    changed = rules.change_rule(rule.pk, terms, version=rule.version, by=owner, now=now)
    entry = Entry.objects.for_subject(rule).latest("pk")
    assert changed.version == rule.version + 1
    assert entry.data["to_minor_was"] == 5000 and entry.data["to_minor"] is None
    assert (entry.data["carriers_was"], entry.data["carriers"]) == ([], ["zto"])


def test_saying_the_same_again_is_no_change(shop, owner, now):
    rule = a_rule(shop, owner, now)
    rules.change_rule(rule.pk, Terms("Dear ones"), version=rule.version, by=owner, now=now)
    assert len(verbs(rule)) == 1


def test_a_stale_page_changes_nothing(shop, owner, now):
    rule = a_rule(shop, owner, now)
    rules.switch_rule(rule.pk, on=True, version=rule.version, by=owner, now=now)
    for verb in (
        lambda: rules.change_rule(rule.pk, Terms("Mine"), version=rule.version, by=owner, now=now),
        lambda: rules.switch_rule(rule.pk, on=False, version=rule.version, by=owner, now=now),
        lambda: rules.remove_rule(rule.pk, version=rule.version, by=owner, now=now),
    ):
        with pytest.raises(Stale):
            verb()
    rule.refresh_from_db()
    assert rule.enabled and rule.removed_at is None and rule.name == "Dear ones"


def test_a_rule_moves_before_the_one_above_it(shop, owner, now):
    made = [a_rule(shop, owner, now, name) for name in ("A", "B", "C")]
    rules.move_rule(made[2].pk, up=True, by=owner, now=now)
    assert [one.name for one in rules.rules_of(shop.pk)] == ["A", "C", "B"]
    rules.move_rule(made[0].pk, up=True, by=owner, now=now)
    assert [one.name for one in rules.rules_of(shop.pk)] == ["A", "C", "B"]
    assert [verb for verb, _who in verbs(made[2])] == ["logistics.rule_created", "logistics.rule_moved"]


def test_a_removed_rule_is_off_and_gone_from_the_row(shop, owner, now):
    rule = a_rule(shop, owner, now)
    rules.remove_rule(rule.pk, version=rule.version, by=owner, now=now)
    assert rules.rules_of(shop.pk) == []
    assert InterceptionRule.objects.filter(pk=rule.pk, enabled=False).exists()


def test_the_number_of_another_shops_rule_is_not_taken(shop, owner, now):
    theirs = a_rule(make_shop("other"), owner, now)
    mine = rules.create_rule(shop.pk, Terms("Mine"), by=owner, now=now, number=theirs.number)
    assert (mine.shop, mine.name) == (shop, "Mine") and mine.number != theirs.number
