"""Chromium against a running house. Every page of every test: no console error, no CSP violation, no 5xx."""

import shutil

import pytest

from foundation.accounts.tests.factories import PASSWORD

from .stack import Stack, free_port

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


@pytest.fixture(scope="session")
def stack(tmp_path_factory):
    house = Stack(tmp_path_factory.mktemp("house"), free_port())
    house.manage("migrate", "-v", "0")
    house.manage("seed_demo", "--orders", "200", "--shops", "2", "--seed", "7")
    house.start()
    yield house
    assert house.stop() == 0, "Ctrl-C did not end the house cleanly"


@pytest.fixture(scope="session")
def browser_type_launch_args():
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "browser tests need Debian's chromium (.ci/run installs it)"
    return {"executable_path": chromium, "args": ARGUMENTS}


@pytest.fixture(scope="session")
def signed_in(browser, stack):
    """A function: user name → the cookies of somebody who signed in on the login page; once a suite and person."""
    kept = {}

    def cookies(username):
        if username not in kept:
            context = browser.new_context(base_url=stack.url)
            page = context.new_page()
            page.goto("/login/")
            page.fill("input[name=username]", username)
            page.fill("input[name=password]", PASSWORD)
            page.press("input[name=password]", "Enter")
            page.wait_for_url(lambda url: "/login/" not in url)
            kept[username] = context.storage_state()
            context.close()
        return kept[username]

    return cookies


@pytest.fixture
def person(browser, stack, signed_in):
    """A function: (user name, language, phone width?, theme) → a page signed in as them, watched for trouble."""
    contexts, troubles = [], []

    def enter(username, *, language="zh-hans", phone=False, theme="light", bypass_csp=False):
        context = browser.new_context(
            base_url=stack.url,
            locale="zh-CN" if language == "zh-hans" else "en-GB",
            viewport={"width": 390, "height": 844} if phone else {"width": 1440, "height": 900},
            has_touch=phone,
            color_scheme=theme,
            bypass_csp=bypass_csp,
            storage_state=signed_in(username),
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: message.type == "error" and troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("response", lambda r: r.status >= 500 and troubles.append(f"{r.status} {r.url}"))
        page.goto("/")
        assert "/login/" not in page.url
        return page

    yield enter
    for context in contexts:
        context.close()
    # a refused verb answers 4xx on purpose; the browser's own line about it is no trouble
    assert not [t for t in troubles if "the server responded with a status of 4" not in t]
