"""What both benchmarks stand on: a scratch shop, a server, a load, a report."""
