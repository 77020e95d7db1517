"""Tiers and an activity for a first day."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from fangcun.doors.cli.sample.load import HERE
from fangcun.gateways.storage import store_image
from fangcun.grow.loyalty.models import Activity, Tier
from fangcun.grow.loyalty.services import TierSpec, publish_activity, save_activity, save_tiers
from fangcun.kernel.actors import SYSTEM

TIERS = (
    TierSpec("青苗会员", 100),
    TierSpec("稻穗会员", 500, permille=980, early_hours=1),
    TierSpec("金谷会员", 2000, permille=950, free_freight=True, early_hours=2),
)


def load_loyalty() -> None:
    """Three tiers and a tasting next week; what somebody made is left as it is."""
    if not Tier.objects.exists():
        save_tiers(TIERS, by=SYSTEM)
    if Activity.objects.exists():
        return
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    starts_at = today + dt.timedelta(days=7, hours=14)
    tasting = Activity(
        title="新米品鉴会",
        cover=store_image((HERE / "pictures" / "brown-rice-1.webp").read_bytes()).path,
        place="翠湖店二楼",
        details="六款当季新米现煮现尝，农场主现场讲怎么挑米。每人可带走一小袋试吃米。",
        starts_at=starts_at,
        ends_at=starts_at + dt.timedelta(hours=2),
        sign_up_from=today,
        sign_up_until=starts_at - dt.timedelta(days=1),
        places=30,
    )
    publish_activity(save_activity(tasting, by=SYSTEM), by=SYSTEM)
