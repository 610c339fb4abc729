#!/usr/bin/env bash
# Builds and runs a choice of benchmark suites; the table, the chart and the report's path end on the screen.
#
#   ./run-all.sh --filter '*Precision*'          one suite
#   ./run-all.sh --filter '*Precision*' --quick  fewer repeats: minutes instead of a coffee break
#   ./run-all.sh                                 every suite; add --quick for a first look
#   ./run-all.sh --list flat                     what there is
# An interrupted run goes on with the same command; --restart measures all again, --verbose shows BenchmarkDotNet's log, --model NAME|FILE
# takes another model, --calibrate DIR the photographs that INT8 ranges come from, --keep-list FILE what INT8 leaves in float, --gate REF holds the cases against another commit;
# all other options are BenchmarkDotNet's. Exit codes: 0 done, 1 a case failed, 2 wrong use, 3 the machine lacks something.
set -euo pipefail
case "${1:-}" in -h|--help) sed -n '2,10p' "$0" | sed 's/^# \{0,1\}//'; exit 0 ;; esac
exec dotnet run -c Release --project "$(dirname "${BASH_SOURCE[0]}")/benchmarks" -- "$@"
