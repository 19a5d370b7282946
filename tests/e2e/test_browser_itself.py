"""The browser tests' own tools: that they find faults, and none where there is none."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

PAGE = (
    '<!doctype html><html lang="nl"><head><title>Proef</title></head><body><main><h1>Proef</h1>{}</main></body></html>'
)


@pytest.mark.django_db(transaction=True)
def test_axe_finds_planted_faults_and_nothing_else(page: Page, axe: Callable[[Page], list[str]]) -> None:
    page.set_content(PAGE.format("<p>Gewone tekst.</p>"))
    assert axe(page) == []
    page.set_content(PAGE.format('<p style="color:#999;background:#aaa">Bleek.</p><img src="data:,">'))
    assert sorted(fault.partition(":")[0] for fault in axe(page)) == ["color-contrast", "image-alt"]


@pytest.mark.django_db(transaction=True)
def test_pages_are_really_drawn(phone: Page) -> None:
    phone.set_content(PAGE.format("<p>é ë ï</p>"))
    assert phone.evaluate("innerWidth") in range(390, 1000)
    assert len(phone.screenshot()) > 1000
