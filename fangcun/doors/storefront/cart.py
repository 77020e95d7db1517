"""The cart's part of the storefront API."""

from __future__ import annotations

from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from fangcun.doors.storefront.auth import MemberAuth, account_of, member_of
from fangcun.doors.storefront.schemas import errors
from fangcun.shop.cart import queries, services
from fangcun.shop.cart.queries import Line
from fangcun.shop.catalog.cards import picture

router = Router(tags=["cart"], auth=MemberAuth())

BigId = Annotated[int, Field(ge=1, lt=2**63)]
Quantity = Annotated[int, Field(ge=-(2**31), lt=2**31)]


class CartLineOut(Schema):
    sku_id: int
    product_id: int | None
    title: str
    sku_title: str
    cover: str
    price_amount: int
    price_was: int | None
    quantity: int
    line_amount: int
    selected: bool
    stock: int
    status: Literal["ok", "gone", "short", "repriced"]


class CartOut(Schema):
    lines: list[CartLineOut]
    count: int
    selected_count: int
    selected_amount: int


class AddIn(Schema):
    sku_id: BigId
    quantity: Quantity = 1


class ChangeIn(Schema):
    quantity: Quantity | None = None
    selected: bool | None = None


class SelectionIn(Schema):
    selected: bool
    sku_ids: list[BigId] | None = Field(None, max_length=services.MOST_LINES)


def line_out(line: Line) -> CartLineOut:
    """A line as the phone shows it."""
    sku = line.sku
    return CartLineOut(
        sku_id=line.sku_id,
        product_id=sku.product_id if sku else None,
        title=sku.title if sku else "商品已失效",
        sku_title=sku.sku_title if sku else "",
        cover=picture(sku.cover, 240) if sku else "",
        price_amount=line.price_amount,
        price_was=line.price_was,
        quantity=line.quantity,
        line_amount=line.line_amount,
        selected=line.selected,
        stock=max(sku.stock, 0) if sku else 0,
        status=line.status,
    )


def _cart(request: HttpRequest) -> CartOut:
    lines = queries.cart_of(member_of(request).pk)
    bought = [line for line in lines if line.selected and line.can_be_bought]
    return CartOut(
        lines=[line_out(line) for line in lines],
        count=len(lines),
        selected_count=sum(line.quantity for line in bought),
        selected_amount=sum(line.line_amount for line in bought),
    )


@router.get("/cart", response={200: CartOut, **errors(400, 401)})
def get_cart(request: HttpRequest) -> CartOut:
    """The cart, with what has become of each line since it was put there."""
    return _cart(request)


@router.post("/cart", response={200: CartOut, **errors(400, 401, 409, 422)}, operation_id="add_to_cart")
@router.post("/cart/lines", response={200: CartOut, **errors(400, 401, 409, 422)}, operation_id="add_line")
def add_line(request: HttpRequest, body: AddIn) -> CartOut:
    """Put so many more of a SKU into the cart."""
    account = account_of(request)
    services.add_to_cart(
        member_id=account.member_id,
        program_id=account.program_id,
        sku_id=body.sku_id,
        quantity=body.quantity,
    )
    return _cart(request)


@router.put("/cart/selection", response={200: CartOut, **errors(400, 401, 422)})
def select_lines(request: HttpRequest, body: SelectionIn) -> CartOut:
    """Tick or untick some lines, or all."""
    services.select_lines(member_id=member_of(request).pk, selected=body.selected, sku_ids=body.sku_ids)
    return _cart(request)


@router.put("/cart/lines/{sku_id}", response={200: CartOut, **errors(400, 401, 404, 409, 422)})
def change_line(request: HttpRequest, sku_id: BigId, body: ChangeIn) -> CartOut:
    """Set how many of a SKU, or whether it is to be bought."""
    services.change_line(
        member_id=member_of(request).pk, sku_id=sku_id, quantity=body.quantity, selected=body.selected
    )
    return _cart(request)


@router.delete("/cart/lines/{sku_id}", response={200: CartOut, **errors(400, 401, 404, 422)})
def remove_line(request: HttpRequest, sku_id: BigId) -> CartOut:
    """Take a SKU out of the cart."""
    services.remove_line(member_id=member_of(request).pk, sku_id=sku_id)
    return _cart(request)


@router.delete("/cart", response={200: CartOut, **errors(400, 401)})
def clear_cart(request: HttpRequest) -> CartOut:
    """Empty the cart."""
    services.clear_cart(member_id=member_of(request).pk)
    return _cart(request)
