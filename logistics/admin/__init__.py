"""The platform's desks for logistics: `tracking` is what comes in, `interceptions` what nobody answered, `unplaced` what
nobody can tell what it is about, `losses` a record."""

from . import interceptions, losses, tracking, unplaced

__all__ = ["interceptions", "losses", "tracking", "unplaced"]
