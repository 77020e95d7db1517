"""Fangcun: plan, build, launch and grow a WeChat mini program."""
