"""The table below its remarks."""

from tests.formats.tab_tables import remarked_table as values

__all__ = ["values"]
