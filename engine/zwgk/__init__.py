"""Deadline compliance of public disclosure (政务公开)."""
