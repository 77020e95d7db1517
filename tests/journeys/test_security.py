"""A slice of `fangcun test security` on the running platform; the whole of it takes minutes and is for launches."""

from __future__ import annotations

from fangcun.doors.cli.suites.security import console, manners, owners
from fangcun.doors.cli.suites.security.crawl import Crawl
from fangcun.doors.cli.suites.security.document import served
from fangcun.doors.cli.suites.security.finding import Part
from fangcun.doors.cli.suites.security.ground import Ground, shelf_on


def test_strangers_other_customers_and_other_sites_get_nothing(platform):
    ground = Ground(platform.url, platform.box_url, platform.appid, True, shelf_on(platform.environment))
    ground.enter_all(shelf_on(platform.environment)("staff"))
    document, part = served(ground), Part("slice", "")
    owners.strangers(ground, document, part)
    owners.owners(ground, document, part)
    manners.headers(ground, part)
    manners.callbacks(ground, part)
    ground.atlas = ground.atlas[::6]
    console.csrf(ground, Crawl(), part)
    ground.staff = {"analyst": ground.staff["analyst"]}
    console.roles(ground, part)
    assert [(one.rule, one.where, one.title) for one in part.findings] == []
    assert part.tried > 600
