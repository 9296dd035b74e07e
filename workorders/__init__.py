"""Work orders 商家工单: the platform asks, a clock runs, the seller proves or pays (rules §6)."""
