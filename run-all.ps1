#!/usr/bin/env pwsh
# The twin of run-all.sh for PowerShell 7: same options, same exit codes.
dotnet run -c Release --project "$PSScriptRoot/benchmarks" -- @args
exit $LASTEXITCODE
