#!/usr/bin/env pwsh
# The twin of run-all.sh for PowerShell 7: same options, same exit codes. On a feed that lacks the packages, run eng/setup.sh first (Linux).
$ErrorActionPreference = 'Stop'
Set-Location $PSScriptRoot
if ($IsLinux) { & eng/setup.sh; if ($LASTEXITCODE) { exit $LASTEXITCODE } }
dotnet run -c Release --project benchmarks -- @args
exit $LASTEXITCODE
