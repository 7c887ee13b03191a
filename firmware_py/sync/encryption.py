"""TLS to the broker: how it is set up, and in words why it failed.

With a certificate of our own nothing below TLS 1.3 is spoken. In TLS 1.3 a broker judges our
certificate after the connection stands on our side, so its "no" comes as an alert with the first
read, or as nothing but the end.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from firmware_py.sync.mail import Address

if TYPE_CHECKING:
    import ssl

__all__ = ["explain", "tls_context"]

_CLOCK_ZH = "也可能是本机时钟不对。"
_CLOCK_EN = " Or this clock is wrong."
_OURS_ZH = "请在证书机构所在的机器上处理：hallctl broker certs"
_OURS_EN = "See on the machine with the authority: hallctl broker certs"

#: What the library says -> (code, Chinese, English). The first that fits counts.
_WORDS: tuple[tuple[str, str, str, str], ...] = (
    (
        "alert certificate expired",
        "broker_our_certificate",
        f"本机的证书已到期，或消息服务器的时钟不对。{_OURS_ZH}",
        f"This machine's certificate has ended, or the broker's clock is wrong. {_OURS_EN}",
    ),
    (
        "alert certificate revoked",
        "broker_our_certificate",
        f"本机的证书已被吊销。{_OURS_ZH}",
        f"This machine's certificate was revoked. {_OURS_EN}",
    ),
    (
        "alert unknown ca",
        "broker_our_certificate",
        f"消息服务器不认识签发本机证书的机构。{_OURS_ZH}",
        f"The broker does not know who signed this machine's certificate. {_OURS_EN}",
    ),
    (
        "alert certificate required|alert handshake failure",
        "broker_our_certificate",
        "消息服务器要求证书，请设置 broker.cert_file 和 broker.key_file。",
        "The broker wants a certificate: set broker.cert_file and broker.key_file.",
    ),
    (
        "alert (bad|unsupported) certificate|alert certificate unknown",
        "broker_our_certificate",
        f"消息服务器不接受本机的证书。{_OURS_ZH}",
        f"The broker does not take this machine's certificate. {_OURS_EN}",
    ),
    (
        "certificate has expired",
        "broker_certificate",
        f"消息服务器的证书已到期，请续签。{_CLOCK_ZH}",
        f"The broker's certificate has ended; renew it.{_CLOCK_EN}",
    ),
    (
        "certificate is not yet valid",
        "broker_certificate",
        f"消息服务器的证书尚未生效。{_CLOCK_ZH}",
        f"The broker's certificate is not good yet.{_CLOCK_EN}",
    ),
    (
        "mismatch, certificate is not valid for",
        "broker_certificate",
        "消息服务器的证书中没有 broker.host 的名称，请加上：hallctl broker certs make --host 名称",
        (
            "The broker's certificate does not name broker.host; add it: "
            "hallctl broker certs make --host NAME"
        ),
    ),
    (
        "certificate verify failed",
        "broker_certificate",
        "消息服务器的证书不是 broker.ca_file 中的机构签发的。",
        "The broker's certificate is not signed by the authority in broker.ca_file.",
    ),
    (
        "protocol version|unsupported protocol",
        "broker_tls",
        "消息服务器不支持 TLS 1.3。",
        "The broker does not speak TLS 1.3.",
    ),
    (
        "wrong version number",
        "broker_tls",
        "该端口不使用加密，请核对 broker.port（加密端口通常是 8883）。",
        "That port is not encrypted; see broker.port (usually 8883 with encryption).",
    ),
    (
        "key values mismatch",
        "broker_our_certificate",
        "broker.cert_file 和 broker.key_file 不是一对。",
        "broker.cert_file and broker.key_file do not belong together.",
    ),
)

#: All that is left of a "no" when the end came before its words could be read.
_ENDED = (
    "connection was lost|connection lost|reset by peer|broken pipe|connection abort"
    "|eof occurred|unexpected eof|connection has been closed|^unspecified error$"
)
_PORT_ZH = "也可能 broker.port 不是加密端口（通常是 8883）。"
_PORT_EN = "or broker.port is not the encrypted one (usually 8883)."


def tls_context(address: Address) -> ssl.SSLContext:
    """Return how to speak TLS with an address that has a ``ca_file``. Raises ``OSError``.

    Files are read anew for each connection: what was renewed counts from the next one on.
    """
    # Here: a hall without encryption does without OpenSSL's 4 MB.
    import ssl

    made = ssl.create_default_context(cafile=address.ca_file)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    if address.cert_file is not None:
        made.minimum_version = ssl.TLSVersion.TLSv1_3
        # An encrypted key is refused; the library would ask for its password at a terminal.
        made.load_cert_chain(address.cert_file, address.key_file, password=str)
    made.sslsocket_class = _closing_socket()
    return made


@cache
def _closing_socket() -> type[ssl.SSLSocket]:
    """Return sockets that close when they are not agreed upon: paho forgets them."""
    import ssl

    class ClosingSocket(ssl.SSLSocket):
        def do_handshake(self, block: bool = False) -> None:
            try:
                super().do_handshake(block)
            except BaseException:
                self.close()
                raise

    return ClosingSocket


def explain(reason: str, *, ours: bool, fresh: bool) -> tuple[str, str, str] | None:
    """Return code and sentences for a reason that encryption failed; None for any other.

    ``ours`` says that a certificate of our own was shown; ``fresh``, that the connection was an
    encrypted one that was never up: one that merely ends has its reason there.
    """
    plain = reason.lower().replace("_", " ")
    for pattern, code, zh, en in _WORDS:
        if re.search(pattern, plain):
            return code, zh, en
    if not (fresh and re.search(_ENDED, plain)):
        return None
    if ours:
        zh = "消息服务器断开了连接：多半是不接受本机的证书（到期、吊销，或不是本厅签发），"
        en = (
            "The broker ended the connection, most likely because of this machine's certificate "
            "(ended, revoked, or not of this hall); "
        )
        return "broker_our_certificate", f"{zh}{_PORT_ZH}{_OURS_ZH}", f"{en}{_PORT_EN} {_OURS_EN}"
    zh = (
        "消息服务器断开了加密连接：多半是要求本机出示证书，"
        "请设置 broker.cert_file 和 broker.key_file；"
    )
    en = (
        "The broker ended the encrypted connection: it most likely wants a certificate, "
        "set broker.cert_file and broker.key_file; "
    )
    return "broker_our_certificate", f"{zh}{_PORT_ZH}", f"{en}{_PORT_EN}"
