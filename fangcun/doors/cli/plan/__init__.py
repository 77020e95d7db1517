"""`fangcun plan …`: check, compile, compare, export, begin, publish and walk a blueprint."""
