"""The verbs of loyalty."""

from fangcun.grow.loyalty.services.activities import (
    attend,
    call_off_activity,
    cancel_sign_up,
    mark_reminded,
    publish_activity,
    save_activity,
    sign_up,
)
from fangcun.grow.loyalty.services.birthdays import give_birthday_coupons, set_birthday
from fangcun.grow.loyalty.services.checking_in import Checked, check_in, make_up
from fangcun.grow.loyalty.services.expiring import expire_points
from fangcun.grow.loyalty.services.merging import reassign_loyalty
from fangcun.grow.loyalty.services.orders import return_points, settle_order, spend_points
from fangcun.grow.loyalty.services.points import earn, forgive_debt, give_by_hand
from fangcun.grow.loyalty.services.reviewing import review_tiers
from fangcun.grow.loyalty.services.rules import save_rules
from fangcun.grow.loyalty.services.tiers import TierSpec, save_tiers, set_member_prices
from fangcun.grow.loyalty.services.undoing import undo_earning

__all__ = [
    "Checked", "TierSpec", "attend", "call_off_activity", "cancel_sign_up", "check_in", "earn", "expire_points",
    "forgive_debt", "give_birthday_coupons", "give_by_hand", "make_up", "mark_reminded", "publish_activity",
    "reassign_loyalty", "return_points", "review_tiers", "save_activity", "save_rules", "save_tiers",
    "set_birthday", "set_member_prices", "settle_order", "sign_up", "spend_points", "undo_earning",
]  # fmt: skip
