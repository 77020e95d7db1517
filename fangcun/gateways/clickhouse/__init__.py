"""ClickHouse by HTTP: statements there, rows back."""

from fangcun.gateways.clickhouse.server import ClickHouseServer

__all__ = ["ClickHouseServer"]
