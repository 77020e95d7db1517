"""What happens in the background: platform certificates stay fresh, old receipts of pushes go."""

from __future__ import annotations

import datetime as dt
import logging

from django.utils import timezone

from fangcun.identity.programs.certificates import renew_certificates
from fangcun.identity.programs.models import Merchant, PushReceipt
from fangcun.kernel.errors import GatewayError
from fangcun.kernel.jobs import every, task

logger = logging.getLogger(__name__)
# WeChat repeats a push within seconds, and one older than five minutes is refused.
KEEP_RECEIPTS = dt.timedelta(days=2)


@task()
def fetch_certificates(*, merchant_id: int) -> None:
    """Fetch the certificates of one merchant, just registered or changed."""
    renew_certificates(Merchant.objects.get(pk=merchant_id))


# WeChat Pay asks for an interval below 12 hours.
@every(seconds=6 * 3600)
def renew_all_certificates() -> None:
    """Keep the certificates of all merchants that verify by them."""
    for merchant in Merchant.objects.filter(mode=Merchant.Mode.CERTIFICATE):
        try:
            renew_certificates(merchant)
        except GatewayError as failure:
            logger.error("No platform certificates for merchant %s: %s", merchant.mchid, failure)


@every(seconds=3600)
def forget_receipts() -> None:
    """Drop the receipts of pushes that nobody can send again."""
    PushReceipt.objects.filter(at__lt=timezone.now() - KEEP_RECEIPTS).delete()
