"""Everything that can be fetched, as static files, kept in step: what changed is written, what is gone is removed."""

from feedsvc.export.exporter import Exporter, ExportReport
from feedsvc.export.further import Further, Source

__all__ = ["ExportReport", "Exporter", "Further", "Source"]
