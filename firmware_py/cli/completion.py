"""``hallctl completion``: a script that knows every command and option by itself.

It is made here once; pressing Tab then costs the shell nothing but a look-up, where asking this
program each time would cost a tenth of a second on a PC and half a second on a Pi.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import click

from firmware_py.cli.base import HallCommand
from firmware_py.cli.words import t

__all__ = ["completion"]


#: Choices, or whether it is a file's name; False is what only a person knows.
Values = tuple[str, ...] | bool

#: Metavars of options that name a file.
_FILES = frozenset({"PATH", "FILE", "FOLDER"})
_ROOT_OPTIONS = frozenset({"lang", "socket"})


@dataclass(frozen=True, slots=True)
class Node:
    """What may follow at one place: ``path`` is the commands typed so far."""

    path: str
    commands: tuple[tuple[str, str], ...]
    options: tuple[str, ...]
    #: option -> its choices, else whether a file is meant.
    values: tuple[tuple[str, Values], ...]
    files: bool
    #: A command of ours that lists what may stand here.
    listed: str = ""


@click.command(
    "completion",
    HallCommand,
    help=t(
        "输出命令补全脚本。\n\n\b\n"
        "bash：hallctl completion bash > /etc/bash_completion.d/hallctl\n"
        "zsh： hallctl completion zsh > /usr/share/zsh/vendor-completions/_hallctl",
        "Print a completion script.\n\n\b\n"
        "bash: hallctl completion bash > /etc/bash_completion.d/hallctl\n"
        "zsh:  hallctl completion zsh > /usr/share/zsh/vendor-completions/_hallctl",
    ),
)
@click.argument("shell", type=click.Choice(["bash", "zsh"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script."""
    root = ctx.find_root()
    nodes = list(_walk(root.command, root, ""))
    click.echo(_bash(nodes) if shell == "bash" else _zsh(nodes))


def _walk(command: click.Command, ctx: click.Context, path: str) -> Iterator[Node]:
    children: list[tuple[str, click.Command]] = []
    if isinstance(command, click.Group):
        for name in command.list_commands(ctx):
            child = command.get_command(ctx, name)
            if child is not None and not child.hidden:
                children.append((name, child))
    options, values, files = list[str](), list[tuple[str, Values]](), False
    for param in command.get_params(ctx):
        if isinstance(param, click.Option):
            if param.hidden:
                continue
            options += param.opts
            # Those of the root stand at every command: once in the script is enough.
            if not param.is_flag and (not path or param.name not in _ROOT_OPTIONS):
                found = _choices(param) or param.metavar in _FILES
                values += [(option, found) for option in param.opts]
        elif isinstance(param.type, click.Path):
            files = True
        elif not children:
            children += [(choice, command) for choice in _choices(param)]
    names = tuple((name, child.get_short_help_str(60)) for name, child in children)
    yield Node(path, names, tuple(options), tuple(values), files, _listed(command))
    for name, child in children:
        if child is not command:
            yield from _walk(child, ctx, f"{path} {name}".strip())


def _listed(command: click.Command) -> str:
    found = (getattr(param.type, "completed_by", "") for param in command.params)
    return next(filter(None, found), "")


def _choices(param: click.Parameter) -> tuple[str, ...]:
    found = param.type
    return tuple(str(choice) for choice in found.choices) if isinstance(found, click.Choice) else ()


_BASH = """\
# bash completion for hallctl
_hallctl() {
    local cur="${COMP_WORDS[COMP_CWORD]}" path="" prev="" words="" i next
    for ((i = 1; i < COMP_CWORD; i++)); do
        next="${path:+$path }${COMP_WORDS[i]}"
        case "$next" in
        %(paths)s) path="$next" ;;
        esac
        prev="${COMP_WORDS[i]}"
    done
    COMPREPLY=()
    case "$path:$prev" in
%(values)s
    esac
    case "$path" in
%(nodes)s
    esac
}
complete -F _hallctl hallctl"""


_BASH_FILES = 'COMPREPLY=($(compgen -f -- "$cur"))'


def _bash(nodes: list[Node]) -> str:
    values, arms = [], []
    for node in nodes:
        for option, found in node.values:
            given = _BASH_FILES if found is True else ":"
            if isinstance(found, tuple):
                given = f'COMPREPLY=($(compgen -W "{" ".join(found)}" -- "$cur"))'
            values.append(f"    {_place(node, option)}) {given}; return ;;")
        names = " ".join(name for name, _ in node.commands)
        arms.append(
            f'    "{node.path}")\n'
            f'        if [[ $cur == -* ]]; then words="{" ".join(node.options)}"; '
            f'else words="{names}"; fi\n'
            f'        COMPREPLY=($(compgen -W "$words" -- "$cur"))'
            + (f"\n        [[ $cur == -* ]] || {_BASH_FILES}" if node.files else "")
            + (f"\n        [[ $cur == -* ]] || {_bash_listed(node.listed)}" if node.listed else "")
            + " ;;"
        )
    paths = "|".join(f'"{node.path}"' for node in nodes if node.path)
    return _BASH % {"paths": paths, "values": "\n".join(values), "nodes": "\n".join(arms)}


def _bash_listed(command: str) -> str:
    return f'COMPREPLY=($(compgen -W "$({command} 2>/dev/null)" -- "$cur"))'


def _place(node: Node, option: str) -> str:
    """Return the pattern of ``path:option``; the root's options stand anywhere."""
    return f'"{node.path}:{option}"' if node.path else f"*:{option}"


_ZSH = """\
#compdef hallctl
# zsh completion for hallctl
_hallctl() {
    local here="" last="" next i
    local -a names
    for ((i = 2; i < CURRENT; i++)); do
        next="${here:+$here }${words[i]}"
        case "$next" in
        (%(paths)s) here="$next" ;;
        esac
        last="${words[i]}"
    done
    case "$here:$last" in
%(values)s
    esac
    case "$here" in
%(nodes)s
    esac
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _hallctl "$@"
else
    compdef _hallctl hallctl
fi"""


def _zsh(nodes: list[Node]) -> str:
    values, arms = [], []
    for node in nodes:
        for option, found in node.values:
            given = "_files" if found is True else ":"
            if isinstance(found, tuple):
                given = f"compadd -- {' '.join(found)}"
            values.append(f"    ({_place(node, option)}) {given}; return ;;")
        described = " ".join(_quoted(f"{name}:{line}") for name, line in node.commands)
        files = "; _files" if node.files else ""
        if node.listed:
            files = f'; compadd -- ${{(f)"$({node.listed} 2>/dev/null)"}}'
        arms.append(
            f'    ("{node.path}")\n'
            f"        if [[ $PREFIX == -* ]]; then compadd -- {' '.join(node.options)}; "
            f"else names=({described}); _describe hallctl names{files}; fi ;;"
        )
    paths = "|".join(f'"{node.path}"' for node in nodes if node.path)
    return _ZSH % {"paths": paths, "values": "\n".join(values), "nodes": "\n".join(arms)}


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
