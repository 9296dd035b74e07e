"""What the demo shops sell; prices in fen."""

from datetime import datetime

from foundation.accounts.models import Shop
from foundation.catalog.services import Found, Wanted, ensure_products

GOODS: list[tuple[str, list[tuple[str, int]]]] = [
    ("纯棉四件套 全棉床单被套", [("1.5m床 米白", 12900), ("1.8m床 米白", 14900), ("1.8m床 雾蓝", 14900)]),
    ("纯棉毛巾 加厚吸水", [("灰色 2条", 1990), ("灰色 4条", 3590)]),
    ("乳胶枕 护颈枕头", [("单只", 6900), ("一对", 12900)]),
    ("夏凉被 空调薄被", [("150×200", 5900), ("200×230", 7900)]),
    ("珊瑚绒毯 午睡盖毯", [("驼色", 2990), ("墨绿", 2990)]),
    ("防水床笠 床垫保护罩", [("1.5m", 3290), ("1.8m", 3790)]),
    ("遮光窗帘 成品短帘", [("2.0×1.8", 4590), ("2.5×2.0", 5990)]),
    ("收纳箱 衣物整理箱", [("45L", 2590), ("66L 两只", 5290)]),
    ("浴室地垫 硅藻泥软垫", [("40×60", 1590), ("50×80", 2290)]),
    ("抱枕靠垫 含芯", [("45×45", 1890), ("45×45 两只", 3390)]),
    ("拖鞋 居家防滑", [("36-37", 990), ("40-41", 990)]),
    ("蚕丝被 子母被", [("200×230", 39900), ("220×240", 45900)]),
]


def stock(shop: Shop, *, now: datetime) -> Found:
    """Put the goods on the shop's shelf."""
    wanted = [
        Wanted(f"DEMO-{place:03d}", title, f"DEMO-{place:03d}-{variant}", name, price, 500)
        for place, (title, skus) in enumerate(GOODS, 1)
        for variant, (name, price) in enumerate(skus, 1)
    ]
    return ensure_products(shop, wanted, now=now)
