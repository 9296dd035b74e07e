"""The types of questions a new house starts with; rows of rules and stages, added to by the platform in admin (rules §6).

Figures no source gives carry "ours". The words of the options are those sellers know from the platform's own forms.
"""

from typing import Any

from .states import Branch, Claim, Need

NOT_RECEIVED, WRONG_OR_MISSING = "not_received", "wrong_or_missing"
QUALITY, REFUSED, NO_TRACE = "quality", "refused_parcel", "no_trace"
ADDRESS_CHANGE, WORRY, RETURN_RECEIVED = "address_change", "logistics_worry", "return_received"
REMINDERS = ["50%", "4h", "1h"]
OURS = "ours: windows, stages, consequences, hours to decide and to answer again, reminders, sheet limits, months kept. "
TO_US = "What is asked and the words of the results are those of the marketplace's own forms."


def _option(code: str, zh: str, en: str, *needs: str, claims: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"code": code, "zh": zh, "en": en, "needs": [str(need) for need in needs], "claims": [str(one) for one in claims]}


def _stage(
    zh: str, en: str, hours: int, branches: list[str], slots: list[str] | None = None, options: list[dict] | None = None
) -> dict[str, Any]:
    return {
        "name_zh": zh, "name_en": en, "hours": hours, "branches": [str(branch) for branch in branches],
        "slots": slots or [], "options": options or [],
    }


RULES: list[dict[str, Any]] = [
    {
        "type": NOT_RECEIVED, "name_zh": "未收到货", "name_en": "Not received though signed",
        "stages": [_stage("", "", 48, [Branch.EVIDENCE, Branch.AGREE_REFUND], ["shipping_slip", "sign_off_proof"])],
        "source_note": "ours: hours to decide and to answer again, reminders, sheet limits, months kept. "
        "Window, vouchers and full refund are the seller article's on work orders (2018).",
    },
    {
        "type": WRONG_OR_MISSING, "name_zh": "错发漏发", "name_en": "Wrong or missing items",
        "stages": [_stage(
            "", "", 24, [Branch.EVIDENCE, Branch.NEGOTIATED, Branch.RESHIP],
            ["weighing_dispatch", "weighing_sign_off", "weighing_delivery"],
        )],
        "compensation_bp": 3_000, "delists": True, "delist_days": 7,
        "source_note": "ours: the share of the compensation (30 %), days delisted, hours to decide and to answer again, "
        "reminders, sheet limits, months kept. Window, vouchers, full refund, compensation and delisting are the seller "
        "article's on work orders (2018).",
    },
    {
        "type": QUALITY, "name_zh": "商品质量问题", "name_en": "Quality complaint",
        "stages": [
            _stage("去核实", "Look into it", 12, [Branch.ACKNOWLEDGE, Branch.AGREE_REFUND]),
            _stage(
                "提交核实结果", "Send what was found", 36,
                [Branch.EVIDENCE, Branch.NEGOTIATED, Branch.RESHIP, Branch.AGREE_REFUND],
                ["product_photo", "quality_report"],
            ),
        ],
        "compensation_bp": 1_000, "delists": True, "delist_days": 3,
        "source_note": OURS,
    },
    {
        "type": REFUSED, "name_zh": "消费者拒收", "name_en": "Refused parcel",
        "stages": [
            _stage("我已知晓", "Take note", 6, [Branch.ACKNOWLEDGE, Branch.AGREE_REFUND]),
            _stage(
                "拦截处理结果", "What became of the parcel", 24, [Branch.CHOICE, Branch.AGREE_REFUND], ["recall_proof"],
                [
                    _option("recalled", "已进行召回", "The parcel is recalled", Need.EVIDENCE, claims=(Claim.NOT_SIGNED,)),
                    _option("buyer_has_it", "消费者已收到货", "The buyer has the goods", Need.NOTE, claims=(Claim.SIGNED,)),
                    _option("no_reply", "消费者超12小时未回复", "No reply of the buyer in 12 hours", Need.CONTACT),
                ],
            ),
        ],
        "counts_dispute": False,
        "source_note": OURS + TO_US,
    },
    {
        "type": NO_TRACE, "name_zh": "已发货无轨迹", "name_en": "No trace of the parcel",
        "stages": [_stage(
            "", "", 24, [Branch.CHOICE, Branch.NEGOTIATED, Branch.AGREE_REFUND], ["shipping_slip", "handover_record"],
            [
                _option("handed_over", "已交付快递", "Handed to the carrier", Need.EVIDENCE, claims=(Claim.SHIPPED,)),
                _option("trace_is_back", "物流已更新", "The trace is up to date", Need.NOTE, claims=(Claim.SHIPPED,)),
                _option("reshipped", "已补发", "Sent again", Need.TRACKING, Need.NOTE),
            ],
        )],
        "source_note": OURS + TO_US,
    },
    {
        "type": ADDRESS_CHANGE, "name_zh": "消费者申请修改地址", "name_en": "Change of address",
        "stages": [
            _stage(
                "处理意见", "Yes or no", 6, [Branch.CHOICE, Branch.AGREE_REFUND], [],
                [
                    _option("will_change", "同意修改", "The address will be changed"),
                    _option("packed", "包裹已打包完成", "The parcel is packed", claims=(Claim.NOT_SHIPPED,)),
                    _option("handed_over", "已交付快递", "Handed to the carrier", claims=(Claim.SHIPPED,)),
                    _option("customs", "海淘已清关", "Through customs already", claims=(Claim.SHIPPED,)),
                    _option("other", "其他", "Something else", Need.NOTE),
                ],
            ),
            _stage(
                "处理方案", "What is done", 12, [Branch.CHOICE, Branch.AGREE_REFUND], ["carrier_answer"],
                [
                    _option("reorder", "协商退款重拍", "Refund and new order, agreed with the buyer", Need.CONTACT),
                    _option("carrier_changes", "联系快递修改地址", "The carrier changes the address", Need.EVIDENCE,
                            claims=(Claim.NOT_SIGNED,)),
                    _option("intercept", "拦截快递退款", "The parcel is stopped, then refunded", Need.EVIDENCE,
                            claims=(Claim.NOT_SIGNED,)),
                ],
            ),
        ],
        "counts_dispute": False,
        "source_note": OURS + TO_US,
    },
    {
        "type": WORRY, "name_zh": "消费者担忧货物无法送达", "name_en": "Worry about delivery",
        "stages": [
            _stage("需联系物流核实", "Ask the carrier", 12, [Branch.ACKNOWLEDGE, Branch.AGREE_REFUND]),
            _stage(
                "核实结果", "What the carrier says", 24, [Branch.CHOICE, Branch.AGREE_REFUND], ["carrier_answer"],
                [
                    _option("will_arrive", "物流可以更新能送达", "It will be delivered", Need.DATE, Need.EVIDENCE),
                    _option("unknown", "无法确定何时更新", "Nobody knows when it moves", Need.NOTE, claims=(Claim.NOT_SIGNED,)),
                    _option("wont_arrive", "不能送达", "It can't be delivered", Need.NOTE, claims=(Claim.NOT_SIGNED,)),
                    _option("reshipped", "已补发", "Sent again", Need.TRACKING),
                    _option("moving", "物流已更新", "The trace is up to date", claims=(Claim.SHIPPED,)),
                ],
            ),
            _stage(
                "最终确认", "Final confirmation", 48, [Branch.CHOICE, Branch.AGREE_REFUND], [],
                [
                    _option("moving", "物流已恢复更新", "The parcel moves again", claims=(Claim.SHIPPED,)),
                    _option("refunded", "已完成退款", "Refunded", claims=(Claim.REFUNDED,)),
                    _option("reshipped", "已完成补发", "Sent again, with a new number", Need.TRACKING),
                    _option("waits", "已协商一致愿意等待", "The buyer agrees to wait", Need.CONTACT),
                ],
            ),
        ],
        "counts_dispute": False,
        "source_note": OURS + TO_US,
    },
    {
        "type": RETURN_RECEIVED, "name_zh": "逆向物流已签收退款", "name_en": "Return received, refund due",
        "stages": [_stage(
            "", "", 48, [Branch.AGREE_REFUND, Branch.CHOICE, Branch.NEGOTIATED], ["return_parcel", "unboxing"],
            [
                _option("not_arrived", "未收到退货包裹", "No return has arrived", Need.NOTE),
                _option("damaged", "退回商品影响二次销售", "The goods can't be sold again", Need.EVIDENCE, Need.NOTE),
                _option("wrong_goods", "退回商品与订单不符", "Other goods than sold came back", Need.EVIDENCE, Need.NOTE),
            ],
        )],
        "source_note": OURS,
    },
]
