"""What providers are sent, and what their answers mean."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from fangcun.gateways.sms import AliyunSms, Credentials, SmsGateway, SmsRefused, SmsUnavailable, TencentSms
from fangcun.gateways.sms.tests.providers import Provider, provider

KEYS = Credentials(key_id="K", secret="S", application="1400", region="ap-beijing")
GOOD = {
    "aliyun": {"Code": "OK", "Message": "OK", "BizId": "9006^0", "RequestId": "r"},
    "tencent": {"Response": {"SendStatusSet": [{"SerialNo": "5000:1", "Code": "Ok"}], "RequestId": "r"}},
}


@pytest.fixture
def there() -> Iterator[Provider]:
    with provider() as here:
        yield here


def gateway(name: str, url: str) -> SmsGateway:
    return AliyunSms(KEYS, base_url=url) if name == "aliyun" else TencentSms(KEYS, base_url=url)


def send(name: str, url: str) -> str:
    return gateway(name, url).send(
        phone="13800000001",
        sign_name="青禾鲜",
        template="T1",
        values={"name": "小 李", "code": "A+1"},
        key="k",
    )


def refused(code: str, name: str) -> object:
    if name == "aliyun":
        return {"Code": code, "Message": "不行"}
    return {"Response": {"SendStatusSet": [{"Code": code, "Message": "不行", "SerialNo": ""}]}}


def test_aliyun_gets_the_template_with_its_values_by_name(there):
    there.answer = GOOD["aliyun"]
    assert send("aliyun", there.url) == "9006^0"
    query, headers, body = there.asked[0]
    assert json.loads(query.pop("TemplateParam")) == {"name": "小 李", "code": "A+1"}
    assert query == {"PhoneNumbers": "13800000001", "SignName": "青禾鲜", "TemplateCode": "T1", "OutId": "k"}
    assert (headers["x-acs-action"], headers["x-acs-version"], body) == ("SendSms", "2017-05-25", b"")
    assert headers["authorization"].startswith(
        "ACS3-HMAC-SHA256 Credential=K,SignedHeaders=host;x-acs-action"
    )


def test_tencent_cloud_gets_the_template_with_its_values_in_order(there):
    there.answer = GOOD["tencent"]
    assert send("tencent", there.url) == "5000:1"
    _query, headers, body = there.asked[0]
    assert json.loads(body) == {
        "PhoneNumberSet": ["+8613800000001"],
        "SmsSdkAppId": "1400",
        "SignName": "青禾鲜",
        "TemplateId": "T1",
        "TemplateParamSet": ["小 李", "A+1"],
        "SessionContext": "k",
    }
    assert (headers["x-tc-action"], headers["x-tc-version"]) == ("SendSms", "2021-01-11")
    assert headers["x-tc-region"] == "ap-beijing"
    assert "SignedHeaders=content-type;host," in headers["authorization"]


@pytest.mark.parametrize(
    ("name", "code", "permanent"),
    [
        ("aliyun", "isv.BUSINESS_LIMIT_CONTROL", False),
        ("aliyun", "Throttling.User", False),
        ("aliyun", "isv.MOBILE_NUMBER_ILLEGAL", True),
        ("aliyun", "SignatureDoesNotMatch", True),
        ("tencent", "LimitExceeded.PhoneNumberDailyLimit", False),
        ("tencent", "FailedOperation.InsufficientBalanceInSmsPackage", False),
        ("tencent", "InvalidParameterValue.IncorrectPhoneNumber", True),
        ("tencent", "AuthFailure.SignatureFailure", True),
    ],
)
def test_a_refusal_says_whether_trying_again_helps(there, name, code, permanent):
    there.answer = refused(code, name)
    with pytest.raises(SmsRefused) as caught:
        send(name, there.url)
    assert (caught.value.code, caught.value.permanent, str(caught.value)) == (code, permanent, "不行")


def test_tencent_clouds_error_of_the_whole_request_is_a_refusal(there):
    there.answer = {"Response": {"Error": {"Code": "AuthFailure.SecretIdNotFound", "Message": "没有"}}}
    with pytest.raises(SmsRefused) as caught:
        send("tencent", there.url)
    assert (caught.value.code, caught.value.permanent) == ("AuthFailure.SecretIdNotFound", True)


@pytest.mark.parametrize("name", ["aliyun", "tencent"])
def test_an_answer_that_can_not_be_read_may_have_been_a_text(there, name):
    there.answer, there.status = b"<html>502</html>", 502
    with pytest.raises(SmsUnavailable) as caught:
        send(name, there.url)
    assert (caught.value.code, caught.value.details, caught.value.permanent) == (
        "http_502",
        {"sent": True},
        False,
    )


@pytest.mark.parametrize("name", ["aliyun", "tencent"])
def test_whoever_is_not_there_has_sent_nothing(name):
    with provider() as gone:
        url = gone.url
    with pytest.raises(SmsUnavailable) as caught:
        send(name, url)
    assert (caught.value.code, caught.value.details) == ("connect", {"sent": False})


def test_secrets_do_not_show():
    assert "secret" not in repr(KEYS)
