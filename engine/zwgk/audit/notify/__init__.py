"""Telling people what changed tonight: by mail, and through the webhooks of 企业微信, 钉钉, 飞书 or anything that takes JSON.

:mod:`~zwgk.audit.notify.settings` holds whom to tell, :mod:`~zwgk.audit.notify.messages` writes the messages of a run,
:mod:`~zwgk.audit.notify.outbox` keeps them with the run until they are sent, :mod:`~zwgk.audit.notify.channels` knows the
platforms, :mod:`~zwgk.audit.notify.sending` sends. Nothing is sent unless the configuration says to whom.
"""
