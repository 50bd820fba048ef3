# Shared by the scripts that prepare a machine and run the stages of `make test`.
# shellcheck shell=bash

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
TOOLS=$TOP/.cache/tools
LOGS=$TOP/.cache/stages

say() { printf '== %s\n' "$*" >&2; }
die() { printf '!! %s\n' "$*" >&2; exit 1; }

# The compiler that lints while it compiles, where there is one: two passes over the whole project become one. To be
# exported by what builds for tests; the demo does the same, so that they share what is built.
linting() {
    if clippy-driver --version >/dev/null 2>&1; then export RUSTC_WORKSPACE_WRAPPER=clippy-driver; fi
}
