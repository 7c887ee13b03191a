#!/usr/bin/env bash
# Makes this checkout ready: Debian packages, then the locked virtual environment in .venv.
#
#   config/setup/setup.sh run    what the bench hall needs
#   config/setup/setup.sh test   that, and what checks the project
#
# Says what it installs. Silent and quick when nothing is missing.
set -euo pipefail
cd "$(dirname "$0")/../.."

mode=${1:?run or test}
here=config/setup
log=.venv/setup.log

say() { printf '%s\n%s\n' "$1" "$2" >&2; }
stop() { say "$@"; exit 1; }

list() { sed 's/#.*//' "$@" | tr -s ' \n' '\n\n' | sed '/^$/d'; }

missing_debian_packages() {
    local wanted=("$@") have
    have=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null |
        sed -n 's/^installed //p' || true)
    comm -23 <(printf '%s\n' "${wanted[@]}" | sort -u) <(sort -u <<<"$have")
}

install_debian_packages() {
    local packages=("$@") root=() answer
    if [ "$(id -u)" != 0 ]; then
        root=(sudo)
        [ -t 0 ] || root=(sudo -n) # nobody there who could type a password
        command -v sudo >/dev/null && "${root[@]}" true 2>/dev/null || stop \
            "缺少系统软件包，而当前用户不能安装。请以 root 身份执行：apt-get update && apt-get install ${packages[*]}" \
            "System packages are missing and this user may not install them. As root, type: apt-get update && apt-get install ${packages[*]}"
    fi
    say "正在安装系统软件包：${packages[*]}" "Installing system packages: ${packages[*]}"
    answer=$(mktemp)
    apt() { "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq "$@" </dev/null >>"$answer" 2>&1; }
    # The package lists are fetched only when those that are here do not lead to the packages.
    apt install -y --no-install-recommends "${packages[@]}" ||
        { apt update && apt install -y --no-install-recommends "${packages[@]}"; } ||
        { tail -n 15 "$answer" >&2
          stop "系统软件包安装失败，原因见上。" "The system packages could not be installed; the reason is above."; }
    rm -f "$answer"
}

# Debian's own Python where it is new enough: its security updates come with the system's.
find_python() {
    local candidate
    for candidate in /usr/bin/python3 python3; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    stop "需要 Python 3.11 或更新的版本（Debian 12 及以上自带）。" \
        "Python 3.11 or newer is needed (Debian 12 and later have it)."
}

# Whoever gave pip a mirror near them gets the same files from it: the hashes say so.
take_pips_mirror() {
    local mirror
    [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ] || return 0
    mirror=${PIP_INDEX_URL:-$(.venv/bin/python -m pip config get global.index-url 2>/dev/null || true)}
    [ -z "$mirror" ] || export UV_DEFAULT_INDEX="$mirror"
}

# What the tests hold our protocols against stays out of the environment. Some of it asks for a
# newer Python than Debian 12 has: the tests see to that.
install_peers() {
    rm -rf .venv/peers
    [ "$mode" = run ] || .venv/bin/uv pip install --python .venv/bin/python --target .venv/peers \
        --python-version 3.13 --no-deps --require-hashes --only-binary :all: -r $here/peers.txt
}

install_python_packages() {
    local python=$1 lock=$2
    say "正在准备 Python 环境 .venv（$(grep -c == "$lock") 个软件包，版本与校验值已锁定）……" \
        "Preparing the Python environment .venv ($(grep -c == "$lock") packages, versions and hashes locked) ..."
    # A checkout that was moved, or a Python that was replaced, needs a new one.
    grep -qs "^#!$PWD/.venv/bin/" .venv/bin/pip && .venv/bin/python -c '' 2>/dev/null ||
        "$python" -m venv --clear .venv
    # Begun and not finished; and whose it is, should this end half-way.
    echo "unfinished $PWD" >.venv/made-for-"$mode"
    : >"$log"
    export UV_PYTHON_DOWNLOADS=never
    take_pips_mirror
    {
        .venv/bin/python -m pip install --quiet --no-deps --only-binary :all: --require-hashes \
            -r $here/uv.lock &&
            .venv/bin/uv pip sync --python .venv/bin/python --require-hashes --only-binary :all: \
                "$lock" $here/uv.lock &&
            install_peers &&
            .venv/bin/uv pip install --python .venv/bin/python --offline --no-deps \
                --no-build-isolation --editable .
    } >>"$log" 2>&1 || {
        tail -n 15 "$log" >&2
        stop "Python 环境准备失败，原因见上；详情在 $log。" \
            "The Python environment could not be prepared; the reason is above, all of it in $log."
    }
}

# The daemon and hallctl may not write beside the program: what is not compiled here they compile
# anew at each start. What somebody else wrote and does not compile is not ours to stop at.
compile() {
    [ -w firmware_py ] || return 0
    .venv/bin/python -m compileall -q firmware_py devices kiosk_ui
    [ $# = 0 ] || .venv/bin/python -m compileall -q "$@" >>"$log" 2>&1 || true
}

# Words for a hall's calls until it has recorded its own (docs/devices/voice.md): 74 clips, 2 s.
placeholder_bank() {
    [ "$asked" = run ] && [ ! -f .venv/voice/bank.toml ] || return 0
    say "正在用 espeak-ng 生成临时语音库 .venv/voice……" \
        "Making a placeholder bank of voice clips in .venv/voice with espeak-ng ..."
    .venv/bin/hallctl voice make-placeholder .venv/voice >>"$log" 2>&1 || say \
        "临时语音库未能生成，不影响其他功能；详情在 $log。" \
        "The placeholder bank could not be made; all else works. The reason is in $log."
}

asked=$mode
case $mode in
    run) lists=($here/debian-run.txt) lock=$here/hall.lock ;;
    test) lists=($here/debian-run.txt $here/debian-test.txt) lock=$here/test.lock ;;
    *) stop "用法：setup.sh run|test" "Usage: setup.sh run|test" ;;
esac

if command -v apt-get >/dev/null; then
    mapfile -t packages < <(missing_debian_packages $(list "${lists[@]}"))
    [ ${#packages[@]} = 0 ] || install_debian_packages "${packages[@]}"
else
    stop "这里没有 apt-get：请在 Debian 12 或 64 位 Raspberry Pi OS 上运行。" \
        "There is no apt-get here: please use Debian 12 or 64-bit Raspberry Pi OS."
fi

# An environment is current while what it was made from is unchanged.
state() { cat pyproject.toml $here/setup.sh $here/uv.lock $here/peers.txt "$1" | sha256sum | cut -d' ' -f1; }
current() { [ "$(cat .venv/made-for-"$mode" 2>/dev/null)" = "$1 $PWD" ] && [ -x .venv/bin/python ]; }

exec 9<$here && flock 9 # two of us at once would tread on each other
# That of the tests holds everything that a run needs, and stays that of the tests; but not on a Pi
# to which somebody's checkout was copied with its environment.
! grep -qs " $PWD\$" .venv/made-for-test || mode=test lock=$here/test.lock
if current "$(state "$lock")"; then
    [ "$mode" = test ] || compile # a new version need not have new packages
    placeholder_bank
    exit 0
fi

python=$(find_python)
install_python_packages "$python" "$lock"
[ "$mode" = test ] || compile .venv/lib
rm -f .venv/made-for-*
echo "$(state "$lock") $PWD" >.venv/made-for-"$mode"
placeholder_bank
say "准备完成。" "Ready."
