"""``python -m wechatbox --port 9700 --home DIR``: start a WeChat on this machine."""

import argparse
from pathlib import Path

import uvicorn

from wechatbox.app import make_app
from wechatbox.box import Settings


def main() -> None:
    """Read the options and serve until stopped."""
    parser = argparse.ArgumentParser(prog="wechatbox", description="WeChat in a box, for tests and demos.")
    parser.add_argument("--home", type=Path, required=True, help="folder of the box's data and keys")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    parser.add_argument("--port", type=int, default=9700, help="port to listen on (default 9700)")
    parser.add_argument(
        "--signtest-every", type=int, default=50, help="a SIGNTEST probe before every Nth notice; 0 for never"
    )
    parser.add_argument(
        "--reused-code-errcode",
        type=int,
        choices=(40163, 40029),
        default=40163,
        help="errcode for a js_code that was used before",
    )
    options = parser.parse_args()
    settings = Settings(
        home=options.home,
        signtest_every=options.signtest_every,
        reused_code_errcode=options.reused_code_errcode,
    )
    try:
        app = make_app(settings)
    except OSError as error:
        parser.error(f"--home {options.home} cannot be used: {error.strerror}")
    print(f"wechatbox: http://{options.host}:{options.port}/", flush=True)
    uvicorn.run(
        app,
        host=options.host,
        port=options.port,
        log_level="warning",
        # The person's pages and the courier end with the server; nothing needs a long farewell.
        timeout_graceful_shutdown=2,
    )


if __name__ == "__main__":
    main()
