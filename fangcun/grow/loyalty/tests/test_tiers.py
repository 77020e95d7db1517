"""Tiers: reached at once, lost late, simulated before they are saved."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from fangcun.grow.loyalty import services
from fangcun.grow.loyalty.errors import TierInUse, TiersInvalid
from fangcun.grow.loyalty.models import Activity, Card, GrowthEntry, MemberPrice, Tier, TierChange
from fangcun.grow.loyalty.queries import overview_of, privileges_of, simulate_tiers, standing_of
from fangcun.grow.loyalty.services import TierSpec
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db(databases="__all__")

SILVER = TierSpec("银卡", 100)
GOLD = TierSpec("金卡", 500, permille=950, free_freight=True, early_hours=2)


@pytest.fixture
def tiers(db) -> list[Tier]:
    return services.save_tiers([SILVER, GOLD], by=SYSTEM)


def grow(account, growth: int, key: str = "", days_ago: int = 0) -> None:
    key = key or f"growth:{GrowthEntry.objects.count()}"
    services.earn(member_id=account.member_id, growth=growth, reason="automation", key=key)
    if days_ago:
        GrowthEntry.objects.filter(key=key).update(at=timezone.now() - dt.timedelta(days=days_ago))


def held(account) -> str:
    tier = Card.objects.get(pk=account.member_id).tier
    return tier.name if tier else ""


def history(account) -> list[tuple[str | None, str | None]]:
    rows = TierChange.objects.filter(member_id=account.member_id).order_by("id")
    return list(rows.values_list("source__name", "target__name"))


def later(days: int) -> dt.datetime:
    return timezone.now() + dt.timedelta(days=days)


def test_a_tier_is_reached_at_once(account, tiers):
    grow(account, 99)
    assert held(account) == ""
    grow(account, 1)
    assert held(account) == "银卡"
    grow(account, 400)
    assert history(account) == [(None, "银卡"), ("银卡", "金卡")]


def test_the_same_growth_counts_once(account, tiers):
    grow(account, 60, "a")
    grow(account, 60, "a")
    assert Card.objects.get().growth == 60


def test_growth_older_than_the_period_does_not_count(account, tiers):
    grow(account, 99, days_ago=366)
    grow(account, 1)
    assert (held(account), Card.objects.get().growth) == ("", 1)


def test_a_member_falls_by_one_tier_when_his_protection_is_over(account, tiers):
    grow(account, 500)
    GrowthEntry.objects.update(at=later(-400))
    assert services.review_tiers(now=later(89)) == 0
    assert (held(account), Card.objects.get().growth) == ("金卡", 0)
    assert services.review_tiers(now=later(91)) == 1
    assert services.review_tiers(now=later(91)) == 0
    assert held(account) == "银卡"
    assert services.review_tiers(now=later(182)) == 1
    assert history(account) == [(None, "金卡"), ("金卡", "银卡"), ("银卡", None)]


def test_where_the_rules_say_so_he_falls_to_what_he_reaches(account, tiers):
    specs = [
        TierSpec("银卡", 100, id=tiers[0].pk), TierSpec("金卡", 500, id=tiers[1].pk),
    ]  # fmt: skip
    services.save_tiers(specs, one_step_down=False, protection_days=0, by=SYSTEM)
    grow(account, 500)
    GrowthEntry.objects.update(at=later(-400))
    assert services.review_tiers(now=later(1)) == 1
    assert held(account) == ""


def test_a_simulation_counts_who_would_rise_and_fall_and_changes_nothing(customer, tiers):
    members = [customer() for _ in range(10)]
    for number, one in enumerate(members):
        grow(one, number * 100 + 50)  # 50, 150, … 950: one without, four silver, five gold
    before = list(Card.objects.order_by("pk").values_list("tier__name", "growth"))
    found = simulate_tiers([40, 700], window_days=365)
    assert (found.promoted, found.demoted, found.protected, found.unchanged) == (1, 2, 2, 7)
    assert found.by_rank == {0: 0, 1: 7, 2: 3}
    Card.objects.update(protected_until=later(-1))
    assert simulate_tiers([40, 700], window_days=365).protected == 0
    assert list(Card.objects.order_by("pk").values_list("tier__name", "growth")) == before
    specs = [TierSpec("银卡", 40, id=tiers[0].pk), TierSpec("金卡", 700, id=tiers[1].pk)]
    services.save_tiers(specs, by=SYSTEM)
    assert services.review_tiers() == found.promoted + found.demoted
    again = simulate_tiers([40, 700], window_days=365)
    assert (again.promoted, again.demoted, again.unchanged) == (0, 0, 10)


def test_a_simulation_knows_tiers_by_themselves_when_one_is_put_below(customer, tiers):
    one = customer()
    grow(one, 150)
    ids = [None, tiers[0].pk, tiers[1].pk]
    found = simulate_tiers([50, 100, 500], window_days=365, kept_ids=ids)
    assert (found.promoted, found.demoted, found.unchanged) == (0, 0, 1)


def test_a_simulation_is_one_statement(customer, tiers, django_assert_num_queries):
    for _ in range(5):
        grow(customer(), 150)
    with django_assert_num_queries(1):
        simulate_tiers([40, 700], window_days=365, kept_ids=[one.pk for one in tiers])


def test_a_review_costs_the_same_for_those_who_stay(customer, tiers, django_assert_max_num_queries):
    for _ in range(20):
        grow(customer(), 150)
    with django_assert_max_num_queries(8):
        assert services.review_tiers() == 0


def test_saving_tiers_keeps_who_holds_them_and_is_noted(account, tiers):
    grow(account, 150)
    specs = [TierSpec("铜卡", 50), TierSpec("银卡", 100, id=tiers[0].pk)]
    services.save_tiers(specs, window_days=180, by=SYSTEM)
    assert list(Tier.objects.values_list("rank", "name")) == [(1, "铜卡"), (2, "银卡")]
    assert held(account) == "银卡"
    entry = AuditEntry.objects.filter(action="loyalty.save_tiers").latest("id")
    assert entry.after is not None
    assert entry.after["window_days"] == 180
    assert [tier["name"] for tier in entry.after["tiers"]] == ["铜卡", "银卡"]


@pytest.mark.parametrize(
    ("specs", "row", "field"),
    [
        ([TierSpec("", 1)], 0, "name"), ([TierSpec("a", 0)], 0, "growth_from"),
        ([TierSpec("a", 5), TierSpec("b", 5)], 1, "growth_from"), ([TierSpec("a", 1), TierSpec("a", 2)], 1, "name"),
        ([TierSpec("a", 1, permille=1001)], 0, "permille"), ([TierSpec("a", 1, permille=0)], 0, "permille"),
    ],
)  # fmt: skip
def test_odd_tiers_are_refused(db, specs, row, field):
    with pytest.raises(TiersInvalid) as refused:
        services.save_tiers(specs, by=SYSTEM)
    assert (refused.value.details["row"], list(refused.value.details["fields"])) == (row, [field])
    assert not Tier.objects.exists()


def test_a_tier_that_an_activity_names_stays(tiers):
    now = timezone.now()
    Activity.objects.create(
        title="品鉴会", place="店里", starts_at=now, ends_at=now, sign_up_from=now, sign_up_until=now, places=1,
        min_tier=tiers[1],
    )  # fmt: skip
    with pytest.raises(TierInUse):
        services.save_tiers([TierSpec("银卡", 100, id=tiers[0].pk)], by=SYSTEM)
    assert Tier.objects.count() == 2


def test_a_standing_carries_the_privileges_and_the_lowest_member_price(
    account, tiers, carrot, django_assert_num_queries
):
    services.set_member_prices(tier=tiers[0], prices={carrot.pk: 1100}, by=SYSTEM)
    grow(account, 500)
    with django_assert_num_queries(2):
        standing = standing_of(account.member_id)
    assert (standing.tier, standing.tier_permille, standing.free_freight, standing.early_hours) == (
        2,
        950,
        True,
        2,
    )
    assert standing.member_prices == {carrot.pk: 1100}
    services.set_member_prices(tier=tiers[1], prices={carrot.pk: 900}, by=SYSTEM)
    assert standing_of(account.member_id).member_prices == {carrot.pk: 900}
    services.set_member_prices(tier=tiers[1], prices={}, by=SYSTEM)
    assert MemberPrice.objects.count() == 1
    with pytest.raises(TiersInvalid):
        services.set_member_prices(tier=tiers[1], prices={carrot.pk: 0}, by=SYSTEM)


def test_an_overview_says_what_is_missing_for_the_next_tier(account, tiers, django_assert_num_queries):
    grow(account, 150)
    with django_assert_num_queries(5):
        found = overview_of(account.member_id)
    assert found.tier is not None
    assert found.next_tier is not None
    assert (found.tier.name, found.next_tier.name) == ("银卡", "金卡")
    assert [one.kind for one in privileges_of(found.next_tier)] == [
        "discount",
        "free_freight",
        "early_access",
    ]
    assert privileges_of(found.next_tier)[0].text == "商品享 9.5 折"
