"""WeChat in a box: the parts of WeChat that a mini program and its server meet, on one machine."""
