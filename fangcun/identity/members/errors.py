"""Rules about logging in, phone numbers and addresses."""

from django.utils.translation import gettext_lazy as _

from fangcun.kernel.errors import DomainError, NotFound
from fangcun.kernel.errors import NotLoggedIn as NotLoggedIn


class LoginCodeInvalid(DomainError):
    """WeChat does not know the code: wrong, used before, or older than five minutes."""

    code = "login_code_invalid"
    status = 400
    message = _("登录凭证已失效，请重试")


class LoginBlocked(DomainError):
    """WeChat holds this user for a high risk and intercepts the login (errcode 40226)."""

    code = "login_blocked"
    status = 403
    message = _("微信判定该账号存在风险，暂时无法登录")


class PhoneCodeInvalid(DomainError):
    """WeChat does not know the code: wrong, used before, of another mini program, or too old."""

    code = "phone_code_invalid"
    status = 400
    message = _("手机号授权已失效，请重新授权")


class ProfileInvalid(DomainError):
    """`details.fields` names each wrong field and what is wrong with it."""

    code = "profile_invalid"
    status = 400
    message = _("请检查填写的内容")


class AddressInvalid(DomainError):
    """`details.fields` names each wrong field and what is wrong with it."""

    code = "address_invalid"
    status = 400
    message = _("请检查收货地址")


class AddressLimit(DomainError):
    code = "address_limit"
    message = _("最多保存 {limit} 个收货地址")


class AddressNotFound(NotFound):
    message = _("收货地址不存在")


class TagWrong(DomainError):
    code = "tag_wrong"
    status = 400
    message = _("标签为 1–{most} 个字")
