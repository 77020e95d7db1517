"""The only place that knows how WeChat and WeChat Pay are spoken to."""
