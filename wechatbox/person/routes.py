"""The addresses of the person's side."""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from wechatbox.person import cashier, chat, contact, control, pages, phone, scanning
from wechatbox.person.answers import answered


async def healthz(_: Request) -> JSONResponse:
    """The process is up."""
    return JSONResponse({"status": "ok"})


routes = [
    Route("/healthz", healthz),
    Route("/_box/login", answered(phone.login), methods=["POST"]),
    Route("/_box/phone", answered(phone.phone_number), methods=["POST"]),
    Route("/_box/subscribe", answered(phone.subscribe), methods=["POST"]),
    Route("/_box/subscribe/change", answered(phone.change_subscription), methods=["POST"]),
    Route("/_box/push", answered(contact.configure), methods=["POST"]),
    Route("/_box/pushes", answered(contact.list_pushes), methods=["GET"]),
    Route("/_box/pushes/{number:int}/resend", answered(contact.resend_push), methods=["POST"]),
    Route("/_box/contact", answered(contact.enter), methods=["POST"]),
    Route("/_box/talk", answered(contact.say), methods=["POST"]),
    Route("/_box/talk", answered(contact.read), methods=["GET"]),
    Route("/_box/inbox", answered(phone.inbox), methods=["GET"]),
    Route("/_box/scan", answered(scanning.scan), methods=["POST"]),
    Route("/_box/cashier", answered(cashier.request_payment), methods=["POST"]),
    Route("/_box/programs", answered(control.register_program), methods=["POST"]),
    Route("/_box/merchants", answered(control.register_merchant), methods=["POST"]),
    Route("/_box/merchants/{mchid}/rotate", answered(control.rotate_certificate), methods=["POST"]),
    Route("/_box/demo", answered(control.make_demo), methods=["POST"]),
    Route("/_box/clock", answered(control.show_clock), methods=["GET"]),
    Route("/_box/clock", answered(control.advance_clock), methods=["POST"]),
    Route("/_box/faults", answered(control.show_faults), methods=["GET"]),
    Route("/_box/faults", answered(control.set_faults), methods=["POST"]),
    Route("/_box/faults", answered(control.clear_faults), methods=["DELETE"]),
    Route("/_box/orders", answered(control.list_orders), methods=["GET"]),
    Route("/_box/notices", answered(control.list_notices), methods=["GET"]),
    Route("/_box/notices/{number:int}/resend", answered(control.resend_notice), methods=["POST"]),
    Route("/_box/reset", answered(control.reset), methods=["POST"]),
    Route("/", pages.shown_by(pages.overview)),
    Route("/cashier", pages.shown_by(pages.cashier_page), methods=["GET"]),
    Route("/cashier", pages.sent_to(pages.pay), methods=["POST"]),
    Route("/inbox", pages.shown_by(pages.inbox)),
    Route("/codes", pages.shown_by(scanning.codes_page), methods=["GET"]),
    Route("/codes", pages.sent_to(scanning.typed), methods=["POST"]),
    Route("/wxaurl/{token}", scanning.link_address, methods=["GET"]),
    Route("/chat", pages.shown_by(chat.chat_page), methods=["GET"]),
    Route("/chat", chat.chat_sent, methods=["POST"]),
    Route("/chat/picture/{media_id}", chat.picture),
    Route("/clock", pages.shown_by(pages.clock_page), methods=["GET"]),
    Route("/clock", pages.sent_to(pages.change_clock), methods=["POST"]),
    Route("/notices", pages.shown_by(pages.notices_page), methods=["GET"]),
    Route("/notices", pages.sent_to(pages.resend), methods=["POST"]),
    Route("/box.css", pages.stylesheet),
    Route("/box.js", pages.script),
]
