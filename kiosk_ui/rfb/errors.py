"""What can go wrong between us and an RFB server, each with a sentence in both languages."""

from __future__ import annotations

__all__ = ["SENTENCES", "RfbError"]

#: Code -> what to tell people: Chinese, English.
SENTENCES: dict[str, tuple[str, str]] = {
    "connecting": (
        "正在连接窗口电脑，请稍候。",
        "Connecting to the clerk's computer.",
    ),
    "unreachable": (
        "连不上窗口电脑。请检查电脑是否开机、网线是否插好。",
        "The clerk's computer cannot be reached. Is it on, and is its network cable in?",
    ),
    "timeout": (
        "窗口电脑没有回应，正在重新连接。",
        "The clerk's computer does not answer; connecting again.",
    ),
    "closed": (
        "窗口电脑断开了连接，正在重新连接。",
        "The clerk's computer hung up; connecting again.",
    ),
    "not-rfb": (
        "对方不是屏幕共享（VNC）服务，请检查地址和端口。",
        "That is not a screen-sharing (VNC) server. Check address and port.",
    ),
    "refused": (
        "窗口电脑拒绝了屏幕共享连接，请检查其屏幕共享设置。",
        "The clerk's computer refused to share its screen. Check its settings for sharing.",
    ),
    "security": (
        "窗口电脑不提供所配置的安全方式，请检查两边的设置。",
        "The clerk's computer offers none of the configured kinds of security. Check both sides.",
    ),
    "password": (
        "屏幕共享密码不对，请检查配置中的密码。",
        "The password for sharing the screen is wrong. Check the configured password.",
    ),
    "certificate": (
        "窗口电脑的证书不可信，已拒绝连接。请联系技术人员核对证书。",
        "The certificate of the clerk's computer is not trusted. A technician must check it.",
    ),
    "tls": (
        "与窗口电脑的加密连接没有建立，请联系技术人员。",
        "The encrypted connection to the clerk's computer failed. Call a technician.",
    ),
    "too-large": (
        "窗口电脑的桌面太大，无法显示。",
        "The desktop of the clerk's computer is too large to be shown.",
    ),
    "lies": (
        "窗口电脑发来的画面数据有误，正在重新连接。",
        "What the clerk's computer sent cannot be read; connecting again.",
    ),
    "stale": (
        "窗口电脑的画面没有更新，暂不显示。",
        "The picture of the clerk's computer stands still, so it is not shown.",
    ),
    "unknown-size": (
        "窗口电脑的屏幕大小不在配置之内，为保护隐私不予显示。",
        "Not shown, for privacy's sake: the clerk's screen has none of the configured sizes.",
    ),
}


class RfbError(ConnectionError):
    """The one error of this package. ``code`` is a key of ``SENTENCES``.

    ``detail`` is for the technician's log: numbers and protocol words, never what a screen shows.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail
        self.zh, self.en = SENTENCES[code]
