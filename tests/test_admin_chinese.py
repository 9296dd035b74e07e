"""The admin in Chinese: no label of any model, field, column, action or filter is left in English."""

import pytest
from django.contrib import admin
from django.contrib.admin.utils import label_for_field
from django.test import RequestFactory
from django.utils.translation import override

from foundation.accounts.models import User

pytestmark = pytest.mark.django_db
SAME_IN_BOTH = {"ID", "URL", "SKU", "IP", "JSON", "-"}  # what Chinese writes the same way


def latin(label):
    return label not in SAME_IN_BOTH and not any("\u4e00" <= letter <= "\u9fff" for letter in label)


def labels(model, model_admin, request):
    """(where, label) of everything the pages of one model call something."""
    meta = model._meta
    yield "model", str(meta.verbose_name)
    yield "models", str(meta.verbose_name_plural)
    yield "app", str(meta.app_config.verbose_name)
    for field in (*meta.fields, *meta.many_to_many):
        yield f"field {field.name}", str(field.verbose_name)
    for name in (*model_admin.get_list_display(request), *model_admin.get_readonly_fields(request)):
        if name != "action_checkbox":
            yield f"column {name}", str(label_for_field(name, model, model_admin))
    for title, _options in model_admin.get_fieldsets(request):
        if title:
            yield "fieldset", str(title)
    for _function, name, description in model_admin._get_base_actions():
        if name != "delete_selected":
            yield f"action {name}", str(description)
    for one in model_admin.get_list_filter(request):
        if isinstance(one, type) and getattr(one, "title", None):
            yield "filter", str(one.title)


@pytest.fixture
def request_of_the_platform():
    request = RequestFactory().get("/admin/")
    request.user = User(username="platform", is_superuser=True, is_staff=True)
    return request


@pytest.mark.parametrize("model", sorted(admin.site._registry, key=lambda one: one._meta.label), ids=lambda one: one._meta.label)
def test_every_label_is_chinese(model, request_of_the_platform):
    with override("zh-hans"):
        found = list(labels(model, admin.site._registry[model], request_of_the_platform))
    assert len(found) > 3
    english = sorted({f"{where}: {label}" for where, label in found if latin(label)})
    assert not english
