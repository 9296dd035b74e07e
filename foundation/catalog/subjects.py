from django.utils.translation import gettext_lazy as _

from foundation.audit.subjects import register

from .models import ListingDay, Product

register(Product, _("product"))
register(ListingDay, _("listing day"))
