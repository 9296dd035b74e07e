"""The lines deposits add to the ledger's table of movements (rules §2, §7)."""

from django.utils.translation import gettext_lazy as _

from foundation.ledger.kinds import Kind, Platform
from foundation.ledger.movements import DRAW, Movement, register

# Temporary deposit 临时保证金
register(Movement("temporary_frozen", _("Temporary deposit frozen"), Kind.SETTLEMENT, (Kind.TEMPORARY,)))
register(
    Movement("temporary_unfrozen", _("Temporary deposit unfrozen"), Kind.TEMPORARY, (Kind.DEBT, Kind.SETTLEMENT))
)

# Refunds of the deposit: held with the application, back when it ends unpaid, out with the claim that pays it.
HELD = register(Movement("deposit_held", _("Deposit held for a refund"), Kind.DEPOSIT, (Kind.HELD,)))
RELEASED = register(Movement("deposit_released", _("Deposit no longer held"), Kind.HELD, (Kind.DEPOSIT,)))
CLAIMED = register(Movement("deposit_claimed", _("Deposit refund, being paid"), Kind.HELD, (Platform.PAYOUTS,)))
RETURNED = register(Movement("deposit_returned", _("Deposit refund not paid, held again"), Platform.PAYOUTS, (Kind.HELD,)))

# Violations 违规: the deposit pays first 扣除; an upheld appeal gives it back.
DEDUCTED = register(Movement("violation", _("Violation deducted"), DRAW, (Platform.PENALTIES,), first=(Kind.DEPOSIT,)))
GIVEN_BACK = register(
    Movement("violation_reversed", _("Violation reversed"), Platform.PENALTIES, (Kind.DEBT, Kind.DEPOSIT, Kind.SETTLEMENT))
)
