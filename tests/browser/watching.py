"""What a browser may never report: a policy it had to enforce, an error of a script, a broken answer."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Response

#: Runs before any script of a page. Violations of Trusted Types come as violations of the policy too.
LISTEN = """
addEventListener("securitypolicyviolation", (event) => {
  console.error(`policy violated: ${event.effectiveDirective} by ${event.blockedURI} ` +
    `at ${event.sourceFile}:${event.lineNumber} ${event.sample}`);
});
"""
#: What Chromium writes for every answer of 4xx; a test that sends bad input on purpose expects it.
_ANSWERED = "Failed to load resource: the server responded with a status of 4"


def watch(context: BrowserContext) -> list[str]:
    """Return a list that grows with every fault of every page of the context."""
    faults: list[str] = []
    context.add_init_script(LISTEN)
    context.on("page", lambda page: _watch_page(page, faults))
    return faults


def _watch_page(page: Page, faults: list[str]) -> None:
    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(_ANSWERED):
            faults.append(f"{page.url}: console {message.type}: {message.text[:400]}")

    def answered(response: Response) -> None:
        if response.status >= 500:
            faults.append(f"{response.url}: answered {response.status}")

    def failed(request: Any) -> None:
        # Why not aborted ones: a page that is left ends what it was still asking for.
        if request.failure != "net::ERR_ABORTED":
            faults.append(f"{request.url}: {request.failure}")

    page.on("console", heard)
    page.on("pageerror", lambda error: faults.append(f"{page.url}: script error: {str(error)[:400]}"))
    page.on("response", answered)
    page.on("requestfailed", failed)
