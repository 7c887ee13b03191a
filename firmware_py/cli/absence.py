"""What is said when the daemon is not there, or does not answer."""

from __future__ import annotations

from pathlib import Path

from firmware_py.cli.errors import NoDaemon

__all__ = ["BENCH", "away", "broken", "silent", "uncertain"]

#: Where ``make run`` has its hall, from the folder it was started in.
BENCH = Path("out/run/hall.sock")


def away(path: Path, error: OSError) -> NoDaemon:
    """Nobody could be reached at the socket."""
    if isinstance(error, PermissionError):
        return NoDaemon(
            "no_permission",
            f"没有权限连接 {path}。请用 sudo，或让管理员把您加入配置中 control.group 的组。",
            f"You may not use {path}. Use sudo, or join the group that control.group "
            "names in the configuration.",
        )
    if path == BENCH:
        return NoDaemon(
            "no_daemon",
            f"服务没有运行（{path} 无人应答）。这里是模拟大厅：用 make run 启动",
            f"No daemon runs (nobody answers at {path}). This is the bench's hall: make run",
        )
    return NoDaemon(
        "no_daemon",
        f"服务没有运行（{path} 无人应答）。请启动：systemctl start halld",
        f"No daemon runs (nobody answers at {path}). Start it: systemctl start halld",
    )


def silent(timeout_s: float) -> NoDaemon:
    """It is there, and gives no answer."""
    return NoDaemon(
        "no_answer",
        f"服务 {timeout_s:g} 秒内没有应答。请查看日志：journalctl -u halld",
        f"The daemon gave no answer within {timeout_s:g} s. See its log: journalctl -u halld",
    )


def broken(path: Path, error: OSError) -> NoDaemon:
    """It was there and went away, or is something else."""
    if isinstance(error, ConnectionAbortedError):
        return NoDaemon(
            "not_halld",
            f"{path} 上应答的不是本系统的服务。",
            f"What answers at {path} is no halld.",
        )
    return NoDaemon(
        "gone",
        "连接已断开：服务停止了。请查看：systemctl status halld",
        "The connection broke: the daemon stopped. See: systemctl status halld",
    )


def uncertain() -> NoDaemon:
    """A command was sent, and nobody said what came of it."""
    return NoDaemon(
        "uncertain",
        "没有收到应答，不能确定是否已执行。服务恢复后请先查看：hallctl journal tail",
        "No answer came, so it is not known whether this was done. "
        "When the daemon is back, look first: hallctl journal tail",
    )
