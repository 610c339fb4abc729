#!/usr/bin/env bash
# Builds, checks the format and runs every test; the last line counts them. CI runs the same line.
#
#   ./test.sh            everything
#   ./test.sh --fast     only the tests without native code
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
tests=DetrPerfLab.sln
case "${1:-}" in
  '') ;;
  --fast) tests=tests/DetrPerfLab.Tests ;;
  -h|--help) sed -n '2,5p' "$0" | sed 's/^# \{0,1\}//'; exit 0 ;;
  *) echo "test.sh: unknown option '$1'. Known: --fast, --help." >&2; exit 2 ;;
esac

dotnet build DetrPerfLab.sln -c Release --nologo -v quiet
dotnet format DetrPerfLab.sln --verify-no-changes --no-restore
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
# One project at a time (-m:1): tests that measure must not disturb each other.
dotnet test "$tests" -c Release --no-build --nologo -m:1 2>&1 | tee "$log" || status=$?
# Adds up the projects' summaries; no test at all is a failure.
awk -F '[:,]' '/ - Failed: *[0-9]+, Passed:/ {f += $2; p += $4; s += $6}
  END {printf "%d passed, %d failed, %d skipped\n", p, f, s; exit (p + f == 0)}' "$log" || status=1
exit "$status"
