#!/usr/bin/env bash
# Filters the log of `dotnet test`: keeps failures, skips with their reasons, and summaries; drops each passed test.
exec grep --line-buffered -v -E '^ *Passed |^\[xUnit\.net .*(Discover|Start|Finish)|^ *(Test Run Successful|Standard Output Messages)|^$' || true
