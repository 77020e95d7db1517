"""Text messages through a provider: Aliyun or Tencent Cloud. What they sign and answer never leaves this folder."""

from fangcun.gateways.sms.aliyun import AliyunSms
from fangcun.gateways.sms.errors import SmsRefused, SmsUnavailable
from fangcun.gateways.sms.port import Credentials, SmsGateway
from fangcun.gateways.sms.tencent import TencentSms

__all__ = ["AliyunSms", "Credentials", "SmsGateway", "SmsRefused", "SmsUnavailable", "TencentSms"]
