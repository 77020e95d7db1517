"""The mini program's types of the API, made from contracts/openapi.json.

.venv/bin/python tools/client_types.py            fails when src/api/schema.d.ts is stale
.venv/bin/python tools/client_types.py --write    writes them
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from machine import ROOT, node_environment

MINIAPP = ROOT / "miniapp"
TYPES = MINIAPP / "src" / "api" / "schema.d.ts"


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "schema.d.ts"
        contract = str(ROOT / "contracts" / "openapi.json")
        command = ["npx", "--no-install", "openapi-typescript", contract, "-o", str(made)]
        done = subprocess.run(command, cwd=MINIAPP, env=node_environment(), capture_output=True, text=True)
        if done.returncode:
            sys.exit(done.stdout + done.stderr)
        if "--write" in sys.argv:
            TYPES.parent.mkdir(parents=True, exist_ok=True)
            TYPES.write_text(made.read_text())
        elif not TYPES.exists() or TYPES.read_text() != made.read_text():
            sys.exit(
                "miniapp/src/api/schema.d.ts does not follow contracts/openapi.json; run `make contracts`."
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
