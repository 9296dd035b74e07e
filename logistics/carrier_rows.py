"""Carriers as they are seeded: codes and patterns are hints gathered from public sources, fees are our own figures."""

from .states import ParcelState as P

ON_THE_WAY = [P.PICKED_UP.value, P.IN_TRANSIT.value]
UNTIL_THE_DOOR = [*ON_THE_WAY, P.EXCEPTION.value]
SOURCE = "ours: no source gives what a carrier charges for an interception"

# code, Chinese, English, Kuaidi100, service phone, patterns, accepts in, fee in fen, charged on
CARRIERS = [
    ("zto", "中通快递", "ZTO Express", "zhongtong", "95311", [r"^7[358]\d{12}$"], UNTIL_THE_DOOR, 400, "succeeded"),
    ("yto", "圆通速递", "YTO Express", "yuantong", "95554", [r"^YT\d{13}$"], ON_THE_WAY, 500, "succeeded"),
    ("sto", "申通快递", "STO Express", "shentong", "95543", [r"^77\d{13}$"], ON_THE_WAY, 400, "succeeded"),
    ("yunda", "韵达速递", "Yunda Express", "yunda", "95546", [r"^[34]\d{14}$", r"^\d{13}$"], ON_THE_WAY, 300, "succeeded"),
    ("jt", "极兔速递", "J&T Express", "jtexpress", "956025", [r"^JT\d{13}$"], ON_THE_WAY, 600, "succeeded"),
    ("sf", "顺丰速运", "SF Express", "shunfeng", "95338", [r"^SF\d{13}$", r"^\d{12}$"], UNTIL_THE_DOOR, 1200, "accepted"),
    ("jd", "京东物流", "JD Logistics", "jd", "950616", [r"^JD[0-9A-Z]{11,13}$", r"^JDV[A-Z]\d{11}$"], UNTIL_THE_DOOR, 1000,
     "accepted"),
    ("post", "中国邮政", "China Post", "youzhengguonei", "11183", [r"^9\d{12}$"], [], 0, "succeeded"),
    ("ems", "EMS", "EMS", "ems", "11183", [r"^E[A-Z]\d{9}CN$", r"^(10|11|12|5\d|9\d)\d{11}$"], ON_THE_WAY, 800, "succeeded"),
    ("deppon", "德邦快递", "Deppon Express", "debangkuaidi", "95353", [r"^DPK\d{12}$", r"^\d{8,10}$"], UNTIL_THE_DOOR, 1000,
     "accepted"),
]  # fmt: skip
CANNOT_INTERCEPT = {"post"}
AGAIN_AFTER_CANCEL = {"zto", "yto", "jt"}

# Kuaidi100's state numbers (签收, 揽收 …) as parcel states; 8 (customs) and 7 (handed on) are movement.
KUAIDI100 = {
    "0": P.IN_TRANSIT, "1": P.PICKED_UP, "2": P.EXCEPTION, "3": P.SIGNED, "4": P.RETURNED, "5": P.OUT_FOR_DELIVERY,
    "6": P.RETURNING, "7": P.IN_TRANSIT, "8": P.IN_TRANSIT, "14": P.REFUSED,
}  # fmt: skip
# An interception's progress in words public sources use (登记, 拦截中, 成功, 失败, 退件签收) as verbs of its table.
INTERCEPT = {
    "registered": "accept", "10": "begin", "intercepting": "begin", "20": "succeed", "success": "succeed",
    "returning": "turn_back", "return_signed": "come_back", "30": "fail", "failed": "fail", "refused": "refuse",
}  # fmt: skip
