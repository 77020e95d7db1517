import time

import pytest

from wechatbox.tests.kit import Merchant

QUERY = "/v3/pay/transactions/out-trade-no/NOTHING1?mchid=1900000109"


def test_an_honest_request_is_heard(merchant: Merchant) -> None:
    response = merchant.ask("GET", QUERY)
    assert (response.status_code, response.json()["code"]) == (404, "ORDER_NOT_EXIST")
    assert response.headers["request-id"].endswith("-268512771")
    assert response.headers["wechatpay-signature-type"] == "WECHATPAY2-SHA256-RSA2048"


def _refused(merchant: Merchant, response: object) -> None:
    assert response.status_code == 401  # type: ignore[attr-defined]
    assert response.json()["code"] == "SIGN_ERROR"  # type: ignore[attr-defined]


def test_refusals_are_signed_when_the_merchant_is_known(merchant: Merchant) -> None:
    response = merchant.send("GET", QUERY, signature="AAAA")
    _refused(merchant, response)
    assert merchant.trusts(dict(response.headers), response.content)
    stranger = merchant.send("GET", QUERY, mchid="1900009999")
    _refused(merchant, stranger)
    assert "wechatpay-signature" not in stranger.headers


@pytest.mark.parametrize("age", [-290, 290])
def test_a_clock_a_little_off_is_forgiven(merchant: Merchant, age: int) -> None:
    assert merchant.send("GET", QUERY, timestamp=str(int(time.time()) - age)).status_code == 404


@pytest.mark.parametrize("age", [-310, 310, 864000])
def test_a_clock_more_than_five_minutes_off_is_refused(merchant: Merchant, age: int) -> None:
    _refused(merchant, merchant.send("GET", QUERY, timestamp=str(int(time.time()) - age)))


def test_the_moved_clock_of_the_box_does_not_make_requests_stale(merchant: Merchant) -> None:
    merchant.box.advance(86400)
    assert merchant.ask("GET", QUERY).status_code == 404


def test_a_nonce_is_used_once(merchant: Merchant) -> None:
    assert merchant.send("GET", QUERY, nonce_str="ONCE").status_code == 404
    _refused(merchant, merchant.send("GET", QUERY, nonce_str="ONCE"))


def test_a_refused_request_does_not_burn_the_nonce(merchant: Merchant) -> None:
    _refused(merchant, merchant.send("GET", QUERY, nonce_str="TWICE", signature="AAAA"))
    assert merchant.send("GET", QUERY, nonce_str="TWICE").status_code == 404


def test_method_path_query_and_body_are_all_under_the_signature(merchant: Merchant) -> None:
    http = merchant.box.http
    headers = {"Accept": "application/json", "Content-Type": "application/json"}

    def send(method: str, path: str, body: bytes, signed: str) -> object:
        return http.request(method, path, content=body, headers={**headers, "Authorization": signed})

    jsapi, body = "/v3/pay/transactions/jsapi", b'{"mchid":"1900000109"}'
    _refused(merchant, send("POST", jsapi, body + b" ", merchant.authorization("POST", jsapi, body)))
    _refused(merchant, send("POST", jsapi, body, merchant.authorization("GET", jsapi, body)))
    _refused(merchant, send("POST", jsapi + "?a=1", body, merchant.authorization("POST", jsapi, body)))
    _refused(merchant, send("GET", QUERY, b"", merchant.authorization("GET", QUERY.split("?")[0])))
    _refused(
        merchant,
        send("GET", QUERY.replace("NOTHING1", "NOTHING2"), b"", merchant.authorization("GET", QUERY)),
    )
    accepted = send("POST", jsapi, body, merchant.authorization("POST", jsapi, body))
    assert accepted.status_code == 400  # type: ignore[attr-defined]


def test_an_encoded_path_is_checked_as_it_was_sent(merchant: Merchant) -> None:
    path = "/v3/pay/transactions/out-trade-no/A%7CB%2A123?mchid=1900000109&x=%E4%B8%AD"
    assert merchant.ask("GET", path).status_code == 404


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer x",
        "WECHATPAY2-SHA256-RSA2048",
        'WECHATPAY2-SHA256-RSA2048 mchid="1900000109"',
        'WECHATPAY2-SHA256-RSA2048 mchid="1",nonce_str="1",timestamp="1",serial_no="1",signature="1",extra="1"',
        'WECHATPAY2-SHA256-RSA2048 mchid="1",mchid="1",nonce_str="1",timestamp="1",serial_no="1",signature="1"',
        "WECHATPAY2-SHA256-RSA2048 mchid=1,nonce_str=1,timestamp=1,serial_no=1,signature=1",
    ],
)
def test_a_malformed_authorization_is_refused(merchant: Merchant, header: str) -> None:
    _refused(merchant, merchant.send("GET", QUERY, headers={"Authorization": header}))


def test_the_parts_of_the_authorization_come_in_any_order(merchant: Merchant) -> None:
    scheme, _, rest = merchant.authorization("GET", QUERY).partition(" ")
    turned = scheme + " " + ", ".join(reversed(rest.split(",")))
    assert merchant.send("GET", QUERY, headers={"Authorization": turned}).status_code == 404


def test_another_certificate_serial_is_refused(merchant: Merchant) -> None:
    _refused(merchant, merchant.send("GET", QUERY, serial_no="5A0B"))
    lower = str(merchant.demo["merchant_serial_no"]).lower()
    assert merchant.send("GET", QUERY, serial_no=lower).status_code == 404


def test_another_merchants_key_is_refused(merchant: Merchant) -> None:
    box = merchant.box
    other = Merchant(box, box.post("/_box/demo", {"appid": "wxother00000demo01", "mchid": "1900000110"}))
    _refused(merchant, other.send("GET", QUERY, mchid=merchant.mchid))
    _refused(
        merchant,
        other.send("GET", QUERY, mchid=merchant.mchid, serial_no=merchant.demo["merchant_serial_no"]),
    )


def test_accept_user_agent_and_content_type_must_be_there(merchant: Merchant) -> None:
    for name, value in (("Accept", ""), ("Accept", "text/html"), ("User-Agent", "")):
        response = merchant.send("GET", QUERY, headers={name: value})
        assert (response.status_code, response.json()["detail"]["field"]) == (400, name)
    response = merchant.send("POST", "/v3/pay/transactions/jsapi", {}, headers={"Content-Type": "text/plain"})
    assert (response.status_code, response.json()["detail"]["field"]) == (400, "Content-Type")


def test_a_wechatpay_serial_must_be_a_key_of_wechat_pay(merchant: Merchant) -> None:
    unknown = merchant.send("GET", QUERY, headers={"Wechatpay-Serial": "PUB_KEY_ID_1"})
    assert (unknown.status_code, unknown.json()["detail"]["field"]) == (400, "Wechatpay-Serial")
    known = merchant.send("GET", QUERY, headers={"Wechatpay-Serial": merchant.demo["public_key_id"]})
    assert known.status_code == 404
    certificate = merchant.demo["platform_certificate_serial"]
    answer = merchant.send("GET", QUERY, headers={"Wechatpay-Serial": certificate})
    assert answer.headers["wechatpay-serial"] == certificate, (
        "the answer is signed with the key that was named"
    )


def test_a_body_that_is_not_json_is_a_bad_parameter(merchant: Merchant) -> None:
    path = "/v3/pay/transactions/jsapi"
    response = merchant.box.http.post(
        path,
        content=b"{",
        headers={
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Authorization": merchant.authorization("POST", path, b"{"),
        },
    )
    assert (response.status_code, response.json()["code"]) == (400, "PARAM_ERROR")
    assert merchant.ask("POST", path, []).json()["code"] == "PARAM_ERROR"
