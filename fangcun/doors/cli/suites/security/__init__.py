"""`fangcun test security`: the platform is attacked as strangers, customers and staff would."""
