"""Work orders under /s/<shop code>/work-orders/."""

from django.urls import path

from . import converters  # noqa: F401  (registers order_number)
from .views import answers, assigning, desk, detail, library, lists

app_name = "workorders"

urlpatterns = [
    # The list and what is next to forfeit
    path("", lists.work_orders, name="work-orders"),
    path("board/", lists.board, name="board"),
    path("take-next/", assigning.take_next, name="take-next"),
    # The evidence library of an order
    path("library/<order_number:number>/add/", library.add_to_library, name="add-to-library"),
    path("library/<order_number:number>/<uuid:uuid>/", library.describe_picture, name="describe-picture"),
    path("library/<order_number:number>/", library.evidence_library, name="library"),
    # One case and what is done with it
    path("<str:number>/", detail.work_order, name="work-order"),
    path("<str:number>/draft/", answers.save_draft, name="save-draft"),
    path("<str:number>/acknowledge/", answers.acknowledge, name="acknowledge"),
    path("<str:number>/prepare/", answers.prepare_answer, name="prepare-answer"),
    path("<str:number>/confirm/", detail.confirmation, name="confirmation"),
    path("<str:number>/submit/", answers.submit_answer, name="submit-answer"),
    path("<str:number>/agreement/", detail.agreement, name="agreement"),
    path("<str:number>/agree/", answers.agree_refund, name="agree-refund"),
    # Whose it is
    path("<str:number>/claim/", assigning.claim_work_order, name="claim-work-order"),
    path("<str:number>/release/", assigning.release_work_order, name="release-work-order"),
    path("<str:number>/assign/", assigning.assign_work_order, name="assign-work-order"),
    path("<str:number>/presence/", assigning.mark_presence, name="mark-presence"),
    # The evidence desk
    path("<str:number>/desk/", desk.desk, name="desk"),
    path("<str:number>/desk/add/", desk.add_vouchers, name="add-vouchers"),
    path("<str:number>/desk/order/", desk.order_vouchers, name="order-vouchers"),
    path("<str:number>/desk/compose/", desk.compose_sheet, name="compose-sheet"),
    path("<str:number>/desk/reuse/", desk.reuse_files, name="reuse-files"),
    path("<str:number>/desk/reuse/<uuid:uuid>/", desk.reuse_file, name="reuse-file"),
    path("<str:number>/desk/sign-off-form/", desk.sign_off_form, name="sign-off-form"),
    path("<str:number>/desk/<uuid:uuid>/", desk.update_voucher, name="update-voucher"),
    path("<str:number>/desk/<uuid:uuid>/turn/", desk.turn_voucher, name="turn-voucher"),
    path("<str:number>/desk/<uuid:uuid>/move/", desk.move_voucher, name="move-voucher"),
    path("<str:number>/desk/<uuid:uuid>/remove/", desk.remove_voucher, name="remove-voucher"),
]
