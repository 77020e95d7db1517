"""`fangcun test compat`: the mini program on many phones, and the base library it needs."""
