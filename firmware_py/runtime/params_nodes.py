"""Parameters of the methods about the hall's Pis that ``hallctl`` calls beside their list."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

__all__ = ["NODE_PARAMS", "NodeActs"]


class NodeActs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``code``: a code was shown; ``code_void``: it was tried wrongly too often."""

    action: Literal["code", "code_void", "adopt", "replace", "retire"]
    node: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


#: Method -> parameters, as ``params.py`` has them.
NODE_PARAMS: dict[str, type[msgspec.Struct]] = {"node.record": NodeActs}
