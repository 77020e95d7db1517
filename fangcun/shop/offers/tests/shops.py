"""Carts, offers and coupons at random, for what must hold whatever they are."""

from __future__ import annotations

import datetime as dt

from hypothesis import strategies as st

from fangcun.shop.offers.rules import (
    PAIRS,
    STAGES,
    CouponKind,
    CouponTerms,
    FlashOffer,
    HeldCoupon,
    LimitedOffer,
    Running,
    Scope,
    ScopeKind,
    Stacking,
    Step,
    ThresholdKind,
    ThresholdRule,
)
from fangcun.shop.offers.sale import SaleLine
from fangcun.shop.offers.terms import PointsOffer, Terms

NOW = dt.datetime(2026, 11, 26, 4, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
SKUS, SHELVES = range(1, 9), range(1, 4)

fen = st.integers(1, 30_000)
scopes = st.one_of(
    st.just(Scope()),
    st.builds(
        lambda ids: Scope(ScopeKind.PRODUCTS, frozenset(ids)), st.sets(st.sampled_from(SKUS), min_size=1)
    ),
    st.builds(
        lambda ids: Scope(ScopeKind.CATEGORIES, frozenset(ids)), st.sets(st.sampled_from(SHELVES), min_size=1)
    ),
)
starts = st.sampled_from([NOW - HOUR, NOW + HOUR])


@st.composite
def carts(draw: st.DrawFn) -> list[SaleLine]:
    """One to six lines of different SKUs; a SKU is its own product and stands on one of three shelves."""
    skus = draw(st.lists(st.sampled_from(SKUS), min_size=1, max_size=6, unique=True))
    return [
        SaleLine(sku, sku, (sku % 3 + 1, sku % 3 + 1), draw(st.integers(1, 5)), draw(fen)) for sku in skus
    ]


@st.composite
def coupons(draw: st.DrawFn) -> HeldCoupon:
    """Any coupon: usable, too early, for other goods, with a cap or not."""
    kind, number = draw(st.sampled_from(list(CouponKind))), draw(st.integers(1, 10**6))
    scope = draw(scopes)
    if kind == CouponKind.EXCHANGE:
        scope = Scope(ScopeKind.PRODUCTS, frozenset({draw(st.sampled_from(SKUS))}))
    return HeldCoupon(
        number,
        number,
        CouponTerms(
            kind=kind,
            title=f"券{number}",
            value_amount=draw(st.integers(0 if kind == CouponKind.EXCHANGE else 1, 8000)),
            permille=draw(st.integers(10, 990)) if kind == CouponKind.PERCENT else 1000,
            cap_amount=draw(st.none() | st.integers(1, 3000)),
            threshold_amount=draw(st.just(0) | st.integers(1, 60_000)),
            scope=scope,
        ),
        starts_at=draw(starts),
        expires_at=NOW + draw(st.integers(1, 30)) * DAY,
    )


def pockets() -> st.SearchStrategy[list[HeldCoupon]]:
    """What a member may hold."""
    return st.lists(coupons(), max_size=6, unique_by=lambda coupon: coupon.coupon_id)


@st.composite
def rules(draw: st.DrawFn) -> ThresholdRule:
    """Any threshold."""
    kind = draw(st.sampled_from(list(ThresholdKind)))
    needs = sorted(draw(st.sets(st.integers(2, 6) if "pieces" in kind else fen, min_size=1, max_size=3)))
    gives = {
        ThresholdKind.SPEND_SAVE: lambda need: draw(st.integers(1, need)),
        ThresholdKind.PIECES_PRICE: lambda _need: draw(st.integers(0, 20_000)),
        ThresholdKind.PIECES_FREE: lambda need: draw(st.integers(1, need - 1)),
        ThresholdKind.GIFT: lambda _need: draw(st.integers(1, 2)),
    }[kind]
    return ThresholdRule(
        threshold_id=draw(st.integers(1, 10**6)),
        title="满减",
        kind=kind,
        scope=draw(scopes),
        steps=tuple(Step(need, gives(need), sku_id=9) for need in needs),
        priority=draw(st.integers(0, 2)),
        starts_at=draw(starts),
        ends_at=draw(st.none() | st.just(NOW + DAY)),
    )


@st.composite
def shops(draw: st.DrawFn) -> Running:
    """Any shop: prices for a time, flash sales, thresholds, and any rules of stacking."""
    number = iter(range(1, 1000))

    def offers(of: type[LimitedOffer], *more: object) -> dict[int, tuple[LimitedOffer, ...]]:
        skus = draw(st.sets(st.sampled_from(SKUS), max_size=3))
        return {
            sku: (of(next(number), sku, "特价", draw(fen), draw(starts), NOW + DAY, *more),) for sku in skus
        }

    return Running(
        limited=offers(LimitedOffer),
        flash=offers(FlashOffer, None),  # type: ignore[arg-type]
        thresholds=tuple(draw(st.lists(rules(), max_size=4, unique_by=lambda rule: rule.threshold_id))),
        stacking=Stacking(
            tuple(draw(st.permutations(STAGES))), frozenset(draw(st.sets(st.sampled_from(PAIRS))))
        ),
        any_coupons=True,
    )


@st.composite
def terms(draw: st.DrawFn) -> Terms:
    """Any member, in a group or not."""
    points = st.builds(
        PointsOffer,
        balance=st.integers(0, 20_000),
        points_per_yuan=st.sampled_from([1, 3, 10, 100, 1000]),
        most_permille=st.integers(0, 1000),
        wanted=st.none() | st.integers(0, 30_000),
    )
    priced = st.dictionaries(st.sampled_from(SKUS), fen, max_size=3)
    return Terms(
        tier=1,
        tier_permille=draw(st.sampled_from([1000, 950, 880])),
        free_freight=draw(st.booleans()),
        points=draw(st.none() | points),
        group_prices=draw(st.just({}) | priced),
        member_prices=draw(priced),
    )
