from __future__ import annotations

from pathlib import Path

import pytest

from fangcun.build.artifacts.models import Artifact, Environment, Platform, Status
from fangcun.build.artifacts.queries import folder_of
from fangcun.identity.programs.models import Program


@pytest.fixture
def home(tmp_path: Path, settings) -> Path:
    settings.FANGCUN_HOME = tmp_path
    return tmp_path


@pytest.fixture
def artifact(db, home) -> Artifact:
    """A build that is ready, with a folder."""
    program = Program.objects.create(appid="wx0000000000000009", name="青禾鲜")
    made = Artifact.objects.create(
        number=1,
        program=program,
        platform=Platform.WEIXIN,
        environment=Environment.RELEASE,
        version="1.2.0",
        api_base="https://shop.example.com/api/v1",
        revision=1,
        status=Status.READY,
    )
    folder_of(made).mkdir(parents=True)
    return made
