"""Platform certificates, for merchants that verify with certificates."""

from wechatbox import keyring, signing
from wechatbox.box import Box
from wechatbox.clock import rfc3339
from wechatbox.pay.errors import PayError
from wechatbox.pay.guard import Question, Reply


def listed(box: Box, question: Question) -> Reply:
    """``GET /v3/certificates``: WeChat Pay's certificates, encrypted under the merchant's API v3 key."""
    if question.query.get("algorithm_type", "ALL") not in ("RSA", "ALL"):
        raise PayError(404, "RESOURCE_NOT_EXISTS", "无可用的平台证书")
    shown = []
    for signer in keyring.signers_of(box, question.merchant.mchid):
        if signer.certificate_pem is None:
            continue
        begins, ends = signing.certificate_period(signer.certificate_pem)
        shown.append(
            {
                "serial_no": signer.serial,
                "effective_time": rfc3339(begins.timestamp()),
                "expire_time": rfc3339(ends.timestamp()),
                "encrypt_certificate": signing.encrypt(
                    question.merchant.api_v3_key, signer.certificate_pem.encode(), "certificate"
                ),
            }
        )
    return Reply({"data": shown})
