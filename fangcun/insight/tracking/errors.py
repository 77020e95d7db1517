"""Why a whole batch or file is refused. A single event that breaks a rule only gets a reason of its own."""

from django.utils.translation import gettext_lazy as _

from fangcun.kernel.errors import DomainError, NotFound


class BatchTooLarge(DomainError):
    """More events, or more bytes, than one request may carry; the phone halves the batch."""

    code = "batch_too_large"
    status = 413
    message = _("一次上报的内容过多，请拆分后重试")


class BatchMalformed(DomainError):
    """The envelope can't be read; `details.fields` names what is wrong."""

    code = "malformed"
    status = 422
    message = _("上报的格式不正确")

    def __init__(self, **fields: str) -> None:
        super().__init__(fields=[{"loc": [name], "msg": msg} for name, msg in fields.items()])


class MappingInvalid(DomainError):
    """A mapping of columns that can't be understood."""

    code = "mapping_invalid"
    status = 400
    message = _("映射里看不懂“{part}”。写法：user=列名,name=列名,ts=列名:s")


class FileUnreadable(DomainError):
    """Nothing of a file can be imported; the message says why and what to do."""

    code = "file_unreadable"
    status = 400
    message = _("读不了 {file}")


class AlreadyImported(DomainError):
    """A file with exactly these bytes has been imported before."""

    code = "already_imported"
    message = _("{file} 已经导入过（{name}，{at}，{rows} 条），没有再计")


class StoreUnreachable(DomainError):
    """The folder or bucket of sealed files does not answer. Nothing is known to be lost."""

    code = "store_unreachable"
    status = 503
    message = _("找不到存放封存文件的位置 {place}，请检查 FANGCUN_EVENTS_URL")


class StoreChanged(DomainError):
    """The list of sealed files is another than it was when this began; nothing was changed. Try again."""

    code = "store_changed"
    message = _("封存文件刚刚变过，请再试一次")


class MemberLeftNothing(NotFound):
    """There is no such member, nor any event of his."""

    code = "member_left_nothing"
    message = _("没有会员 {member}，也没有他的事件")


class EventsLeft(DomainError):
    """A member's events keep arriving while they are erased."""

    code = "events_left"
    message = _("还有 {left} 条事件在陆续到来：请先让他退出登录，再抹除一次")


class FileThere(DomainError):
    """An export would overwrite a file."""

    code = "file_there"
    message = _("{file} 已经存在：换一个文件名，或先把它移走")
