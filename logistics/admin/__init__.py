"""The platform's desks for logistics: `tracking` is what comes in, `interceptions` what nobody answered, `losses` a record."""

from . import interceptions, losses, tracking

__all__ = ["interceptions", "losses", "tracking"]
