"""`fangcun check` and `fangcun rules`: the audit officer at the terminal."""
