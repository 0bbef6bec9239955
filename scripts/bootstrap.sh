# shellcheck shell=bash
# Sourced by the launchers: changes to the project's folder and makes .venv match requirements.lock.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

find_python() {
    local name
    for name in python3 python3.13 python3.12 python3.11; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    echo "Python 3.11 or later is needed; install it and try again." >&2
    return 1
}

make_environment() {
    local python
    python=$(find_python)
    rm -rf .venv
    if command -v uv >/dev/null; then
        uv venv --quiet --python "$python" .venv
        uv pip install --quiet --python .venv/bin/python --require-hashes -r requirements.lock
        uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation -e .
    else
        "$python" -m venv .venv
        .venv/bin/python -m pip install --quiet --disable-pip-version-check \
            --require-hashes -r requirements.lock
        .venv/bin/python -m pip install --quiet --disable-pip-version-check \
            --no-deps --no-build-isolation -e .
    fi
}

# The stamp also names the folder: an environment that was moved does not work.
stamp="$PWD $(cat requirements.lock pyproject.toml | cksum)"
if [ "$(cat .venv/stamp 2>/dev/null)" != "$stamp" ]; then
    echo "Installing into $PWD/.venv ..." >&2
    make_environment
    echo "$stamp" >.venv/stamp
fi
export PATH="$PWD/.venv/bin:$PATH"

static_checks() {
    python -m pytest -q tests/test_structure.py
    ruff format --check .
    ruff check .
    mypy .
}
