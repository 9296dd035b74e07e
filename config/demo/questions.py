"""What the platform asks in the demo, by type: Chinese, as sellers read it."""

from workorders.rule_rows import (
    ADDRESS_CHANGE,
    NO_TRACE,
    NOT_RECEIVED,
    QUALITY,
    REFUSED,
    RETURN_RECEIVED,
    WORRY,
    WRONG_OR_MISSING,
)

QUESTIONS = {
    NOT_RECEIVED: (
        "买家反馈：物流显示已签收，但本人没有收到货。\n请在48小时内一次性上传 发货底单 和 签收物流红章证明，"
        "手写部分须清晰，签字与盖章一致。逾期未处理将全额退款给买家。"
    ),
    WRONG_OR_MISSING: (
        "买家反馈：收到的包裹少发了一件商品。\n请在24小时内提供 发货称重图、签收称重图 和 派件称重图，"
        "或与买家协商，或安排补发。逾期将全额退款并赔偿，商品下架。"
    ),
    QUALITY: (
        "买家反馈：商品有明显瑕疵，与页面描述不符。\n请先确认去核实，再提交 商品实拍图 和 质检报告，或与买家协商。"
        "任一步骤逾期将全额退款并赔偿，商品下架。"
    ),
    REFUSED: (
        "消费者拒收包裹。\n请先确认知晓并联系快递拦截，再提交 召回凭证 或说明处理结果。任一步骤逾期将全额退款给买家。"
    ),
    NO_TRACE: (
        "订单已发货超过24小时，没有物流轨迹。\n请提交 发货底单 和 交接揽收凭证，或说明已更新、已补发。逾期将全额退款给买家。"
    ),
    ADDRESS_CHANGE: (
        "消费者申请修改收货地址。\n请在6小时内给出处理意见，再说明处理方案；由快递改址的请附 快递核实回复。逾期将全额退款给买家。"
    ),
    WORRY: (
        "消费者担忧货物无法送达，物流两天没有更新。\n请先联系物流核实，再提交核实结果（附 快递核实回复），最后确认结果。"
        "任一步骤逾期将全额退款给买家。"
    ),
    RETURN_RECEIVED: (
        "退货包裹物流显示已签收，尚未退款。\n请在48小时内同意退款；未收到或退回商品有问题的，请提交 退货包裹照片 和 退货开箱图。"
        "逾期将全额退款给买家。"
    ),
}
ON_THE_WAY = {REFUSED, NO_TRACE, ADDRESS_CHANGE, WORRY}  # asked about a parcel nobody has signed for yet
