#!/usr/bin/env bash
# Prints the folder that holds libdetrlab_torch.so, compiling it first where the sources or libtorch changed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source eng/lib.sh
sources=compat/TorchSharp/native
key=$({ find "$sources" -type f -print0 | sort -z | xargs -0 sha256sum; dpkg-query -W libtorch-dev; } | sha256sum | cut -c1-16)
target="$DETRLAB_CACHE/torch-shim-$key"

if [ ! -f "$target/libdetrlab_torch.so" ]; then
  say "compiling the libtorch binding (about a minute)"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  { cmake -S "$sources" -B "$work" -DCMAKE_BUILD_TYPE=Release && cmake --build "$work" --parallel "$(nproc)"; } >"$work/log" 2>&1 || {
    tail -n 30 "$work/log" >&2
    die 3 "the libtorch binding did not compile (log above). Needed: g++, cmake, libtorch-dev 1.13."
  }
  mkdir -p "$target"
  cp "$work/libdetrlab_torch.so" "$target/libdetrlab_torch.so.partial"
  mv "$target/libdetrlab_torch.so.partial" "$target/libdetrlab_torch.so"
fi
printf '%s\n' "$target"
