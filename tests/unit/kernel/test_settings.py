"""Settings: plain http is for loopback only, and a currency is one the pool can count in."""

from __future__ import annotations

import pytest

from pool.kernel.settings import BadSetting, read_settings

GIVEN = {"database_url": "sqlite:///x.db", "files_dir": "files", "secret": "s" * 40}


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000", "http://localhost/", "http://[::1]:80", "https://pool.example"]
)
def test_settings_take_loopback_and_tls(url: str) -> None:
    assert read_settings({}, base_url=url, **GIVEN).base_url == url


@pytest.mark.parametrize(
    "url",
    ["http://pool.example", "http://127.0.0.1.pool.example", "http://localhost.pool.example", "http://localhost@x"],
)
def test_settings_refuse_plain_http_elsewhere(url: str) -> None:
    with pytest.raises(BadSetting, match="loopback"):
        read_settings({}, base_url=url, **GIVEN)


def test_settings_refuse_a_currency_that_money_does_not_know() -> None:
    assert read_settings({}, currency="CHF", **GIVEN).currency == "CHF"
    with pytest.raises(BadSetting, match="POOL_CURRENCY") as caught:
        read_settings({}, currency="Euro", **GIVEN)
    assert caught.value.next_step and "EUR" in caught.value.next_step
