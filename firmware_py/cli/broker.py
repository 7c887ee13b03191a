"""``hallctl broker``: the message broker of a hall of several machines."""

from __future__ import annotations

import click

from firmware_py.cli.base import HallGroup
from firmware_py.cli.broker_acl import acl
from firmware_py.cli.broker_certs import certs
from firmware_py.cli.words import t

__all__ = ["broker"]


@click.group("broker", HallGroup, help=t("消息服务器。", "The message broker."))
def broker() -> None:
    """The broker."""


broker.add_command(certs)
broker.add_command(acl)
