from django.urls import path

from fangcun.doors.callbacks.mirror import mirror
from fangcun.doors.callbacks.push import wechat_push
from fangcun.doors.callbacks.texts import sms_reply
from fangcun.doors.callbacks.views import wechat_pay

urlpatterns = [
    path("wechat/pay/<str:mchid>", wechat_pay, name="wechat-pay"),
    path("wechat/push/<str:appid>", wechat_push, name="wechat-push"),
    path("mirror/<str:entry>", mirror, name="mirror"),
    path("sms/<slug:provider>/<slug:secret>", sms_reply, name="sms-reply"),
]
