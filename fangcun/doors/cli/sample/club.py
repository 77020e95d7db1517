"""What the sample enterprise does for those who come and bring others: points, invitations, a store's code."""

from __future__ import annotations

from fangcun.grow.links.channels import save_channel
from fangcun.grow.links.models import Channel, ChannelKind
from fangcun.grow.links.services import make_link
from fangcun.grow.loyalty.models import Rules
from fangcun.grow.loyalty.services import save_rules
from fangcun.grow.referral.models import ReferralRules
from fangcun.grow.referral.services import save_rules as save_referral_rules
from fangcun.identity.programs.queries import main_program
from fangcun.kernel.actors import SYSTEM

STORE = "store-cuihu"


def load_club() -> None:
    """The usual rules of points, rules of invitations and a store's code; each only if there is none."""
    if not Rules.objects.exists():
        save_rules(by=SYSTEM)
    load_invitations()
    load_store()


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
