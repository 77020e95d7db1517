from __future__ import annotations

from collections.abc import Callable

import pytest

from fangcun.flows.tests.groupbuy.friends import Friend, campaign_of, friend
from fangcun.identity.programs.models import Merchant, Program


@pytest.fixture
def program(db):
    merchant = Merchant.objects.create(
        mchid="1900000001", name="青禾鲜", serial_no="AB", private_key="k", api_v3_key="v"
    )
    return Program.objects.create(appid="wx0000000000000001", name="青禾鲜", merchant=merchant)


@pytest.fixture
def friends(program) -> Callable[[int], list[Friend]]:
    return lambda count: [friend(program, number) for number in range(1, count + 1)]


@pytest.fixture
def three(friends) -> list[Friend]:
    people: list[Friend] = friends(3)
    return people


@pytest.fixture
def campaign(carrot):
    """Two buy the carrot together for 8.80 yuan, within a day."""
    return campaign_of(carrot)
