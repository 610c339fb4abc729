#!/usr/bin/env bash
# Adds up the summaries of `dotnet test` in a log: N passed, N failed, N skipped. No test at all is a failure.
awk '/^ *Passed: *[0-9]+$/ {p += $2} /^ *Failed: *[0-9]+$/ {f += $2} /^ *Skipped: *[0-9]+$/ {s += $2}
     END {printf "%d passed, %d failed, %d skipped\n", p, f, s; exit (p + f == 0)}' "$1"
