#!/usr/bin/env bash
# Prints the folder that holds ONNX Runtime's C# sources and native library, fetching them first where they are missing.
# Source: npm package com.github.asus4.onnxruntime (MIT), a repackaging of Microsoft's release of the same version.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source eng/lib.sh
package=com.github.asus4.onnxruntime
version=0.4.9
sha256=e59788788818fdde1b2e522e766a21ba0f7d8391de55737abf81e32cc801785d
target="$DETRLAB_CACHE/onnxruntime-$version"

if [ ! -f "$target/.complete" ]; then
  have npm || apt_install npm
  say "fetching $package $version (150 MB) through npm"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  (cd "$work" && npm pack --silent "$package@$version" >/dev/null) ||
    die 3 "npm could not fetch $package@$version. Check that 'npm view $package' answers, then run eng/setup.sh again."
  found=$(sha256sum "$work"/*.tgz | cut -d' ' -f1)
  [ "$found" = "$sha256" ] || die 3 "$package@$version has sha256 $found, needed $sha256: not used."
  tar -xzf "$work"/*.tgz -C "$work" package/LICENSE package/Runtime package/Plugins/Linux/x64
  rm -rf "$target" && mkdir -p "$(dirname "$target")"
  mv "$work/package" "$target"
  touch "$target/.complete"
fi
printf '%s\n' "$target"
