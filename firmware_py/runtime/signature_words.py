"""What is said of signatures, beside the queue's own refusals."""

from __future__ import annotations

from firmware_py.core.refusals import Refusal

__all__ = ["BLANK", "DAMAGED", "NO_PNG", "TOO_LARGE", "not_asked", "not_signed"]

NO_PNG = Refusal(
    "bad_signature",
    "签字图片不能用：应为灰度 PNG，最大 1200×500，不含其他内容。",
    "The picture of the signature cannot be used: a grey PNG is wanted, 1200 x 500 at most, with "
    "nothing else in it.",
)
BLANK = Refusal(
    "signature_blank",
    "还没有签字，请在框内签名。",
    "Nothing is drawn yet; please sign in the field.",
)
TOO_LARGE = Refusal(
    "signature_too_large",
    "签字图片超过 40 kB，请重新签字。",
    "The picture of the signature is larger than 40 kB; sign again.",
)
DAMAGED = Refusal(
    "signature_damaged",
    "保存的签字与记录的摘要不符，不能使用，请重新签字或查看纸质受理单。",
    "The signature that is kept is not the one that was recorded: do not use it; have it signed "
    "again, or see the paper.",
)


def not_asked(window: str) -> Refusal:
    """Nobody asked for it, or the daemon started again since."""
    return Refusal(
        "no_signature_asked",
        f"{window} 号窗口没有等待签字的受理单，请窗口人员重新发起签字。",
        f"No form waits for a signature at window {window}; the clerk asks for it again.",
        {"window": window},
    )


def not_signed(form: str, version: int) -> Refusal:
    """There is nothing to take out."""
    return Refusal(
        "not_signed",
        f"受理单 {form} 第 {version} 版没有签字。",
        f"Version {version} of form {form} is not signed.",
        {"form": form, "version": str(version)},
    )
