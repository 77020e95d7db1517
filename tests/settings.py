"""The platform's own settings, on a home folder that ends with the test run."""

import atexit
import os
import shutil
import tempfile

home = tempfile.mkdtemp(prefix="fangcun-test-")
atexit.register(shutil.rmtree, home, ignore_errors=True)
os.environ["FANGCUN_HOME"] = home
os.environ.pop("FANGCUN_PRODUCTION", None)
os.environ.setdefault("FANGCUN_PUBLIC_URL", "http://testserver")

from fangcun.settings import *  # noqa: E402, F403
from fangcun.settings import DATABASES  # noqa: E402

for name, database in DATABASES.items():
    if database["ENGINE"].endswith("sqlite3"):
        # A file, not memory: race tests write from several threads, as in life.
        database["TEST"] = {"NAME": f"{home}/test-{name}.sqlite3"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
