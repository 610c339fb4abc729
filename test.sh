#!/usr/bin/env bash
# Sets up, checks the format, builds and runs every test; the last line counts them. CI runs the same line.
#
#   ./test.sh            everything
#   ./test.sh --fast     only the tests without native code
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
fast=no
case "${1:-}" in
  '') ;;
  --fast) fast=yes ;;
  -h|--help) sed -n '2,6p' "$0" | sed 's/^# \{0,1\}//'; exit 0 ;;
  *) echo "test.sh: unknown option '$1'. Known: --fast, --help." >&2; exit 2 ;;
esac

eng/setup.sh
dotnet build DetrPerfLab.sln -c Release --nologo -v quiet
dotnet format DetrPerfLab.sln --verify-no-changes --no-restore --exclude compat/OnnxRuntime/

projects=(tests/DetrPerfLab.Tests)
[ "$fast" = yes ] || projects+=(tests/DetrPerfLab.EngineTests)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
for project in "${projects[@]}"; do
  dotnet test "$project" -c Release --no-build --nologo --logger 'console;verbosity=normal' 2>&1 | tee -a "$log" | eng/quiet-tests.sh || status=1
done
eng/count-tests.sh "$log"
exit "$status"
