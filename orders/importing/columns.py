"""Which column of a file means what: recognised by Chinese and English names, or told by the user."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from foundation.lifecycle.errors import Invalid
from foundation.lists import registry

from ..states import LANGUAGES

PERSONAL = frozenset({"buyer_name", "buyer_phone", "address"})


@dataclass(frozen=True)
class Target:
    """Something a column can be: `names` are headers that mean it, as `key()` writes them."""

    code: str
    label: Any
    names: str
    group: str = "order"


TARGETS: dict[str, Target] = {
    target.code: target
    for target in [
        Target("number", _("Order number"), "订单编号 订单号 主订单编号 交易编号 商户订单号 ordernumber orderno orderid ordersn number"),
        Target("status", _("Order state"), "订单状态 交易状态 状态 orderstate orderstatus status state"),
        Target("placed_at", _("Time placed"), "订单创建时间 下单时间 创建时间 拍下时间 订单时间 orderedat placedat placed createdat ordertime ordercreated createtime timeplaced orderdate"),
        Target("paid_at", _("Time paid"), "订单付款时间 付款时间 支付时间 支付成功时间 paidat paytime paymenttime timepaid"),
        Target("grouped_at", _("Group complete"), "成团时间 拼单成功时间 订单成交时间 groupedat groupcomplete grouptime"),
        Target("promised_ship_at", _("Promised shipping time"), "承诺发货时间 最晚发货时间 预计发货时间 promisedshipat promisedshippingtime shipby"),
        Target("shipped_at", _("Time shipped"), "发货时间 订单发货时间 shippedat shiptime timeshipped"),
        Target("signed_at", _("Time signed"), "签收时间 signedat deliveredat timesigned"),
        Target("confirmed_at", _("Receipt confirmed"), "确认收货时间 交易完成时间 订单完成时间 完成时间 confirmedat completedat receiptconfirmed"),
        Target("total", _("Total before refunds"), "总金额 订单总金额 订单金额 应付金额 买家应付货款 total totalamount orderamount ordertotal totalbeforerefunds", "money"),
        Target("paid", _("Paid by the buyer"), "买家实际支付金额 实付金额 支付金额 实际支付金额 用户实付金额 买家实付 付款金额 实付款 paid paidamount amountpaid paidbythebuyer payamount", "money"),
        Target("net_received", _("Net received (paid less refunds)"), "净收金额 净收款 实收净额 netreceived net netamount netreceivedpaidlessrefunds", "money"),
        Target("refunded", _("Refunded"), "退款金额 已退款金额 退款 refunded refund refundamount refundedamount", "money"),
        Target("goods", _("Goods amount"), "商品总价 商品金额 货款 商品总金额 商品合计 goods goodsamount subtotal", "money"),
        Target("discount", _("Discount"), "优惠金额 店铺优惠 店铺优惠金额 折扣 优惠 discount discountamount", "money"),
        Target("postage", _("Postage"), "运费 邮费 买家应付邮费 postage shippingfee freight", "money"),
        Target("buyer_name", _("Buyer name"), "收货人 收件人 收货人姓名 收件人姓名 买家姓名 买家 buyer buyername recipient receiver", "buyer"),
        Target("buyer_phone", _("Buyer phone"), "联系手机 手机号 手机 收件人手机 联系电话 收货人电话 手机号码 电话 phone buyerphone mobile", "buyer"),
        Target("province", _("Province"), "省 省份 收货省份 province", "buyer"),
        Target("address", _("Address"), "收货地址 收件地址 详细地址 地址 收件人地址 address shippingaddress", "buyer"),
        Target("buyer_remark", _("Buyer remark"), "买家留言 买家备注 留言 buyerremark buyermessage buyernote", "buyer"),
        Target("staff_note", _("Staff note"), "备注 商家备注 卖家备注 订单备注 客服备注 staffnote note remark sellernote", "shop"),
        Target("flag", _("Flag"), "插旗 旗帜 标旗 备注标记 flag", "shop"),
        Target("tags", _("Tags"), "标签 订单标签 tags tag", "shop"),
        Target("carrier", _("Carrier"), "物流公司 快递公司 物流服务商 快递方式 承运商 carrier courier logistics", "parcel"),
        Target("tracking_number", _("Tracking number"), "物流单号 快递单号 运单号 运单号码 快递号 trackingnumber trackingno waybill waybillno tracking", "parcel"),
        Target("item_title", _("Product"), "商品 商品名称 宝贝标题 商品标题 宝贝名称 product producttitle itemtitle title item producttitle", "line"),
        Target("product_code", _("Product code"), "商品编码 商品id 商家编码 商家编码商品维度 productcode productid itemid", "line"),
        Target("sku_name", _("SKU"), "商品规格 规格 sku名称 商品属性 颜色分类 sku skuname variant", "line"),
        Target("sku_code", _("SKU code"), "规格编码 商家编码规格维度 样式id skuid skucode sku编码", "line"),
        Target("quantity", _("Quantity"), "数量 商品数量 件数 购买数量 宝贝总数量 quantity qty count", "line"),
        Target("price", _("Unit price"), "单价 商品单价 商品价格 price unitprice", "line"),
    ]
}  # fmt: skip

_BY_NAME = {name: target.code for target in TARGETS.values() for name in target.names.split()}

# What a column of our own order list is, by what it is read from; "" is known and not taken.
OWN = {
    "number": "number", "item_title": "item_title", "item_count": "quantity", "paid_minor": "paid",
    "refunded_minor": "refunded", "buyer_name": "buyer_name", "buyer_phone": "buyer_phone", "status": "status",
    "carrier": "carrier", "tracking_number": "tracking_number", "placed_at": "placed_at", "flag": "flag",
    "staff_note": "staff_note", "buyer_remark": "buyer_remark", "province": "province", "discount_minor": "discount",
    "postage_minor": "postage", "promised_ship_at": "promised_ship_at", "physically_shipped_at": "shipped_at",
    "signed_at": "signed_at",
}  # fmt: skip


@cache
def _own_names(language: str) -> dict[str, str]:
    """Header → target of the files our order list exports in this language."""
    with override(language):
        return {
            key(str(field.label or column.label)): OWN.get(field.sources[0], "")
            for column in registry.get("orders").columns
            for field in column.fields
        }


FIELDS = {
    "paid_minor": "paid", "refunded_minor": "refunded", "goods_minor": "goods", "discount_minor": "discount",
    "postage_minor": "postage", "physically_shipped_at": "shipped_at", "tracking_uploaded_at": "tracking_number",
}  # fmt: skip


def label(field: str) -> str:
    """The name of an order's column as people say it."""
    target = TARGETS.get(FIELDS.get(field, field))
    return str(target.label) if target else field


def key(header: str) -> str:
    """A header as it is compared: without blanks, brackets with units, punctuation and case."""
    text = re.sub(r"[（(【\[](元|¥|cny|rmb|yuan)[）)】\]]", "", header.strip().lstrip("\ufeff").lower())
    return re.sub(r"[\s_\-./:：,，、()（）【】\[\]?？*#]+", "", text)


def clean_header(cells: Sequence[str]) -> list[str]:
    """Header names one can point at: stripped, blank ones named by position, doubled ones numbered."""
    names: list[str] = []
    for position, cell in enumerate(cells, start=1):
        name = cell.strip().strip("\ufeff").strip()[:120] or f"#{position}"
        base, count = name, 1
        while name in names:
            count += 1
            name = f"{base} ({count})"
        names.append(name)
    return names


def recognise(header: Iterable[str]) -> dict[str, str]:
    """Header → target for every column whose name is known; the first column of a target wins.

    A file whose every column is one of our own export's is read as that export: there “Goods” are no amount.
    """
    header = list(header)
    names = _BY_NAME
    for language in LANGUAGES:
        if all(key(name) in _own_names(language) for name in header):
            names = _own_names(language)
    found: dict[str, str] = {}
    for name in header:
        code = names.get(key(name))
        if code and code not in found.values():
            found[name] = code
    return found


def check(mapping: Mapping[str, str], header: Sequence[str]) -> dict[str, str]:
    """The mapping as it may be used with this file; Invalid, with a sentence, when it can't."""
    mapping = {name: code for name, code in mapping.items() if code}
    for name, code in mapping.items():
        if name not in header:
            raise Invalid(gettext("The file has no column “%(name)s”.") % {"name": name}, field="columns")
        if code not in TARGETS:
            raise Invalid(gettext("“%(code)s” is nothing a column can be.") % {"code": code}, field="columns")
    codes = list(mapping.values())
    for code in codes:
        if codes.count(code) > 1:
            raise Invalid(
                gettext("Two columns are “%(target)s”; choose one.") % {"target": TARGETS[code].label}, field="columns"
            )
    missing = lacking(mapping)
    if missing:
        raise Invalid(
            gettext("Say which column is: %(targets)s.") % {"targets": ", ".join(missing)}, field="columns"
        )
    if "paid" in codes and "net_received" in codes:
        raise Invalid(gettext("Choose either what was paid or what was net received, not both."), field="columns")
    return mapping


def lacking(mapping: Mapping[str, str]) -> list[str]:
    """Labels of what every import needs and this mapping lacks."""
    codes = set(mapping.values())
    missing = [] if "number" in codes else [str(TARGETS["number"].label)]
    if not codes & {"placed_at", "paid_at"}:
        missing.append(str(TARGETS["placed_at"].label))
    if not codes & {"paid", "net_received"}:
        missing.append(str(TARGETS["paid"].label))
    return missing


def signature(header: Iterable[str]) -> str:
    """The same for files with the same columns, whatever their order; a kept mapping is found by it."""
    return hashlib.sha256("\x1f".join(sorted(map(key, header))).encode()).hexdigest()


def from_json(text: str) -> dict[str, str]:
    """A mapping file: `{"column in the file": "target"}`, or the other way round. Invalid if it is neither."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise Invalid(gettext("The mapping is not valid JSON."), field="mapping") from None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise Invalid(gettext("The mapping is not an object of column names and targets."), field="mapping")
    if set(found) <= set(TARGETS) and not set(found.values()) <= set(TARGETS):
        found = {name: code for code, name in found.items()}
    return {name.strip(): code.strip() for name, code in found.items()}
