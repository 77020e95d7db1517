"""The server API of mini programs (in life at api.weixin.qq.com)."""
