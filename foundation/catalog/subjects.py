from django.utils.translation import gettext_lazy as _

from foundation.audit.subjects import register

from .models import Product

register(Product, _("product"))
