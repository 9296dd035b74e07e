from foundation.shell import counting

from .models import Notice

UNREAD = "unread notices"
counting.register(UNREAD, lambda user, shop: Notice.objects.told(user, shop).unread(), "user", "shop")
