import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from wechatbox.tests.kit import BoxClient, Merchant, RunningBox, Sink, wait_until

SCHEDULE = [15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600]


def _state(merchant: Merchant, number: str) -> list[tuple[str, str]]:
    return [(notice["role"], notice["state"]) for notice in merchant.box.notices(number)]


def _attempts(merchant: Merchant, number: str) -> list[dict[str, Any]]:
    return [attempt for notice in merchant.box.notices(number) for attempt in notice["attempts"]]


def test_a_paid_order_is_told_signed_and_sealed(merchant: Merchant, sink: Sink) -> None:
    number = merchant.pay(attach="自定义")
    sink.wait()
    headers, body = sink.heard[0]
    assert merchant.trusts(headers, body)
    assert headers["Wechatpay-Signature-Type"] == "WECHATPAY2-SHA256-RSA2048"
    assert headers["Content-Type"] == "application/json"
    notice = json.loads(body)
    assert set(notice) == {"id", "create_time", "resource_type", "event_type", "summary", "resource"}
    assert notice["id"].startswith("EV-20")
    assert (notice["resource_type"], notice["event_type"]) == ("encrypt-resource", "TRANSACTION.SUCCESS")
    assert notice["resource"]["algorithm"] == "AEAD_AES_256_GCM"
    assert len(notice["resource"]["nonce"]) == 12
    assert notice["resource"]["original_type"] == "transaction"
    assert merchant.opened(notice["resource"]) == merchant.query(number)
    wait_until(lambda: _state(merchant, number) == [("notice", "delivered")])


@pytest.mark.parametrize("status", [200, 204])
def test_200_and_204_end_it(merchant: Merchant, sink: Sink, status: int) -> None:
    sink.status = status
    number = merchant.pay()
    wait_until(lambda: _state(merchant, number) == [("notice", "delivered")])
    merchant.box.advance(90000)
    assert [attempt["status"] for attempt in _attempts(merchant, number)] == [status]


def test_a_refused_notice_is_tried_again_on_the_documented_schedule(merchant: Merchant, sink: Sink) -> None:
    sink.status = 500
    number = merchant.pay()
    for times, pause in enumerate(SCHEDULE, 1):
        wait_until(lambda times=times: len(_attempts(merchant, number)) == times)  # type: ignore[misc]
        merchant.box.advance(pause - 5)
        merchant.box.get("/_box/clock")
        assert len(_attempts(merchant, number)) == times
        merchant.box.advance(5)
    wait_until(lambda: _state(merchant, number) == [("notice", "given_up")])
    assert [attempt["status"] for attempt in _attempts(merchant, number)] == [500] * 16
    assert len({json.loads(body)["id"] for _, body in sink.heard}) == 1
    nonces = {headers["Wechatpay-Nonce"] for headers, _ in sink.heard}
    assert len(nonces) == 16, "every attempt is signed afresh"
    assert all(merchant.trusts(headers, body) for headers, body in sink.heard)
    assert sum(SCHEDULE) == 24 * 3600 + 4 * 60


def test_a_day_passes_at_once_when_the_clock_is_moved(merchant: Merchant, sink: Sink) -> None:
    sink.status = 500
    number = merchant.pay()
    sink.wait()
    merchant.box.advance(sum(SCHEDULE))
    wait_until(lambda: _state(merchant, number) == [("notice", "given_up")])
    assert len(sink.heard) == 16


def test_redirects_and_refused_connections_are_failures(merchant: Merchant, sink: Sink) -> None:
    sink.status = 302
    moved = merchant.pay()
    nowhere = merchant.pay(notify_url="http://127.0.0.1:9/cb")
    wait_until(lambda: len(_attempts(merchant, moved)) == 1)
    wait_until(lambda: len(_attempts(merchant, nowhere)) == 1)
    assert _state(merchant, moved) == _state(merchant, nowhere) == [("notice", "pending")]
    [attempt] = _attempts(merchant, nowhere)
    assert attempt["status"] is None
    assert "ConnectError" in attempt["error"]
    assert attempt["headers"]["Wechatpay-Serial"] == merchant.demo["public_key_id"]


def test_silence_for_five_seconds_is_a_failure(merchant: Merchant, sink: Sink) -> None:
    sink.status = None
    number = merchant.pay()
    wait_until(lambda: len(_attempts(merchant, number)) == 1)
    [attempt] = _attempts(merchant, number)
    assert (attempt["status"], attempt["error"]) == (None, "no answer within 5 s")
    assert _state(merchant, number) == [("notice", "pending")]


def test_a_lost_notice_never_comes_but_the_query_tells(merchant: Merchant, sink: Sink) -> None:
    merchant.box.faults(lose_notices=1)
    lost, told = merchant.pay(), merchant.pay()
    sink.wait()
    merchant.box.advance(90000)
    wait_until(lambda: _state(merchant, told) == [("notice", "delivered")])
    assert _state(merchant, lost) == [("notice", "lost")]
    assert merchant.query(lost)["trade_state"] == "SUCCESS"
    assert len(sink.heard) == 1
    [notice] = merchant.box.notices(lost)
    merchant.box.post(f"/_box/notices/{notice['id']}/resend")
    sink.wait(2)
    assert merchant.opened(json.loads(sink.heard[1][1])["resource"])["out_trade_no"] == lost


def test_duplicates_carry_the_same_id(merchant: Merchant, sink: Sink) -> None:
    merchant.box.faults(duplicate_notices=19)
    number = merchant.pay()
    sink.wait(20)
    assert len({json.loads(body)["id"] for _, body in sink.heard}) == 1
    assert all(merchant.trusts(headers, body) for headers, body in sink.heard)
    wait_until(lambda: {state for _, state in _state(merchant, number)} == {"delivered"})


def test_a_delayed_notice_waits_for_the_clock(merchant: Merchant, sink: Sink) -> None:
    merchant.box.faults(delay_notices_s=3600)
    number = merchant.pay()
    merchant.box.advance(3590)
    assert _state(merchant, number) == [("notice", "pending")]
    assert sink.heard == []
    merchant.box.advance(10)
    sink.wait()


@pytest.mark.parametrize("fault", ["forge_notices", "wrong_serial_notices", "altered_notices"])
def test_a_falsified_notice_does_not_verify_and_the_next_try_does(
    merchant: Merchant, sink: Sink, fault: str
) -> None:
    merchant.box.faults(**{fault: 1})
    sink.status = 401
    number = merchant.pay()
    sink.wait()
    assert not merchant.trusts(*sink.heard[0])
    wait_until(lambda: len(_attempts(merchant, number)) == 1)
    [attempt] = _attempts(merchant, number)
    assert attempt["bent"] == fault.removesuffix("_notices")
    assert attempt["forged"] is (fault == "forge_notices")
    sink.status = 204
    merchant.box.advance(15)
    sink.wait(2)
    assert merchant.trusts(*sink.heard[1])
    wait_until(lambda: _state(merchant, number) == [("notice", "delivered")])


def test_a_stale_notice_is_well_signed_but_ten_minutes_old(merchant: Merchant, sink: Sink) -> None:
    merchant.box.faults(stale_notices=1)
    sink.status = 401
    merchant.pay()
    sink.wait()
    sink.status = 204
    merchant.box.advance(15)
    sink.wait(2)
    stamps = [int(headers["Wechatpay-Timestamp"]) for headers, _ in sink.heard]
    assert 590 <= stamps[1] - stamps[0] <= 620
    assert all(merchant.trusts(*heard) for heard in sink.heard)


def test_a_notice_kept_back_comes_after_the_next_one(merchant: Merchant, sink: Sink) -> None:
    merchant.box.faults(reorder_notices=1)
    number = merchant.pay()
    merchant.refund(number, "R-1", 1230)
    assert _state(merchant, number) == [("notice", "held")]
    merchant.box.advance(4)
    sink.wait(2)
    assert sink.events() == ["REFUND.SUCCESS", "TRANSACTION.SUCCESS"]


def test_a_kept_back_notice_goes_out_when_the_faults_are_cleared(merchant: Merchant, sink: Sink) -> None:
    merchant.box.faults(reorder_notices=True)
    number = merchant.pay()
    assert _state(merchant, number) == [("notice", "held")]
    merchant.box.http.delete("/_box/faults")
    sink.wait()
    assert sink.events() == ["TRANSACTION.SUCCESS"]


@pytest.mark.parametrize(("status", "verdict"), [(401, "refused"), (204, "accepted")])
def test_a_probe_comes_first_and_its_result_is_kept(
    merchant: Merchant, sink: Sink, status: int, verdict: str
) -> None:
    merchant.box.faults(signtest=1)
    sink.status = status
    number = merchant.pay()
    wait_until(lambda: _state(merchant, number)[0] == ("probe", verdict))
    headers, body = sink.heard[0]
    assert headers["Wechatpay-Signature"].startswith("WECHATPAY/SIGNTEST/")
    assert not merchant.trusts(headers, body)
    sink.status = 204
    merchant.box.advance(15)
    wait_until(lambda: _state(merchant, number)[1] == ("notice", "delivered"))
    merchant.box.advance(90000)
    assert len(merchant.box.notices(number)[0]["attempts"]) == 1, "a probe is not repeated"


def test_probes_come_once_in_n_notices(tmp_path: Path, sink: Sink) -> None:
    box = RunningBox(tmp_path, signtest_every=2)
    shop = Merchant(box, box.post("/_box/demo"), notify_url=sink.url)
    numbers = [shop.pay() for _ in range(4)]
    assert [len(box.notices(number)) for number in numbers] == [1, 2, 1, 2]
    box.stop()


def test_a_restart_loses_no_notice(tmp_path: Path, sink: Sink) -> None:
    box = RunningBox(tmp_path)
    demo = box.post("/_box/demo")
    shop = Merchant(box, demo, notify_url=sink.url)
    box.advance(1000)
    offset = box.get("/_box/clock")["offset_s"]
    sink.status = 500
    number = shop.pay()
    sink.wait()
    wait_until(lambda: len(_attempts(shop, number)) == 1)
    box.stop()
    box = RunningBox(tmp_path)
    shop = Merchant(box, box.post("/_box/demo"), notify_url=sink.url)
    assert shop.demo == demo
    assert box.get("/_box/clock")["offset_s"] == offset
    sink.status = 204
    box.advance(15)
    wait_until(lambda: _state(shop, number) == [("notice", "delivered")])
    assert len(_attempts(shop, number)) == 2
    assert shop.query(number)["trade_state"] == "SUCCESS"
    box.stop()


def _process(home: Path) -> tuple[subprocess.Popen[str], str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "wechatbox",
        "--port",
        str(port),
        "--home",
        str(home),
        "--signtest-every",
        "0",
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])
    url = f"http://127.0.0.1:{port}"
    wait_until(lambda: process.poll() is None and _up(url))
    return process, url


def _up(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def test_a_killed_box_sends_again_what_was_on_its_way(tmp_path: Path, sink: Sink) -> None:
    process, url = _process(tmp_path)
    box = BoxClient(url)
    shop = Merchant(box, box.post("/_box/demo"), notify_url=sink.url)
    sink.status = None
    number = shop.pay()
    sink.wait()
    process.kill()
    process.wait()
    sink.status = 204
    process, url = _process(tmp_path)
    box = BoxClient(url)
    shop = Merchant(box, box.post("/_box/demo"), notify_url=sink.url)
    wait_until(lambda: _state(shop, number) == [("notice", "delivered")])
    assert [json.loads(body)["id"] for _, body in sink.heard] == [box.notices(number)[0]["event_id"]] * 2
    assert shop.query(number)["trade_state"] == "SUCCESS"
    process.terminate()
    process.wait()
