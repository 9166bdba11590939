"""Settings: plain http is for loopback only."""

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
