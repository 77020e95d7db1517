from __future__ import annotations

from typing import Any

import pytest

from fangcun.identity.members.models import Account, Address, Member
from fangcun.identity.programs.models import Program
from fangcun.shop.orders import services


@pytest.fixture
def account(db):
    program = Program.objects.create(appid="wx0000000000000001", name="青禾鲜")
    member = Member.objects.create(nickname="小方")
    return Account.objects.create(program=program, openid="o-1", member=member)


@pytest.fixture
def address(account):
    return Address.objects.create(
        member=account.member,
        name="小方",
        phone="13800138000",
        region_code="530102",
        province="云南省",
        city="昆明市",
        district="五华区",
        detail="翠湖南路 1 号",
    )


@pytest.fixture
def buy(account, address, carrot):
    def place(quantity: int = 1, key: str = "key", **changes: Any):
        options: dict[str, Any] = {"lines": [(carrot.pk, quantity)], **changes}
        return services.place_order(account=account, address=address, idempotency_key=key, **options)[0]

    return place
