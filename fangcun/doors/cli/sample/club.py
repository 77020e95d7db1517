"""What the sample enterprise does for its members: points, tiers, an activity, invitations, a channel."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from fangcun.doors.cli.sample.load import HERE
from fangcun.gateways.storage import store_image
from fangcun.grow.links.channels import save_channel
from fangcun.grow.links.models import Channel, ChannelKind
from fangcun.grow.links.services import make_link
from fangcun.grow.loyalty.models import Activity, Rules, Tier
from fangcun.grow.loyalty.services import TierSpec, publish_activity, save_activity, save_rules, save_tiers
from fangcun.grow.referral.models import ReferralRules
from fangcun.grow.referral.services import save_rules as save_referral_rules
from fangcun.identity.programs.queries import main_program
from fangcun.kernel.actors import SYSTEM

TIERS = (
    TierSpec(name="青禾会员", growth_from=200, permille=990),
    TierSpec(name="金穗会员", growth_from=1000, permille=970, early_hours=1),
    TierSpec(name="丰年会员", growth_from=3000, permille=950, free_freight=True, early_hours=2),
)
DETAILS = """跟着采购员老何走一趟清晨的呈贡蔬菜基地：看菜怎么种，怎么挑，怎么在一小时内预冷装箱。

现场可以采摘两斤当季蔬菜带回家，备有早餐。
请穿防滑的鞋，孩子须有大人陪同。遇大雨改期，会提前通知。"""
STORE = "store-cuihu"


def load_club() -> None:
    """Rules, tiers, an activity in ten days and a store's code; each only if there is none."""
    load_loyalty()
    load_activity()
    load_invitations()
    load_store()


def load_loyalty() -> None:
    """The usual rules of points, written down so that the console shows them, and three tiers."""
    if not Rules.objects.exists():
        save_rules(by=SYSTEM)
    if not Tier.objects.exists():
        save_tiers(TIERS, by=SYSTEM)


def load_activity() -> None:
    """One activity that may be signed up for from now on."""
    if Activity.objects.exists():
        return
    now = timezone.now()
    day = timezone.localtime(now + dt.timedelta(days=10)).replace(hour=9, minute=0, second=0, microsecond=0)
    activity = Activity(
        title="清晨五点的菜园：呈贡基地开放日",
        cover=store_image((HERE / "pictures" / "banner-morning.webp").read_bytes()).path,
        details=DETAILS,
        place="昆明市呈贡区斗南街道青禾鲜蔬菜基地",
        starts_at=day,
        ends_at=day + dt.timedelta(hours=3),
        sign_up_from=now,
        sign_up_until=day - dt.timedelta(days=1),
        places=30,
    )
    publish_activity(save_activity(activity, by=SYSTEM), by=SYSTEM)


def load_invitations() -> None:
    """Both sides get points when the friend's first order is paid."""
    if not ReferralRules.objects.exists():
        rules = ReferralRules(
            is_active=True, inviter_points=200, invitee_points=100, limit_count=20, least_paid_amount=500
        )
        save_referral_rules(rules, by=SYSTEM)


def load_store() -> None:
    """A store's channel with a link that leads to the group-buys; its code hangs at the till."""
    program = main_program()
    if program is None or Channel.objects.exists():
        return
    channel = save_channel(
        Channel(name="翠湖店收银台", code=STORE, kind=ChannelKind.STORE, owner="杨店长"), by=SYSTEM
    )
    make_link(
        page="pages-grow/groups/groups",
        query={},
        program_id=program.pk,
        channel_id=channel.pk,
        title="收银台台卡",
        by=SYSTEM,
    )
