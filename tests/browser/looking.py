"""Opening pages as somebody, in a language, a colour scheme and a width, and what is wrong there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

WIDTHS = {"phone": 320, "wide": 1280}  # 320: WCAG 2.2, 1.4.10 Reflow
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


# The innermost elements that reach past the window, if the page can be scrolled sideways.
TOO_WIDE = """() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  const past = [...document.body.querySelectorAll("*")].filter(
    one => one.getBoundingClientRect().right > room && !one.closest(".scroll"));
  return past.filter(one => !past.some(other => other !== one && one.contains(other)))
    .map(one => one.tagName.toLowerCase() + "." + one.className).slice(0, 3);
}"""


SHAPE = """() => [...document.querySelectorAll("main *")]
  .map(one => one.tagName + one.className + one.type).join(" ")"""


@dataclass(frozen=True)
class Look:
    """How a page is looked at."""

    language: str
    scheme: Literal["light", "dark"]
    width: str

    def __str__(self) -> str:
        return f"{self.language}-{self.scheme}-{self.width}"


@dataclass
class Visit:
    """A browser window of one person, and what it complained of."""

    page: Page
    server: str
    look: Look
    complaints: list[str] = field(default_factory=list)

    def opens(self, address: str) -> bool:
        """Whether there is a page for this person; it is open then."""
        asked = self.page.context.request.get(f"{self.server}{address}", max_redirects=0)
        if asked.status != 200 or not asked.headers["content-type"].startswith("text/html"):
            return False
        self.complaints.clear()
        self.page.goto(f"{self.server}{address}")
        return True

    def shape(self) -> str:
        """Of what elements the page is made: two of one shape differ in words only."""
        shape: str = self.page.evaluate(SHAPE)
        return shape

    def faults(self) -> list[str]:
        """What is wrong with the page that is open: for axe, in width, and what was asked of
        others or refused by the policy."""
        found = list(self.complaints)
        found += [f"wider than its window: {one}" for one in self.page.evaluate(TOO_WIDE)]
        results = Axe().run(self.page, options={"runOnly": list(RULES)})
        for violation in results.response["violations"]:
            where = "; ".join(" ".join(node["target"]) for node in violation["nodes"][:3])
            found.append(f"axe {violation['id']}: {where}")
        return found

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "status of 404" not in message.text:
            self.complaints.append(f"console: {message.text}")

    def _asked(self, request: Request) -> None:
        if urlsplit(request.url).scheme != "data" and not request.url.startswith(self.server):
            self.complaints.append(f"asks elsewhere: {request.url}")


@contextmanager
def visiting(browser: Browser, server: str, look: Look, client: Client | None) -> Iterator[Visit]:
    """A window for who is signed in with this client; without one, for a stranger."""
    context = browser.new_context(
        viewport={"width": WIDTHS[look.width], "height": 900},
        color_scheme=look.scheme,
        locale=look.language,
        reduced_motion="reduce",
    )
    _sign_in(context, server, look, client)
    visit = Visit(context.new_page(), server, look)
    visit.page.on("console", visit._heard)
    visit.page.on("request", visit._asked)
    yield visit
    context.close()


def _sign_in(context: BrowserContext, server: str, look: Look, client: Client | None) -> None:
    names = {settings.LANGUAGE_COOKIE_NAME: look.language}
    if client is not None:
        names[settings.SESSION_COOKIE_NAME] = client.session.session_key or ""
    context.add_cookies([{"name": n, "value": v, "url": server} for n, v in names.items()])
