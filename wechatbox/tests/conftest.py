"""A running box for each test, empty but for the demo program and merchant."""

from collections.abc import Iterator

import pytest

from wechatbox.launch.publishing import FIELDS
from wechatbox.tests.kit import Merchant, RunningBox, Sink
from wechatbox.tests.launch_kit import Launch


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


@pytest.fixture
def own(box: RunningBox) -> Launch:
    return _fresh(box, box.post("/_box/demo"), third_party=False)


@pytest.fixture
def launch(box: RunningBox) -> Launch:
    return _fresh(box, box.post("/_box/demo")["third_party_program"], third_party=True)


def _fresh(box: RunningBox, given: dict[str, object], *, third_party: bool) -> Launch:
    program = Launch(box, given)
    names = {name: None for name in FIELDS if name not in ("third_party", "upload_public_key")}
    program.set(**names | {"third_party": third_party, "developers": ["小方"], "experiencers": ["小月"]})
    return program
