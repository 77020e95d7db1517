"""The mini program API's addresses."""

from starlette.routing import Route

from wechatbox.miniprogram import codes, links, login, messages, service, tokens
from wechatbox.miniprogram.answers import served

_BOTH = ["GET", "POST"]

routes = [
    Route("/sns/jscode2session", served("GET", login.code_to_session), methods=_BOTH),
    Route("/cgi-bin/token", served("GET", tokens.plain), methods=_BOTH),
    Route("/cgi-bin/stable_token", served("POST", tokens.stable), methods=_BOTH),
    Route("/wxa/checksession", served("GET", login.check_session), methods=_BOTH),
    Route("/wxa/business/getuserphonenumber", served("POST", login.phone_number), methods=_BOTH),
    Route("/cgi-bin/message/subscribe/send", served("POST", messages.send), methods=_BOTH),
    Route("/cgi-bin/message/custom/send", served("POST", service.send), methods=_BOTH),
    Route("/cgi-bin/message/custom/typing", served("POST", service.typing), methods=_BOTH),
    Route("/cgi-bin/media/upload", served("POST", service.upload, service.media_form), methods=_BOTH),
    Route("/cgi-bin/media/get", served("GET", service.get_media), methods=_BOTH),
    Route("/wxa/getwxacodeunlimit", served("POST", codes.unlimited), methods=_BOTH),
    Route("/wxa/generate_urllink", served("POST", links.url_link), methods=_BOTH),
    Route("/wxa/genwxashortlink", served("POST", links.short_link), methods=_BOTH),
]
