#!/usr/bin/env bash
# Resolves pyproject.toml anew and writes the locks: exact versions and the hash of every file of
# theirs, for each platform and Python that we support. UPGRADE=1 takes newer versions.
#
#   uv.lock    the installer itself
#   test.lock  every role that has wheels, and what checks the project
#   hall.lock  the roles of a hall as far as they are built: what `make run` installs
#
# Only the public index counts: a file that lies on this machine, or in a mirror's own build,
# has a hash that nobody else can get. So this machine's own settings are left out.
set -euo pipefail
cd "$(dirname "$0")/../.."

here=config/setup
roles=(--extra printer --extra gpio --extra cli --extra console --extra voice --extra modbus --extra privacy --extra scan --extra forms
       --extra bench --extra screens --extra mirror)

resolve() { # resolve OUT ARGS...
    local out=$1 upgrade=()
    shift
    [ -z "${UPGRADE:-}" ] || upgrade=(--upgrade)
    env -u UV_INDEX -u UV_DEFAULT_INDEX -u UV_INDEX_URL -u UV_EXTRA_INDEX_URL -u UV_FIND_LINKS \
        .venv/bin/uv pip compile --no-config --quiet --universal --python-version 3.11 \
        --no-python-downloads --generate-hashes --no-header --no-annotate \
        --no-emit-index-url --no-emit-find-links "${upgrade[@]}" --output-file "$out" "$@"
    echo "$out: $(grep -c == "$out")"
}

resolve $here/uv.lock --no-deps - <<<"uv"
resolve $here/test.lock pyproject.toml "${roles[@]}" --extra test --group build
# The same versions in the hall as in the tests. What is already written does not count here.
rm -f $here/hall.lock
resolve $here/hall.lock pyproject.toml "${roles[@]}" --group build --constraints $here/test.lock
