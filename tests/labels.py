"""The Chinese names of menus, pages and buttons with their English source strings.

A seller who reads an article naming a page must find exactly that. NOW must be in the catalogue; the rest joins it
with its page, and must then read as here.
"""

MENU = {
    "Workbench": "工作台",
    "Orders": "订单管理",
    "Work orders": "工单管理",
    "My shop": "我的店铺",
    "Settlement": "结算管理",
}

NOW = {
    **MENU,
    "Order details": "订单详情",
    "Order number": "订单号",
    "Order state": "订单状态",
    "Note": "备注",
    "Confirm receipt": "确认收货",
    "Seller work order": "商家工单",
    "How to answer": "处理选择",
    "Negotiate with the buyer": "友好协商",
    "Arrange a reship": "安排补发",
    "Back-office note": "后台备注",
    "Upload evidence": "上传凭证",
    "Forfeited": "默认放弃",
    "Full refund": "全额退款",
    "Fair compensation": "合理赔偿",
    "Product delisted": "商品下架",
    "Dispute refund": "纠纷退款",
    "Contact service": "联系客服",
    "Last 3 months": "最近3个月",
    "After-sale state": "售后状态",
    "Reship tracking number": "补寄单号",
    "Carrier": "快递方式",
    "Shop name": "店铺名",
    "User name and password don't match": "账号和密码不匹配",
}

LOGISTICS = {
    "Shipped, number missing": "已发货未填单号",
    "Enter tracking number": "填写物流单号",
    "Package centre": "包裹中心",
    "Shipping": "发货管理",
    "Interception": "物流拦截",
    "Interception rules": "拦截规则",
    "Order amount range": "拦截订单金额区间",
    "Carriers": "物流服务商",
    "Progress": "拦截进度",
    "Cancel interception": "取消拦截",
    "Pending": "待处理",
    "Clicked by mistake": "误操作",
    "Buyer wants to return": "买家要求退货",
    "Wrong shipping information": "物流信息错误",
    "Force majeure": "不可抗力",
    "Responsible party": "责任方",
    "Storage fee": "仓储费",
    "Refund only": "仅退款",
    "Return and refund": "退货退款",
}
NOW |= LOGISTICS

DEPOSITS = {
    "Deposit": "保证金",
    "Deposit refunds": "保证金退还",
    "Violations": "违规记录",
}
NOW |= DEPOSITS

LATER = {
    "Bound phone": "绑定手机号",
    "Label printing": "打单",
    "Appeal a decision": "我要申诉",
    "After-sales": "售后工作台",
    "Tickets": "售后单",
    "Ship urges": "催发货",
    "Deposit ledger": "保证金台账",
    "Temporary deposit": "临时保证金",
    "Deposit refund": "保证金退还",
    "Refund quota": "售后退款额度",
    "Return policy": "退换货政策",
    "Metrics": "风向标",
    "Group complete": "成团",
    "Promised shipping time": "承诺发货时间",
    "Late shipment": "延迟发货",
    "Out of stock": "缺货",
    "Expected shipping time": "预计发货时间",
    "Recall": "召回",
    "Replace goods": "更换商品",
    "Reship": "补发",
    "Compensation": "赔偿金",
    "Sign-off slip": "签收底单",
    "Validity of evidence": "凭证有效性",
    "Platform intervention": "平台介入",
    "Appeal": "申诉",
    "Misjudgement": "误判",
    "Refund": "退款",
    "Pay the deposit": "缴纳保证金",
    "Deduction": "扣除",
    "Forgot password": "忘记密码",
    "Recover password": "找回密码",
    "Individual shop": "个人店",
    "Company shop": "企业店",
}

# names that are rows, not catalogue entries: types of questions and kinds of vouchers of a new house
ROWS = {
    "Not received though signed": "未收到货",
    "Wrong or missing items": "错发漏发",
    "Shipping slip": "发货底单",
    "Red-stamp proof": "红章证明",
    "Weighing photo at dispatch": "发货称重图",
    "Weighing photo at sign-off": "签收称重图",
    "Weighing photo at delivery": "派件称重图",
}
