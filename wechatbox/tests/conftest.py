"""A running box for each test, empty but for the demo program and merchant."""

from collections.abc import Iterator

import pytest

from wechatbox.tests.kit import Merchant, RunningBox, Sink


@pytest.fixture(scope="session")
def _shared_box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBox]:
    box = RunningBox(tmp_path_factory.mktemp("box") / "home")
    yield box
    box.stop()


@pytest.fixture
def box(_shared_box: RunningBox) -> RunningBox:
    _shared_box.post("/_box/reset")
    return _shared_box


@pytest.fixture
def merchant(box: RunningBox, sink: Sink) -> Merchant:
    return Merchant(box, box.post("/_box/demo"), notify_url=sink.url)


@pytest.fixture
def sink() -> Iterator[Sink]:
    server = Sink()
    yield server
    server.stop()
