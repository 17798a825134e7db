"""The nightly audit: sources named in ``zwgk.toml``, a state kept between runs, and what is new, open and closed.

:mod:`~zwgk.audit.config` reads the configuration, :mod:`~zwgk.audit.sources` finds the logs, :mod:`~zwgk.audit.state` keeps
what was found, :mod:`~zwgk.audit.changes` compares, :mod:`~zwgk.audit.run` makes one run of it all.
"""
