"""`fangcun launch` and `fangcun env`: what blocks the launch, and which part of an environment is wrong."""
