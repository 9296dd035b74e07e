"""Every address outside the admin: who it is for, how it is asked. A route without a row here fails a test."""

from dataclasses import dataclass

PUBLIC = "public"  # anybody, signed in or not
SIGNED_IN = "signed in"  # any account; no shop in the address
MEMBER = "member"  # any role of the shop


@dataclass(frozen=True)
class Route:
    """`who` is PUBLIC, SIGNED_IN, MEMBER or a permission; `things` of the scene fill the URL's `keys`, in that order."""

    who: str
    method: str
    keys: tuple[str, ...]
    things: tuple[str, ...]
    signed: bool = False  # a machine's call: no session, no token of a form; its signature says who it is

    @property
    def is_verb(self) -> bool:
        return self.method == "POST"


def page(who: str, **things: str) -> Route:
    """An address that is looked at: `number="order"` says which thing of the scene stands in the URL."""
    return Route(who, "GET", tuple(things), tuple(things.values()))


def verb(who: str, **things: str) -> Route:
    """A POST-only address: GET is answered 405."""
    return Route(who, "POST", tuple(things), tuple(things.values()))


def call(**things: str) -> Route:
    """A POST of a machine's, whose signature says who it is."""
    return Route(PUBLIC, "POST", tuple(things), tuple(things.values()), signed=True)


ROUTES: dict[str, Route] = {
    "healthz": page(PUBLIC),
    "readyz": page(PUBLIC),
    "metrics": page(PUBLIC),  # for this machine, or for who shows the token
    # people's own pages
    "accounts:home": page(SIGNED_IN),
    "accounts:login": page(PUBLIC),
    "accounts:logout": verb(SIGNED_IN),
    "accounts:language": verb(PUBLIC),
    "accounts:theme": verb(PUBLIC),
    "accounts:keys": verb(PUBLIC),
    "accounts:help": page(PUBLIC),
    "accounts:switch": page(SIGNED_IN),
    "accounts:password": page(SIGNED_IN),
    "accounts:sessions": page(SIGNED_IN),
    "accounts:sign-out-elsewhere": verb(SIGNED_IN),
    "invitations:accept": page(PUBLIC, token="token"),
    # the shop's pages
    "dashboard:workbench": page("dashboard.view"),
    "shell:search": page(MEMBER),
    "orders:orders": page("orders.view"),
    "orders:order": page("orders.view", number="order"),
    "orders:refund-order": page("orders.refund", number="order"),
    "orders:note-order": verb("orders.note", number="order"),
    "orders:record-contact": verb("orders.contact", number="order"),
    "orders:reveal-buyer": verb("orders.reveal", number="order"),
    "orders:import-orders": page("orders.import"),
    "orders:import-template": page("orders.import"),
    "orders:import-columns": page("orders.import", uuid="import_file"),
    "orders:preview-import": page("orders.import", number="preview"),
    "orders:start-import": verb("orders.import", number="preview"),
    "orders:import-result": page("orders.import", number="job"),
    # The package centre
    "logistics:parcels": page("logistics.view"),
    "logistics:parcel": page("logistics.view", number="parcel"),
    "logistics:parcel-contact": verb("orders.reveal", number="parcel"),
    "logistics:enter-number": verb("logistics.ship", number="parcel"),
    "logistics:attach-file": verb("logistics.attach", number="parcel"),
    "logistics:ship-order": page("logistics.ship", number="order"),
    "logistics:suggest-carrier": page("logistics.ship"),
    "logistics:upload-numbers": page("logistics.ship"),
    "logistics:enter-numbers": page("logistics.ship"),
    "logistics:number-template": page("logistics.ship"),
    "logistics:preview-numbers": page("logistics.ship", number="numbers_preview"),
    "logistics:start-numbers": verb("logistics.ship", number="numbers_preview"),
    "logistics:number-upload": page("logistics.ship", number="numbers_run"),
    # Interceptions, rules, what buyers ask for
    "logistics:interceptions": page("logistics.view"),
    "logistics:interception-success": page("logistics.view"),
    "logistics:interception-fees": page("logistics.view"),
    "logistics:interception": page("logistics.view", number="interception"),
    "logistics:request-interception": page("logistics.intercept", number="parcel"),
    "logistics:cancel-interception": page("logistics.cancel_interception", number="interception"),
    "logistics:ask-carrier": verb("logistics.intercept", number="interception"),
    "logistics:interception-rules": page("logistics.view"),
    "logistics:new-rule": page("logistics.rules"),
    "logistics:try-rule": page("logistics.rules"),
    "logistics:interception-rule": page("logistics.rules", number="rule"),
    "logistics:switch-rule": verb("logistics.rules", number="rule"),
    "logistics:move-rule": verb("logistics.rules", number="rule"),
    "logistics:remove-rule": verb("logistics.rules", number="rule"),
    "logistics:ask-refund": page("logistics.ask_refund", number="order"),
    "logistics:withdraw-request": verb("logistics.ask_refund", number="order"),
    # Lost parcels, disputes, recalls
    "logistics:losses": page("logistics.view"),
    "logistics:loss": page("logistics.solve_loss", number="lost"),
    "logistics:dispute-parcel": verb("logistics.solve_loss", number="parcel"),
    "logistics:set-aside": verb("logistics.solve_loss", number="lost"),
    "logistics:open-recall": page("logistics.recall", number="unnumbered"),
    "logistics:recalls": page("logistics.view"),
    "logistics:recall": page("logistics.view", number="recall"),
    "logistics:assign-recall": verb("logistics.recall", number="recall"),
    "logistics:close-recall": verb("logistics.recall", number="recall"),
    # Tracking in
    "hooks:scans": call(code="code"),
    "hooks:interception": call(code="code"),
    "logistics:tracking-callback": page("logistics.hook"),
    "logistics:renew-callback": verb("logistics.hook"),
    "workorders:work-orders": page("workorders.view"),
    "workorders:board": page("workorders.view"),
    "workorders:library": page("workorders.view", number="order"),
    "workorders:add-to-library": verb("workorders.answer", number="order"),
    "workorders:describe-picture": verb("workorders.answer", number="order", uuid="file"),
    "workorders:work-order": page("workorders.view", number="work_order"),
    "workorders:save-draft": verb("workorders.answer", number="work_order"),
    "workorders:acknowledge": verb("workorders.submit_evidence", number="work_order"),
    "workorders:prepare-answer": verb("workorders.answer", number="work_order"),
    "workorders:confirmation": page("workorders.submit_evidence", number="work_order"),
    "workorders:submit-answer": verb("workorders.submit_evidence", number="work_order"),
    "workorders:agreement": page("workorders.agree_refund", number="work_order"),
    "workorders:agree-refund": verb("workorders.agree_refund", number="work_order"),
    "workorders:take-next": verb("workorders.answer"),
    "workorders:claim-work-order": verb("workorders.answer", number="work_order"),
    "workorders:release-work-order": verb("workorders.answer", number="work_order"),
    "workorders:mark-presence": verb("workorders.view", number="work_order"),
    "workorders:assign-work-order": verb("workorders.assign", number="work_order"),
    "workorders:desk": page("workorders.view", number="work_order"),
    "workorders:add-vouchers": verb("workorders.answer", number="work_order"),
    "workorders:order-vouchers": verb("workorders.answer", number="work_order"),
    "workorders:compose-sheet": verb("workorders.answer", number="work_order"),
    "workorders:reuse-files": verb("workorders.answer", number="work_order"),
    "workorders:reuse-file": verb("workorders.answer", number="work_order", uuid="file"),
    "workorders:sign-off-form": page("workorders.view", number="work_order"),
    "workorders:update-voucher": verb("workorders.answer", number="work_order", uuid="voucher"),
    "workorders:turn-voucher": verb("workorders.answer", number="work_order", uuid="voucher"),
    "workorders:move-voucher": verb("workorders.answer", number="work_order", uuid="voucher"),
    "workorders:remove-voucher": verb("workorders.answer", number="work_order", uuid="voucher"),
    "files:file": page("files.view", uuid="file"),
    "files:thumb": page("files.view", uuid="file"),
    "jobs:jobs": page("jobs.view"),
    # one job needs the permission of its kind; the scene's is an import
    "jobs:job": page("orders.import", number="job"),
    "jobs:job-progress": page("orders.import", number="job"),
    "jobs:cancel-job": verb("orders.import", number="job"),
    "jobs:retry-job": verb("orders.import", number="job"),
    "notifications:notices": page("notifications.view"),
    "notifications:read-all": verb("notifications.view"),
    "notifications:open-notice": verb("notifications.view", number="notice"),
    # what every list can do needs the permission to see that list
    "lists:save-columns": verb("orders.view", list="list"),
    "lists:save-view": verb("orders.view", list="list"),
    "lists:change-view": verb("orders.view", list="list", uuid="view"),
    "lists:step": page("orders.view", list="list"),
    "lists:batch": verb("orders.note", list="list", verb="verb"),
    "lists:export": verb("lists.export", list="list"),
    # one batch needs the permission of its verb; the scene's flags orders
    "lists:batch-result": page("orders.note", number="batch"),
    "lists:retry-batch": verb("orders.note", number="batch"),
    "lists:batch-file": page("orders.note", number="batch"),
    "ledger:statement": page("ledger.view"),
    # Deposit account and violations
    "deposits:account": page("deposits.view"),
    "deposits:pay-in": page("deposits.pay_in"),
    "deposits:violations": page("deposits.view"),
    "deposits:violation": page("deposits.view", number="violation"),
    # Refunds of the deposit
    "deposits:refunds": page("deposits.view"),
    "deposits:apply-refund": page("deposits.apply"),
    "deposits:refund": page("deposits.view", number="refund"),
    "deposits:answer-refund": verb("deposits.apply", number="refund"),
    "deposits:withdraw-refund": verb("deposits.apply", number="refund"),
    # Refund quota
    "deposits:quota": page("deposits.view"),
    "deposits:freeze": page("deposits.freeze"),
    "deposits:unfreeze": page("deposits.freeze"),
    "entry:staff": page("staff.manage"),
    "entry:invite": verb("staff.manage"),
    "entry:revoke-invitation": verb("staff.manage", number="invitation"),
    "entry:change-role": verb("staff.manage", username="member"),
    "entry:end-membership": verb("staff.manage", username="member"),
}
