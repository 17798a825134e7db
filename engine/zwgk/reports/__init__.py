"""Reports: one small module a format."""
