"""Message push: what WeChat's servers tell a mini program's server by themselves."""
