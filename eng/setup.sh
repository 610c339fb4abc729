#!/usr/bin/env bash
# Makes this clone ready to build: learns what the package feed serves, installs what is missing, writes eng/local.props.
# Safe to repeat; takes seconds when nothing is missing. Needs no prompt. See compat/README.md for the two package sources.
#
#   eng/setup.sh                 what building, testing and measuring need
#   eng/setup.sh --reference     also Debian's python3-onnx, python3-torchvision and chromium, which only check our work
#   eng/setup.sh --feed nuget|compat|auto   the package source; auto (default) tries a real restore
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source eng/lib.sh

feed=auto
reference=no
while [ $# -gt 0 ]; do
  case "$1" in
    --reference) reference=yes ;;
    --feed) feed="${2:?--feed needs nuget, compat or auto}"; shift ;;
    -h|--help) sed -n '2,8p' "$0" | sed 's/^# \{0,1\}//'; exit 0 ;;
    *) die 2 "unknown option '$1'. Known: --reference, --feed nuget|compat|auto, --help." ;;
  esac
  shift
done
case "$feed" in nuget|compat|auto) ;; *) die 2 "--feed is '$feed', needed nuget, compat or auto." ;; esac

have dotnet || die 3 "the .NET SDK was not found, needed 10.0 or later. Install it from https://dot.net and run eng/setup.sh again."

if [ "$feed" = auto ]; then
  # The answer is kept: a feed does not change from one run to the next. Delete eng/local.props to ask again.
  feed=$(sed -n 's:.*<PackageFeed>\(.*\)</PackageFeed>.*:\1:p' eng/local.props 2>/dev/null || true)
  if [ -z "$feed" ]; then
    say "asking the package feed for the card's packages"
    if dotnet restore eng/probe/probe.csproj -p:DetrLabProbing=true -p:PackageFeed=nuget --verbosity quiet >/dev/null 2>&1; then
      feed=nuget
    else
      feed=compat
    fi
  fi
fi
say "package source: $feed"

if [ "$feed" = nuget ]; then
  write_if_changed eng/local.props "<Project>
  <PropertyGroup>
    <PackageFeed>nuget</PackageFeed>
  </PropertyGroup>
</Project>"
else
  [ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || die 3 "this feed lacks the card's packages, and their stand-ins exist for Linux x86-64 only; found $(uname -s) $(uname -m). Use a feed that serves them (nuget.org)."
  apt_install g++ cmake libtorch-dev libopenblas0-pthread libturbojpeg0 libpng16-16 gnuplot-nox fonts-dejavu-core
  # A link, so that the sources lie inside the tree for the compiler and for `dotnet format --exclude`.
  ln -sfn "$(eng/fetch-onnxruntime.sh)" compat/OnnxRuntime/upstream
  shim_dir=$(eng/build-torch-shim.sh)
  write_if_changed eng/local.props "<Project>
  <PropertyGroup>
    <PackageFeed>compat</PackageFeed>
    <TorchShimDir>$shim_dir</TorchShimDir>
  </PropertyGroup>
</Project>"
fi

if [ "$reference" = yes ]; then
  apt_install python3-onnx python3-torchvision python3-pil chromium
fi
say "ready"
