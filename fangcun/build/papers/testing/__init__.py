"""The self-tester: which of token, key, app id, secret, certificate, merchant, proxy or clock is wrong."""

from fangcun.build.papers.testing.result import BLAMES, Result, State

__all__ = ["BLAMES", "Result", "State"]
