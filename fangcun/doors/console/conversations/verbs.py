"""What is done to a conversation besides answering: taking, giving, resolving, cards, notes, erasing."""

from __future__ import annotations

import json

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fangcun.doors.console.conversations.pages import found_or_404, guard, thread_context
from fangcun.doors.console.conversations.saying import refusal
from fangcun.doors.console.model_admin import actor_of
from fangcun.grow.conversations import services
from fangcun.grow.conversations.errors import EntryInvalid
from fangcun.grow.conversations.models import Conversation
from fangcun.grow.conversations.queries import export_member, member_of
from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record
from fangcun.kernel.errors import DomainError
from fangcun.shop.catalog.models import Product
from fangcun.shop.orders.queries import order_of


@require_POST
def do(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Do one thing; the thread as it is then, or why not, in words."""
    if verb == "erase":
        return _erase(request, pk)
    guard(request, "conversations.answer")
    if verb == "typing":
        services.show_typing(conversation_id=pk, by=actor_of(request))
        return HttpResponse(status=204)
    one = found_or_404(pk)
    try:
        _do(one, verb, request.POST, actor_of(request), request.user.pk)
    except DomainError as refused:
        return refusal(refused)
    return render(request, "console/conversations/thread.html", thread_context(request, found_or_404(pk)))


def _do(one: Conversation, verb: str, data: QueryDict, by: Actor, user_id: int | None) -> None:
    match verb:
        case "take":
            services.take(conversation_id=one.pk, by=by)
        case "take_over":
            me = User.objects.get(pk=user_id or 0)
            services.assign(conversation_id=one.pk, to=me, seen=_whole(data, "seen"), by=by)
        case "assign":
            to = (
                User.objects.filter(pk=_whole(data, "to") or 0, is_active=True).first()
                if data.get("to")
                else None
            )
            note = data.get("note", "")
            services.assign(conversation_id=one.pk, to=to, seen=_whole(data, "seen"), by=by, note=note)
        case "resolve":
            services.resolve(conversation_id=one.pk, by=by, seen_entry_id=_whole(data, "seen_entry"))
        case "reopen":
            services.reopen(conversation_id=one.pk, by=by)
        case "note":
            services.write_note(conversation_id=one.pk, text=data.get("text", ""), by=by)
        case "again":
            services.try_again(conversation_id=one.pk, entry_id=_whole(data, "entry") or 0, by=by)
        case "card":
            _send_card(one, data, by)
        case _unknown:
            raise Http404


def _send_card(one: Conversation, data: QueryDict, by: Actor) -> None:
    """A product, or an order of this member, as a card."""
    member = member_of(one)
    if (number := data.get("order")) and member is not None:
        order = order_of(member_id=member.pk, number=number)
        cover = next((line.cover for line in order.lines.all() if line.cover), "")
        title, page = _("订单 %s") % order.number, f"pages-trade/order/order?number={order.number}"
    else:
        product = Product.objects.filter(pk=_whole(data, "product") or 0, on_sale=True).first()
        if product is None:
            raise EntryInvalid(_("商品已下架"))
        title, cover, page = product.title, product.cover, f"pages-goods/product/product?id={product.pk}"
    services.say_card(conversation_id=one.pk, title=title, page=page, picture=cover, by=by)


def _erase(request: HttpRequest, pk: int) -> HttpResponse:
    guard(request, "members.change")
    member = member_of(found_or_404(pk))
    if member is None:
        raise Http404
    number = services.erase_member(member_id=member.pk, by=actor_of(request))
    messages.success(request, _("已删除这位会员的 %s 个会话，包括他发来的图片") % number)
    return redirect(reverse("admin:conversations"))


@require_safe
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything a member said and was told, as a file for him."""
    guard(request, "members.change")
    member = member_of(found_or_404(pk))
    if member is None:
        raise Http404
    record("conversations.export_member", by=actor_of(request), object=member)
    text = json.dumps(export_member(member.pk), ensure_ascii=False, indent=2)
    return HttpResponse(
        text,
        content_type="application/json; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="conversations-{member.pk}.json"'},
    )


def _whole(data: QueryDict, name: str) -> int | None:
    text = data.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
