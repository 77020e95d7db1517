"""WeChat Pay's platform certificates of merchants that verify by them."""

from __future__ import annotations

from django.db import transaction

from fangcun.identity.programs.clients import pay_api
from fangcun.identity.programs.models import Merchant
from fangcun.kernel import audit
from fangcun.kernel.actors import WECHAT


def renew_certificates(merchant: Merchant) -> None:
    """Fetch the certificates WeChat Pay signs with now. While it changes them, it names the old and the new
    (https://pay.weixin.qq.com/doc/v3/merchant/4012068829).

    Raises GatewayError. Calls the network.
    """
    fetched = {one.serial_no: one.pem for one in pay_api(merchant).download_certificates()}
    with transaction.atomic():
        held = Merchant.objects.select_for_update().get(pk=merchant.pk)
        if held.platform_certificates == fetched:
            return
        before = {"serials": sorted(held.platform_certificates)}
        held.platform_certificates = fetched
        held.save(update_fields=["platform_certificates", "updated_at"])
        after = {"serials": sorted(fetched)}
        audit.record("programs.renew_certificates", by=WECHAT, object=held, before=before, after=after)
