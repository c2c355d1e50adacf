"""The DuckDB store: a projection of the spool, made by one writer."""
