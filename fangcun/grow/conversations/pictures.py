"""Pictures of customers: fetched from WeChat by their media id, never by an address, and encoded anew."""

from __future__ import annotations

import logging

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.gateways.storage import ImageRefused, remove_image, store_image
from fangcun.gateways.wechat.errors import MediaGone, RequestRefused
from fangcun.grow.conversations.models import Conversation, Entry
from fangcun.identity.programs.clients import customer_service_api
from fangcun.kernel.errors import GatewayError

logger = logging.getLogger(__name__)


FOLDER = "conversations"


def folder_of(conversation_id: int) -> str:
    """Where the pictures of one customer are kept, apart from all others, so that they can be taken away."""
    return f"{FOLDER}/{conversation_id}"


def fetch(entry_id: int) -> None:
    """Keep the picture of one entry. Calls WeChat: never inside a transaction. Raises GatewayError to be retried."""
    entry = Entry.objects.select_related("conversation__program").filter(pk=entry_id, picture="").first()
    if entry is None or not entry.media_id:
        return
    try:
        data = customer_service_api(entry.conversation.program).fetch_media(entry.media_id)
        path = store_image(data, folder=folder_of(entry.conversation_id)).path
    except (MediaGone, RequestRefused, ImageRefused) as refused:
        _note(entry, error=_("图片无法取得：%s") % refused)
        return
    except GatewayError:
        logger.warning("The picture of entry %s could not be fetched yet", entry_id)
        raise
    if not _note(entry, picture=path):
        remove_image(path)  # the customer had everything erased in the meantime


@transaction.atomic
def _note(entry: Entry, *, picture: str = "", error: str = "") -> bool:
    # The conversation before its entry, as everybody locks them.
    Conversation.objects.filter(pk=entry.conversation_id).update(touched_at=timezone.now())
    return bool(Entry.objects.filter(pk=entry.pk).update(picture=picture, error=error[:300]))
