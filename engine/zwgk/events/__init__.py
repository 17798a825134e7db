"""Read a log of any accepted form into events; collect every bad row.

A form is one module that turns a :class:`~zwgk.events.files.File` into a header and rows of cells
(:mod:`~zwgk.events.delimited` for CSV and TSV); :mod:`~zwgk.events.rows` makes events of them, whatever the form.
"""

from zwgk.events.header import Header, read_header
from zwgk.events.log import read_log
from zwgk.events.records import log_from_records

__all__ = ["Header", "log_from_records", "read_header", "read_log"]
