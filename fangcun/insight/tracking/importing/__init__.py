"""Logs of other systems, taken in whole: CSV, JSON lines and Parquet become sealed files."""

from fangcun.insight.tracking.importing.importer import Imported, import_file
from fangcun.insight.tracking.importing.mapping import Mapping, mapping
from fangcun.insight.tracking.importing.reasons import REASONS
from fangcun.insight.tracking.importing.sources import files_of

__all__ = ["REASONS", "Imported", "Mapping", "files_of", "import_file", "mapping"]
