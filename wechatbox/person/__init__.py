"""The person's side: what people do in the WeChat app, and the switches of the box itself."""
