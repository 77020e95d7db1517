"""The box as a web application: both WeChat hosts, the person's side and its pages on one port."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from wechatbox.box import Settings, open_box
from wechatbox.launch.judging import judge_audits
from wechatbox.launch.routes import routes as launch_routes
from wechatbox.miniprogram.routes import routes as miniprogram_routes
from wechatbox.pay.courier import carry
from wechatbox.pay.routes import routes as pay_routes
from wechatbox.person.routes import routes as person_routes
from wechatbox.push.courier import carry_pushes


class _OpenToBrowsers:
    """CORS for ``/_box/`` alone: the phone preview runs on another port; the APIs are for servers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._open = CORSMiddleware(
            app,
            allow_origins=["*"],
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["*"],
            allow_private_network=True,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        open_path = scope["type"] == "http" and scope["path"].startswith("/_box/")
        await (self._open if open_path else self._app)(scope, receive, send)


def make_app(settings: Settings) -> Starlette:
    """The application for one box; its couriers run as long as the application does."""
    box = open_box(settings)

    @asynccontextmanager
    async def living(app: Starlette) -> AsyncIterator[None]:
        couriers = [asyncio.create_task(work(box)) for work in (carry, carry_pushes, judge_audits)]
        yield
        for courier in couriers:
            courier.cancel()
            with suppress(asyncio.CancelledError):
                await courier
        box.store.close()

    routes = [*miniprogram_routes, *launch_routes, *pay_routes, *person_routes]
    app = Starlette(routes=routes, lifespan=living)
    app.add_middleware(_OpenToBrowsers)
    app.state.box = box
    return app
