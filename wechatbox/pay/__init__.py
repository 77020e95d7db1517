"""WeChat Pay, API version 3 (in life at api.mch.weixin.qq.com)."""
