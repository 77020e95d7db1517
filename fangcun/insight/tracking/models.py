"""What happened on phones and in the shop: one row per batch, and what keeps each event counted once."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

SERVER = 0  # the `source` of the server's own facts; phones have their Device's id, which begins at 1


class Device(models.Model):
    """A phone that sends events. Its number stands for it: comparing integers is cheap, texts are not."""

    key = models.CharField(_("设备标识"), max_length=80, unique=True)
    first_seen_at = models.DateTimeField(_("首次出现于"), default=timezone.now)
    # Noted once a day (see `storing`).
    seen_at = models.DateTimeField(_("最近出现于"), default=timezone.now)

    class Meta:
        verbose_name = _("设备")
        verbose_name_plural = _("设备")

    def __str__(self) -> str:
        return self.key


class Identity(models.Model):
    """Whose phone it is: the member who logged in on it first. What it sent before that is his too.

    Events of a logged-in phone carry their member themselves, so a second member of a shared phone keeps
    his own.
    """

    device = models.OneToOneField(Device, models.CASCADE, primary_key=True, verbose_name=_("设备"))
    member_id = models.BigIntegerField(_("会员编号"), db_index=True)
    linked_at = models.DateTimeField(_("关联于"), default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("设备归属")
        verbose_name_plural = _("设备归属")

    def __str__(self) -> str:
        return f"{self.device_id} → {self.member_id}"


class Batch(models.Model):
    """A hot row: the new events of one client batch, or one fact of the server.

    `payload` is a JSON list of {"id", "name", "ts", "session", "page", "props"}; `ts`, `first_ts` and
    `last_ts` are epoch milliseconds by the server's clock. Members and programs are plain numbers: on SQLite
    their tables are in another file.
    """

    received_at = models.DateTimeField(_("收到于"), default=timezone.now)
    # Without an index: it would be one more page to write for each batch, and hot rows are few.
    device = models.ForeignKey(
        Device, models.PROTECT, null=True, db_index=False, related_name="+", verbose_name=_("设备")
    )
    member_id = models.BigIntegerField(_("会员编号"), null=True)
    program_id = models.BigIntegerField(_("小程序编号"), null=True)
    payload = models.TextField(_("事件"))
    count = models.IntegerField(_("事件数"))
    first_ts = models.BigIntegerField(_("最早"))
    last_ts = models.BigIntegerField(_("最晚"))

    class Meta:
        verbose_name = _("事件批次")
        verbose_name_plural = _("事件批次")
        # All that the store's version asks of batches is in here; their payloads needn't be touched.
        indexes = [models.Index(fields=["last_ts", "first_ts", "id"], name="batch_by_time")]

    def __str__(self) -> str:
        return f"#{self.pk} ×{self.count}"


class SealedFile(models.Model):
    """A Parquet file with events of one UTC day, written once and never changed.

    `path` is relative to the store (`EVENTS_URL`); `sealed_at` is the moment as of which its persons were known.
    What `problem` names (missing, torn, changed) is not read any more.
    """

    path = models.CharField(_("文件"), max_length=200, unique=True)
    day = models.DateField(_("日期"), db_index=True)
    count = models.BigIntegerField(_("事件数"))
    bytes = models.BigIntegerField(_("字节"))
    first_ts = models.BigIntegerField(_("最早"))
    last_ts = models.BigIntegerField(_("最晚"))
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(_("封存于"), db_index=True)
    problem = models.CharField(_("问题"), max_length=32, blank=True, default="")

    class Meta:
        verbose_name = _("封存文件")
        verbose_name_plural = _("封存文件")

    def __str__(self) -> str:
        return self.path


class RetiredFile(models.Model):
    """A file that is not listed any more. It stays for a while, for those who have begun to read it."""

    path = models.CharField(max_length=200, unique=True)
    retired_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("退役文件")
        verbose_name_plural = _("退役文件")

    def __str__(self) -> str:
        return self.path


class StrayFile(models.Model):
    """A file in the store's `aside` folder that somebody else put into the store."""

    path = models.CharField(_("文件"), max_length=200, unique=True)
    bytes = models.BigIntegerField(_("字节"))
    found_at = models.DateTimeField(_("发现于"), default=timezone.now)

    class Meta:
        verbose_name = _("外来文件")
        verbose_name_plural = _("外来文件")

    def __str__(self) -> str:
        return self.path


class Seen(models.Model):
    """An event that has been counted. Ids hold per source: no phone can use up the id of another's event.

    `key` stands for the event's id (see `remembering`), `day` is that of its arrival, counted from 1970-01-01.
    On SQLite the rows lie in the order of their key, so that those of one batch lie together.
    """

    pk = models.CompositePrimaryKey("source", "key")
    source = models.BigIntegerField()
    key = models.BigIntegerField()
    day = models.IntegerField()

    class Meta:
        verbose_name = _("已计事件")
        verbose_name_plural = _("已计事件")

    def __str__(self) -> str:
        return f"{self.source}/{self.key}"


class EventTally(models.Model):
    """How many events of a name were counted on a day of the shop's calendar, by the events' own times.

    Several rows (`lane`) add up to one day, so that batches arriving at once don't wait for each other's.
    """

    name = models.CharField(_("事件名"), max_length=64)
    day = models.DateField(_("日期"))
    lane = models.SmallIntegerField()
    count = models.BigIntegerField(_("事件数"))
    last_ts = models.BigIntegerField(_("最晚"))

    class Meta:
        verbose_name = _("事件日计数")
        verbose_name_plural = _("事件日计数")
        constraints = [models.UniqueConstraint(fields=["name", "day", "lane"], name="tally_of_a_day")]

    def __str__(self) -> str:
        return f"{self.name} {self.day} ×{self.count}"


class Adoption(models.Model):
    """A tracking plan that events are held against: the one with the highest revision is in force.

    `plan` is the compiled `tracking.json` as text, which keeps the order of its properties on every database;
    `since` says from when (epoch ms) each event has been in the plan without a break.
    """

    revision = models.BigIntegerField(_("修订号"), unique=True)
    adopted_at = models.DateTimeField(_("采用于"), default=timezone.now)
    digest = models.CharField(max_length=64)
    plan = models.TextField(_("埋点方案"))
    since = models.JSONField(_("计划起始"))

    class Meta:
        verbose_name = _("采用的埋点方案")
        verbose_name_plural = _("采用的埋点方案")

    def __str__(self) -> str:
        return f"#{self.revision}"


class Quarantined(models.Model):
    """An event that does not fit the plan: acknowledged and kept whole (`payload`), but not counted.

    `revision` is the plan it was last held against; a later one may release it.
    """

    received_at = models.DateTimeField(_("收到于"), default=timezone.now, db_index=True)
    device = models.ForeignKey(Device, models.PROTECT, null=True, related_name="+", verbose_name=_("设备"))
    member_id = models.BigIntegerField(_("会员编号"), null=True)
    program_id = models.BigIntegerField(_("小程序编号"), null=True)
    name = models.CharField(_("事件名"), max_length=64)
    payload = models.TextField(_("事件"))
    problem = models.CharField(_("问题"), max_length=32)
    prop = models.TextField(_("属性"))
    revision = models.BigIntegerField(_("修订号"))

    class Meta:
        verbose_name = _("隔离的事件")
        verbose_name_plural = _("隔离的事件")
        indexes = [
            models.Index(fields=["name", "problem", "prop", "received_at"], name="quarantined_by_kind"),
            models.Index(fields=["revision", "id"], name="quarantined_by_revision"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.problem} {self.prop}".rstrip()


class ImportedFile(models.Model):
    """A file of another system whose events are counted. The same bytes are not counted again."""

    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(_("文件"), max_length=500)
    rows = models.BigIntegerField(_("事件数"))
    repeated = models.BigIntegerField(_("重复"))
    set_aside = models.BigIntegerField(_("搁置"))
    imported_at = models.DateTimeField(_("导入于"), default=timezone.now)

    class Meta:
        verbose_name = _("导入的文件")
        verbose_name_plural = _("导入的文件")

    def __str__(self) -> str:
        return f"{self.name} ×{self.rows}"


class ErasedPhone(models.Model):
    """A phone of a member who was erased. What it is called is forgotten when nothing can be sent again."""

    device = models.OneToOneField(Device, models.CASCADE, primary_key=True)
    erased_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("已抹除会员的设备")
        verbose_name_plural = _("已抹除会员的设备")

    def __str__(self) -> str:
        return str(self.pk)
