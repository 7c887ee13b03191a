"""Why a message from the broker was refused: a code, and a sentence in both languages."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["SENTENCES", "Refused", "refusal_json"]

#: code -> (Chinese, English).
SENTENCES: Mapping[str, tuple[str, str]] = {
    "too_large": ("消息超过 16 KB,未处理。", "The message is larger than 16 kB."),
    "not_utf8": ("消息不是 UTF-8 编码。", "The message is not UTF-8."),
    "not_json": ("消息不是有效的 JSON。", "The message is not valid JSON."),
    "too_deep": ("消息嵌套层次过深。", "The message is nested too deeply."),
    "unknown_field": ("消息中有不认识的字段：{what}", "There is an unknown field: {what}"),
    "bad_field": ("消息字段有误：{what}", "A field is wrong: {what}"),
    "no_id": (
        "命令没有编号（id），不能保证只执行一次。",
        "The command has no id, so it could count twice.",
    ),
    "wrong_epoch": (
        "命令针对的是另一份日志（{what}），请先读取当前状态。",
        "The command is for another epoch ({what}); read the hall's state first.",
    ),
    "wrong_target": ("这里没有命令对象“{what}”。", "There is no target {what} here."),
    "retained": (
        "命令不能作为保留消息发送。",
        "A command must not be sent as a retained message.",
    ),
    "no_response_topic": ("命令没有响应主题。", "The command has no response topic."),
    "bad_response_topic": (
        "响应主题不在本厅的 reply/ 之下。",
        "The response topic is not below this hall's reply/.",
    ),
    "no_correlation": ("命令没有关联数据。", "The command has no correlation data."),
    "no_expiry": (
        "命令没有有效期，或有效期超过 {what} 秒。",
        "The command has no message expiry, or one of more than {what} s.",
    ),
    "expired": ("命令已过有效期，未执行。", "The command has expired and was not carried out."),
    "personal_data": (
        "经由消息服务器的命令不得包含个人信息。",
        "A command over the broker must not hold personal data.",
    ),
    "busy": ("系统正忙，请稍后再试。", "The controller is busy; please try again in a moment."),
    "failed": (
        "命令没有得到处理，请查看日志后用同一编号重试。",
        "The command could not be handled; see the log and try again with the same id.",
    ),
    "bad_topic": ("主题 {what} 不正确。", "The topic {what} is not right."),
    "part_too_large": (
        "名单的一部分超过 240 KB，请分成更小的部分。",
        "A part of a list is larger than 240 kB; make more parts of it.",
    ),
    "no_part": (
        "名单消息缺少 sha256、part 或 parts 属性，或写法有误。",
        "A part of a list lacks the properties sha256, part or parts, or they are wrong.",
    ),
    "unknown_node": (
        "配置中没有节点 {what}。",
        "There is no node {what} in the configuration.",
    ),
    "not_yours": (
        (
            "此设备无权执行 {what}。请用该窗口或取号机自己的设备，或在主控 {hub} 上操作："
            "ssh {host}，再执行同一命令。"
        ),
        (
            "This Pi may not do {what}. Do it at the Pi of that window or kiosk, or at the hub, "
            "{hub}: ssh {host}, then give the same command."
        ),
    ),
    "not_private": (
        "流水副本中有个人信息的摘要，只能经加密连接或本机传送。请为消息服务器配置证书。",
        (
            "A copy of the journal holds what is known of people: it goes over an encrypted "
            "connection or this machine only. Give the broker certificates."
        ),
    ),
    "people_in_clear": (
        "核对证件须经加密连接或在本机进行。请为消息服务器配置证书（docs/broker.md）。",
        (
            "Who somebody is goes over an encrypted connection or this machine only. Give the "
            "broker certificates (docs/broker.md)."
        ),
    ),
    "not_sealed": (
        "证件没有按主控的密钥加密，未处理。请再放一次证件。",
        "This was not sealed for the hub as it runs now. Lay the card again.",
    ),
    "too_many_people": (
        "此设备一分钟内查询的证件太多，请稍后再试。",
        "This Pi asks about more people than can lay a card; try again in a minute.",
    ),
    "visit_over": (
        "刷证已超时，没有取号。请重新放置证件。",
        "Your card was laid too long ago, and no number was taken. Please lay it again.",
    ),
    "unknown_command": (
        "主控的程序里没有 {what}，可能版本较旧。",
        "The hub's program has no {what}; it may be an older one.",
    ),
    "wire_newer": (
        "该设备的程序（通信版本 {theirs}）比主控（{what}）新两版以上，主控不受理。请先升级主控。",
        (
            "This Pi's program (wire version {theirs}) is two or more ahead of the hub's ({what}): "
            "the hub takes nothing from it. Update the hub first."
        ),
    ),
    "wire_older": (
        "该设备的程序（通信版本 {theirs}）比主控（{what}）旧两版以上，主控不受理。请升级该设备。",
        (
            "This Pi's program (wire version {theirs}) is two or more behind the hub's ({what}): "
            "the hub takes nothing from it. Update this Pi."
        ),
    ),
    "papers_not_private": (
        "资料和签字只能经加密连接或本机传送。请为消息服务器配置证书，或在主控上办理。",
        (
            "Papers and signatures go over an encrypted connection or this machine only. Give the "
            "broker certificates, or do it at the hub."
        ),
    ),
    "no_session": (
        "加密会话已失效，将自动重新建立。",
        "The session's keys are gone; others are agreed upon by themselves.",
    ),
    "bad_session": (
        "加密会话未通过验证，请检查本机和主控的证书（hallctl doctor）。",
        "The encrypted session was not proven; see to the certificates (hallctl doctor).",
    ),
    "unknown_consumer": (
        "配置中没有接收方 {what}。",
        "There is no consumer {what} in the configuration.",
    ),
    "ahead": (
        "确认的序号 {what} 大于本厅最后的序号。",
        "The acknowledged number {what} is beyond the hall's last.",
    ),
}


class Refused(Exception):
    """A message that is not taken. ``code`` is one of ``SENTENCES``."""

    def __init__(self, code: str, what: object = "", **more: str) -> None:
        zh, en = SENTENCES[code]
        self.code = code
        self.zh = zh.format(what=what, **more)
        self.en = en.format(what=what, **more)
        super().__init__(self.en)


def refusal_json(refused: Refused) -> dict[str, object]:
    """Return a refusal as replies have it, the same as that of a refused command."""
    return {"code": refused.code, "zh": refused.zh, "en": refused.en, "data": {}}
