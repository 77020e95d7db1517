"""What is known of a member's loyalty."""

from fangcun.grow.loyalty.queries.activities import (
    Seen,
    activities_for,
    activity_for,
    signed_up,
    state_of,
    to_remind,
)
from fangcun.grow.loyalty.queries.calendar import Calendar, calendar_of
from fangcun.grow.loyalty.queries.simulating import Simulation, simulate_tiers
from fangcun.grow.loyalty.queries.standing import (
    Overview,
    Privilege,
    Standing,
    entries_of,
    overview_of,
    privileges_of,
    standing_of,
    sums_agree,
    tiers_with_prices,
)

__all__ = [
    "Calendar", "Overview", "Privilege", "Seen", "Simulation", "Standing", "activities_for", "activity_for",
    "calendar_of", "entries_of", "overview_of", "privileges_of", "signed_up", "simulate_tiers",
    "standing_of", "state_of", "sums_agree", "tiers_with_prices", "to_remind",
]  # fmt: skip
