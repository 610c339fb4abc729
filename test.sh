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
# The build enforces style and analysers (EnforceCodeStyleInBuild); what is left of dotnet format takes a fifth of its time.
dotnet format whitespace DetrPerfLab.sln --verify-no-changes --no-restore
# One project at a time (-m:1), so that tests that measure are not disturbed. Shown: failures, skips with their reasons, sums; no test at all is a failure.
dotnet test "$tests" -c Release --no-build --nologo -m:1 --logger 'console;verbosity=normal' 2>&1 | awk '
  /^ *Passed: +[0-9]+$/  { passed += $2 }
  /^ *Failed: +[0-9]+$/  { failed += $2 }
  /^ *Skipped: +[0-9]+$/ { skipped += $2 }
  !/^ *Passed |^\[xUnit\.net .*(Discover|Start|Finish)|^ *(Test Run Successful|Standard Output Messages)|^ *$/ { print; fflush() }
  END { printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped; exit passed + failed == 0 }'
