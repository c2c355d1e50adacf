"""A typing in the formats that registries, clinics and matchers accept: one module a target, all from one record."""
