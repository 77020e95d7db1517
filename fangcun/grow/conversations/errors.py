"""Rules about talking with customers."""

from django.utils.translation import gettext_lazy as _

from fangcun.kernel.errors import DomainError, NotFound


class ConversationGone(NotFound):
    code = "conversation_gone"
    message = _("没有这个会话，可能已按客户的要求删除")


class WindowOver(DomainError):
    """WeChat lets nobody answer more than 48 hours after the customer's last message (errcode 45015)."""

    code = "window_over"
    message = _("客户上次发言已超过 48 小时，微信不再允许回复；客户再发一条消息后就可以继续")


class AnswersUsed(DomainError):
    """WeChat allows five answers to each message of the customer (errcode 45047)."""

    code = "answers_used"
    message = _("客户发一条消息后最多回复 5 条，已经用完；客户再发一条消息后就可以继续")


class TakenByOther(DomainError):
    """`details.name` is the colleague who has the conversation."""

    code = "taken_by_other"
    message = _("{name} 正在接待这位客户；需要时先接手再回复")


class EntryInvalid(DomainError):
    """What was written can't be sent; the message says why."""

    code = "entry_invalid"
    status = 400
    message = _("内容无法发送")


class CustomerJustWrote(DomainError):
    """There is a message of the customer that the person at the console has not seen."""

    code = "customer_just_wrote"
    message = _("客户刚刚又发来了消息，请看过再标记为已解决")


class SettingsInvalid(DomainError):
    """`details.fields` names each wrong field and what is wrong with it."""

    code = "conversation_settings_invalid"
    status = 400
    message = _("请检查填写的内容")
