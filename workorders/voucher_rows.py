"""The kinds of vouchers a new house starts with; rows VoucherKind, added to by the platform in admin (rules §6)."""

from typing import Any

SCALE_ZH, SCALE_EN = "秤的读数与面单须在同一张照片中清晰可读。", "The figure on the scale and the label must be readable in one picture."
FACE_ZH, FACE_EN = "商品与面单须在同一画面，清晰可读。", "The goods and the parcel's label must be readable in one picture."


def _kind(code: str, name: tuple[str, str], help: tuple[str, str], accepts: tuple[str, str], *words: str) -> dict[str, Any]:
    """A row from (Chinese, English) pairs; `words` are further names a question calls it by."""
    return {
        "code": code, "name_zh": name[0], "name_en": name[1], "help_zh": help[0], "help_en": help[1],
        "accepts_zh": accepts[0], "accepts_en": accepts[1], "words": list(words), "checks": [],
    }


RED_STAMP_CHECKS = [
    {"code": "handwritten", "zh": "填写内容为手写，不是打印", "en": "What was filled in is written by hand, not printed"},
    {"code": "signature_is_stamp", "zh": "签字与盖章为同一公司", "en": "The signature and the stamp name the same company"},
    {"code": "date_after_sign_off", "zh": "日期不早于签收日", "en": "Its date is the day of sign-off or later"},
]

VOUCHERS: list[dict[str, Any]] = [
    _kind(
        "shipping_slip", ("发货底单", "Shipping slip"),
        ("交给快递时的底单：订单、重量、运单号。", "The slip of the parcel as handed to the carrier: order, weight, carrier's number."),
        ("纸质底单的照片，运单号须清晰可读。", "A photograph of the paper slip; the tracking number must be readable."),
    ),
    {
        **_kind(
            "sign_off_proof", ("红章证明", "Red-stamp proof"),
            ("快递公司出具的签收证明，手写、签字并加盖红章。", "The carrier's proof of sign-off, filled in by hand, signed, with its red stamp."),
            ("全部打印的证明无效；签字与盖章须为同一公司。",
             "A proof that is printed throughout is invalid; signature and stamp must name the same company."),
            "签收物流红章证明", "签收红章证明", "签收证明", "red-stamp sign-off proof",
        ),
        "checks": RED_STAMP_CHECKS,
    },
    _kind(
        "weighing_dispatch", ("发货称重图", "Weighing photo at dispatch"),
        ("出库时包裹在秤上的照片，面单与读数在同一画面。",
         "The parcel on the scale when it left the warehouse, label and figure in one picture."),
        (SCALE_ZH, SCALE_EN),
    ),
    _kind(
        "weighing_sign_off", ("签收称重图", "Weighing photo at sign-off"),
        ("签收时包裹在秤上的照片。", "The parcel on the scale when it was signed for."), (SCALE_ZH, SCALE_EN),
    ),
    _kind(
        "weighing_delivery", ("派件称重图", "Weighing photo at delivery"),
        ("派件途中包裹在快递员秤上的照片。", "The parcel on the courier's scale on the way to the buyer."), (SCALE_ZH, SCALE_EN),
    ),
    _kind(
        "product_photo", ("商品实拍图", "Product photo"),
        ("同批次商品的实拍：外观、标签、争议部位。", "The goods of the same batch: the whole, the label, the part in question."),
        ("实拍照片，不得使用商品页主图。", "A photograph of the goods; the picture of the product page does not count."),
    ),
    _kind(
        "quality_report", ("质检报告", "Quality report"),
        ("该商品或批次的质检报告或合格证。", "The test report or certificate of the product or its batch."),
        ("报告编号、商品名称和日期须可读。", "Its number, the product's name and the date must be readable."),
    ),
    _kind(
        "recall_proof", ("召回凭证", "Recall proof"),
        ("快递确认拦截或召回包裹的截图或回执。", "The carrier's confirmation that the parcel is stopped or on its way back."),
        ("须显示运单号和快递的确认。", "The tracking number and the carrier's confirmation must be readable."),
    ),
    _kind(
        "carrier_answer", ("快递核实回复", "Carrier's answer"),
        ("快递公司或网点对包裹的核实回复。", "What the carrier or its branch says of the parcel."),
        ("聊天截图或书面回复，运单号与时间须可读。", "A screenshot or letter; the tracking number and the time must be readable."),
    ),
    _kind(
        "handover_record", ("交接揽收凭证", "Hand-over record"),
        ("快递揽收该包裹的交接单或揽收记录。", "The carrier's record of taking the parcel over."),
        ("须显示运单号和揽收时间。", "The tracking number and the time of pick-up must be readable."),
    ),
    _kind(
        "return_parcel", ("退货包裹照片", "Return parcel photo"),
        ("收到的退货包裹外观，含面单。", "The returned parcel as it arrived, with its label."),
        ("退货运单号须清晰可读。", "The return tracking number must be readable."),
    ),
    _kind(
        "unboxing", ("退货开箱图", "Unboxing photo"),
        ("退货开箱时的商品，与面单同框。", "The returned goods at unboxing, together with the label."), (FACE_ZH, FACE_EN),
    ),
]
