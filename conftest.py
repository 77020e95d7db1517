"""What every test may use: a closed network, a box to talk to, jobs run to the end."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import hypothesis
import pytest
import pytest_socket

from fangcun.doors.cli.stack import free_port

# How long an example takes says something about the machine, not about the code.
hypothesis.settings.register_profile("fangcun", deadline=None)
hypothesis.settings.load_profile("fangcun")


def pytest_runtest_setup() -> None:
    pytest_socket.socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


@pytest.fixture
def drain() -> Callable[[], int]:
    """Run every job that is due, those that an uncommitted test transaction left leased too."""
    from fangcun.kernel.jobs import drain

    return lambda: drain(ignore_leases=True)


@pytest.fixture(autouse=True)
def _fresh_caches() -> None:
    from django.core.cache import cache

    cache.clear()


@pytest.fixture(scope="session")
def box_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running wechatbox, its address."""
    port, home = free_port(), tmp_path_factory.mktemp("box")
    command = [sys.executable, "-m", "wechatbox", "--port", str(port), "--home", str(home)]
    with (home / "log").open("w") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, cwd=Path(__file__).parent, env={**os.environ}
        )
    url = f"http://127.0.0.1:{port}"
    import httpx

    try:
        for _ in range(200):
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{url}/healthz", timeout=1).status_code == 200:
                    break
            if process.poll() is not None:
                raise RuntimeError(f"wechatbox ended: {(home / 'log').read_text()[-2000:]}")
            time.sleep(0.05)
        else:
            raise RuntimeError(f"wechatbox did not start: {(home / 'log').read_text()[-2000:]}")
        yield url
    finally:
        process.terminate()
        process.wait(10)


class Box:
    """WeChat's own side of a test: what a person does with the phone in the hand."""

    def __init__(self, url: str) -> None:
        import httpx

        self.url = url
        self.http = httpx.Client(base_url=url, timeout=10)

    def post(self, path: str, **body: object) -> Any:
        answer = self.http.post(path, json=body)
        assert answer.status_code < 500, answer.text
        return answer.json()

    def get(self, path: str, **params: str) -> Any:
        return self.http.get(path, params=params).json()

    def demo(self) -> SimpleNamespace:
        return SimpleNamespace(**self.post("/_box/demo"))


@pytest.fixture
def box(box_url: str, settings) -> Iterator[Box]:
    """The box with no faults switched on; the platform's base URLs point at it."""
    settings.WECHAT_API_BASE = settings.WECHAT_PAY_BASE = settings.WECHATBOX_URL = box_url
    person = Box(box_url)
    person.http.delete("/_box/faults")
    yield person
    person.http.delete("/_box/faults")
    person.http.close()


@pytest.fixture
def wechat_program(box, db):
    """The box's demo mini program and merchant, registered with the platform."""
    from fangcun.identity.programs.services import register_merchant, register_program
    from fangcun.kernel.actors import SYSTEM

    demo = box.demo()
    merchant = register_merchant(
        mchid=demo.mchid,
        name="青禾鲜",
        serial_no=demo.merchant_serial_no,
        private_key=demo.merchant_private_key,
        api_v3_key=demo.api_v3_key,
        wechatpay_public_key=demo.wechatpay_public_key,
        public_key_id=demo.public_key_id,
        by=SYSTEM,
    )
    return register_program(
        appid=demo.appid, name=demo.name, app_secret=demo.secret, merchant=merchant, by=SYSTEM
    )


@pytest.fixture
def carrot(db):
    """A product on sale with one SKU: 12.80 yuan, 20 in stock, 500 g."""
    from fangcun.kernel.actors import SYSTEM
    from fangcun.shop.catalog.services import (
        PictureSpec,
        ProductSpec,
        SkuSpec,
        create_category,
        create_product,
    )

    category = create_category(name="蔬菜", by=SYSTEM)
    spec = ProductSpec(
        category_id=category.pk,
        title="高原胡萝卜",
        skus=(SkuSpec(values=(), price_amount=1280, stock=20, weight_g=500),),
        pictures=(PictureSpec("images/carrot.webp", 800, 800),),
    )
    return create_product(spec, by=SYSTEM, on_sale=True).skus.get()


@pytest.fixture
def shop(live_server, settings, wechat_program, carrot):
    """The platform on a real port, so that the box's notices arrive."""
    settings.PUBLIC_URL = live_server.url
    settings.ALLOWED_HOSTS = ["*"]
    return SimpleNamespace(url=live_server.url, program=wechat_program, sku=carrot)


@pytest.fixture
def phone(shop, box):
    """A function that logs a customer in by name."""
    from tests.phone import Phone

    return lambda user="小方": Phone(shop.url, box, shop.program.appid, user).login()


@pytest.fixture
def until():
    """Wait until something holds; fail when it does not within a few seconds."""

    def wait(condition: Callable[[], object], seconds: float = 10) -> object:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if value := condition():
                return value
            time.sleep(0.05)
        raise AssertionError(f"did not come true within {seconds} s")

    return wait
