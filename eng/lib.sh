# Shared by the scripts of eng/; sourced, not run.

# What was downloaded or compiled is kept per user, so that a second clone is ready in seconds.
DETRLAB_CACHE="${DETRLAB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/detrlab}"

say() { printf 'setup: %s\n' "$*" >&2; }
die() { local code=$1; shift; printf 'setup: %s\n' "$*" >&2; exit "$code"; }
have() { command -v "$1" >/dev/null 2>&1; }

# apt_install PACKAGE…: installs those that are missing, or says the command that would.
apt_install() {
  local missing=() package
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  local apt=(apt-get)
  [ "$(id -u)" = 0 ] || apt=(sudo -n apt-get)
  say "installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  { "${apt[@]}" update -qq && "${apt[@]}" install -y -qq --no-install-recommends "${missing[@]}"; } >/dev/null 2>"${TMPDIR:-/tmp}/detrlab-apt.$$" || {
    cat "${TMPDIR:-/tmp}/detrlab-apt.$$" >&2
    die 3 "Debian packages are missing: ${missing[*]}. As root: apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
  }
  rm -f "${TMPDIR:-/tmp}/detrlab-apt.$$"
}

# write_if_changed FILE TEXT: keeps the time stamp where nothing changed, so that builds stay incremental.
write_if_changed() {
  [ -f "$1" ] && [ "$(cat "$1")" = "$2" ] && return 0
  printf '%s\n' "$2" > "$1.partial"
  mv "$1.partial" "$1"
}
