"""What delivery costs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fangcun.kernel.actors import SYSTEM
from fangcun.shop.shipping.errors import CarrierUnknown, FreightRuleInvalid, TrackingNumberInvalid
from fangcun.shop.shipping.models import FreightRule, Shipment
from fangcun.shop.shipping.queries import freight_for, match, price
from fangcun.shop.shipping.services import create_shipment, save_freight_rule

EVERYWHERE = FreightRule(
    id=1, name="全国", areas=[], first_amount=1200, extra_amount=300, free_over_amount=9900
)
YUNNAN = FreightRule(id=2, name="云南", areas=["53"], first_amount=600)
KUNMING = FreightRule(id=3, name="昆明", areas=["5301"], first_amount=0)
NOWHERE = FreightRule(id=4, name="海外", areas=["71"], deliverable=False)
RULES = [EVERYWHERE, YUNNAN, KUNMING, NOWHERE]


@pytest.mark.parametrize(
    ("region", "name"),
    [("530102", "昆明"), ("532900", "云南"), ("110101", "全国"), ("710100", "海外")],
)
def test_the_nearest_rule_counts(region, name):
    rule = match(RULES, region)
    assert rule is not None
    assert rule.name == name


@pytest.mark.parametrize(
    ("weight", "amount"), [(0, 1200), (1000, 1200), (1001, 1500), (2000, 1500), (2001, 1800)]
)
def test_each_started_kilogram_costs(weight, amount):
    assert price(EVERYWHERE, weight_g=weight, items_amount=100).amount == amount


def test_over_the_threshold_delivery_is_free():
    assert price(EVERYWHERE, weight_g=9000, items_amount=9899).amount > 0
    assert price(EVERYWHERE, weight_g=9000, items_amount=9900).amount == 0


def test_where_nobody_delivers_nothing_can_be_sent():
    assert not price(NOWHERE, weight_g=1, items_amount=1).reachable


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_more_weight_is_never_cheaper(one, other):
    light, heavy = sorted((one, other))
    assert (
        price(EVERYWHERE, weight_g=light, items_amount=0).amount
        <= price(EVERYWHERE, weight_g=heavy, items_amount=0).amount
    )


@pytest.mark.django_db
def test_freight_costs_one_statement(django_assert_num_queries):
    save_freight_rule(FreightRule(name="全国", first_amount=800), by=SYSTEM)
    with django_assert_num_queries(1):
        assert freight_for(region_code="110101", weight_g=500, items_amount=100).amount == 800


@pytest.mark.django_db
@pytest.mark.parametrize("changes", [{"areas": ["昆明"]}, {"extra_weight_g": 0}, {"first_amount": -1}])
def test_a_senseless_rule_is_refused(changes):
    with pytest.raises(FreightRuleInvalid):
        save_freight_rule(FreightRule(name="x", **changes), by=SYSTEM)
    assert FreightRule.objects.count() == 0


@pytest.mark.django_db
def test_a_parcel_needs_a_known_carrier_and_a_number():
    with pytest.raises(CarrierUnknown):
        create_shipment(order_number="1", carrier="<b>", tracking_number="SF1234567")
    with pytest.raises(TrackingNumberInvalid):
        create_shipment(order_number="1", carrier="SF", tracking_number="<script>")
    assert Shipment.objects.count() == 0
    assert (
        create_shipment(order_number="1", carrier="SF", tracking_number=" sf 12 34567 ").tracking_number
        == "SF1234567"
    )
    assert create_shipment(order_number="2", carrier="SELF", tracking_number="").tracking_number == ""
