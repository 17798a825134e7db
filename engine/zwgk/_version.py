"""The version of the engine, as reports and receipts name it."""

__version__ = "0.1.0"
