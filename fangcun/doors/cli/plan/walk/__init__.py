"""`fangcun plan test`: every way through every scenario, walked on phones against a WeChat in a box."""
