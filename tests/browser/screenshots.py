"""`make screenshots`: the pictures of README and of the guided tours, from a freshly made demo, in both languages.

docs/screens/<zh or en>/<name>.png and docs/screenshot.png; few colours, at most 120 KB each. Names in SHOTS are what the
tours link to; a test compares.
"""

import io
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import BrowserContext, Page, sync_playwright

from config.demo.people import PASSWORD

from .conftest import ARGUMENTS
from .stack import Stack, free_port

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
MOST_BYTES = 120_000
COLOURS = (96, 64, 40, 24)  # tried in turn until the file is small enough

CASE = """
from config.demo import pictures
from foundation.accounts.models import Shop, User
from foundation.lifecycle import clock
from orders.tests.factories import make_order
from workorders import services
from workorders.services import evidence
shop, by, now = Shop.objects.get(code="qinghe"), User.objects.get(username="kefu"), clock.now()
order = make_order(shop, now)
case = services.open_work_order(order.pk, type="not_received", by=None, now=now,
    platform_text="消费者反馈未收到货，请提供发货底单和签收红章证明。")
for slot in case.asked_slots:
    evidence.add_voucher(case.pk, pictures.upload(slot, order), by=by, now=now, slots=[slot])
print(case.number)
"""


@dataclass(frozen=True)
class Shot:
    """One picture: who looks at which page; `{case}` is an open case with its vouchers on the desk."""

    name: str
    who: str
    path: str
    before: Callable[[Page], None] = lambda page: None
    phone: bool = False


def fill_in(page: Page) -> None:
    """From the question to the page that shows what goes out."""
    page.fill("[name=note]", "签收人为本人，红章清晰。")
    page.locator("button[name=go][value=confirm]").click()
    page.locator("img.sheet").wait_for()


def library(page: Page) -> None:
    page.locator("main a[href*='/library/']").first.click()
    page.wait_for_url(lambda url: "/library/" in url)


def choose(page: Page) -> None:
    """Two rows chosen: the bar that acts on them."""
    for place in range(2):
        page.locator("main tbody input[name=id]").nth(place).check()


def first_row(page: Page) -> None:
    """Open what stands first in a list."""
    page.locator("main tbody a.mono").first.click()
    page.locator(".track, .stepper").first.wait_for()


def rule(page: Page) -> None:
    """Open the first rule: what it would have done."""
    page.locator("main a[href*='/shipping/rules/IR']").first.click()
    page.wait_for_url(lambda url: "/rules/IR" in url)


def first_case(page: Page) -> None:
    """Open the first row of the reviewers' queue."""
    page.locator("#result_list tbody a, main table tbody a").first.click()
    page.locator(".review-sheet img").first.wait_for()


def application(page: Page) -> None:
    """Open the shop's only open application."""
    page.locator("#application a.mono").first.click()
    page.locator(".stepper").first.wait_for()


def of_changfeng(page: Page) -> None:
    """Open the application that waits for a second reviewer."""
    page.locator("#result_list tbody th a").first.click()
    page.locator("#decide").wait_for()


SHOTS = [
    Shot("sign-in", "", "/login/"),
    Shot("workbench", "dianzhu", "/s/qinghe/"),
    Shot("orders", "kefu", "/s/qinghe/orders/"),
    Shot("import", "guanli", "/s/qinghe/orders/import/"),
    Shot("work-orders", "kefu", "/s/qinghe/work-orders/"),
    Shot("chosen", "kefu", "/s/qinghe/work-orders/", choose),
    Shot("work-orders-phone", "kefu", "/s/qinghe/work-orders/", phone=True),
    Shot("work-order", "kefu", "/s/qinghe/work-orders/{case}/"),
    Shot("desk", "kefu", "/s/qinghe/work-orders/{case}/desk/"),
    Shot("confirm", "kefu", "/s/qinghe/work-orders/{case}/?branch=evidence", fill_in),
    Shot("library", "kefu", "/s/qinghe/work-orders/{case}/", library),
    Shot("next-to-forfeit", "dianzhu", "/s/qinghe/work-orders/board/"),
    Shot("notices", "kefu", "/s/qinghe/notices/"),
    Shot("package-centre", "kefu", "/s/qinghe/shipping/"),
    Shot("parcel", "kefu", "/s/qinghe/shipping/?tab=in_transit", first_row),
    Shot("interception", "guanli", "/s/qinghe/shipping/interceptions/?tab=running", first_row),
    Shot("rule", "guanli", "/s/qinghe/shipping/rules/", rule),
    Shot("settlement", "caiwu", "/s/qinghe/settlement/"),
    Shot("staff", "dianzhu", "/s/qinghe/staff/"),
    Shot("deposit", "laoban", "/s/qiushi/deposit/"),
    Shot("deposit-refund", "laoban", "/s/jinxiu/deposit/", application),
    Shot("review-queue", "shenhe", "/admin/workorders/workorder/"),
    Shot("review", "shenhe", "/admin/workorders/workorder/", first_case),
    Shot("ask", "shenhe", "/admin/workorders/workorder/add/"),
    Shot("review-deposit", "baozheng2", "/admin/deposits/refundapplication/?queue=second", of_changfeng),
]


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="houtai-screenshots-") as folder:
        house = Stack(Path(folder), free_port())
        house.manage("migrate", "-v", "0")
        house.manage("seed_demo")
        case = house.manage(code=CASE).splitlines()[-1]
        house.start()
        try:
            for language in LANGUAGES:
                take_all(house.url, language, case)
        finally:
            house.stop()
    picture = DOCS / "screens" / "zh" / "work-orders.png"
    (DOCS / "screenshot.png").write_bytes(picture.read_bytes())


def take_all(address: str, language: str, case: str) -> None:
    target = DOCS / "screens" / language
    target.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        signed_in: dict[tuple[str, bool], BrowserContext] = {}
        for shot in SHOTS:
            key = (shot.who, shot.phone)
            if key not in signed_in:
                signed_in[key] = browser.new_context(
                    base_url=address, locale=LANGUAGES[language], color_scheme="light",
                    viewport=PHONE if shot.phone else DESKTOP,
                )  # fmt: skip
                sign_in(signed_in[key].new_page(), shot.who)
            take(signed_in[key].pages[0], shot, case, target)
        browser.close()


def sign_in(page: Page, who: str) -> None:
    if who:
        page.goto("/login/")
        page.fill("input[name=username]", who)
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(lambda url: "/login/" not in url)


def take(page: Page, shot: Shot, case: str, target: Path) -> None:
    page.goto(shot.path.format(case=case))
    shot.before(page)
    page.wait_for_load_state("networkidle")
    (target / f"{shot.name}.png").write_bytes(small(page.screenshot()))


def small(png: bytes) -> bytes:
    """The same picture with as many colours as fit into MOST_BYTES, then at three quarters of its size."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    for shape in (picture, picture.resize((picture.width * 3 // 4, picture.height * 3 // 4))):
        for colours in COLOURS:
            out = io.BytesIO()
            shape.quantize(colours, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
            if out.tell() <= MOST_BYTES:
                return out.getvalue()
    return out.getvalue()


if __name__ == "__main__":
    main()
