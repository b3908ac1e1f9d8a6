#!/usr/bin/env bash
# Fills a folder with the files of the image: lib/ with all jars; bin/serve, bin/healthy and
# bin/env.sh. All files are copies, so a later build does not change the folder. If the folder holds
# an earlier version, it is replaced as a whole, so that no jar of that version stays on the class
# path. A server that runs from the folder must then be started again.
# Usage: docker/layout.sh FOLDER              builds first
#        docker/layout.sh FOLDER CLASSPATH    uses existing jars and class folders (colon-separated)
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"
# shellcheck disable=SC2034  # build.sh reads it
state="$root/.unipin"
# shellcheck source=bin/build.sh
source "$root/bin/build.sh"
usage="usage: docker/layout.sh FOLDER [CLASSPATH]"
target="$(realpath -m -- "${1:?$usage}")"
fresh=''

fail() {
  printf 'docker/layout.sh: %s\n' "$*" >&2
  exit 1
}

# Fails if the folder holds anything else than an earlier version, because it will be replaced.
require_replaceable() {
  local content
  [[ -e "$target" ]] || return 0
  [[ -d "$target" ]] || fail "a folder expected, got $target"
  content="$(cd "$target" && shopt -s nullglob dotglob && echo *)"
  [[ -z "$content" || ("$content" == 'bin lib' && -e "$target/bin/serve") ]] ||
    fail "an empty folder or one of an earlier version expected, got $target with $content"
}

# Prints the class path of the last build.
built_classpath() {
  local module jar
  for module in $(modules_of cli); do
    jar="$(newest_jar "$module")"
    [[ -n "$jar" ]] || fail "no jar in $root/$module/target: build first"
    printf '%s:' "$jar"
  done
  tr ':' '\n' <"$root/cli/target/classpath.txt" | grep -v "^$root/" | paste -s -d ':'
}

# Copies a jar, or packs a folder of classes into a jar with the module's name.
place() {
  local name
  [[ -e "$1" ]] || fail "no $1: build first"
  name="$(basename "$1")"
  [[ ! -d "$1" ]] || name="$(basename "$(dirname "$(dirname "$1")")").jar"
  [[ ! -e "$fresh/lib/$name" ]] || fail "jars with different names expected, got two of the name $name"
  if [[ -d "$1" ]]; then
    jar --create --file "$fresh/lib/$name" -C "$1" .
    chmod 644 "$fresh/lib/$name"
  else
    install -m 644 "$1" "$fresh/lib/$name"
  fi
}

# Puts the new folder in the place of the old one.
swap() {
  [[ ! -e "$target" ]] || mv -T -- "$target" "$fresh.old"
  mv -T -- "$fresh" "$target"
  rm -rf -- "$fresh.old"
}

# Undoes a swap that failed halfway, and removes the new folder.
clean() {
  [[ -e "$target" || ! -e "$fresh.old" ]] || mv -T -- "$fresh.old" "$target"
  rm -rf -- "$fresh"
}

require_replaceable
classpath="${2:-}"
if [[ -z "$classpath" ]]; then
  (cd "$root" && mvn -q -B -T 2 -DskipTests -Dmaven.test.skip=true -Dspotless.check.skip=true package -pl cli -am </dev/null)
  classpath="$(built_classpath)"
fi
mkdir -p "$(dirname "$target")"
fresh="$(mktemp -d "$target.new.XXXXXX")"
trap clean EXIT
chmod 755 "$fresh"
install -d -m 755 "$fresh/lib" "$fresh/bin"
IFS=':' read -r -a entries <<<"$classpath"
for entry in "${entries[@]}"; do place "$entry"; done
install -m 755 "$root/docker/serve" "$root/docker/healthy" "$fresh/bin/"
install -m 644 "$root/bin/env.sh" "$fresh/bin/"
swap
