#!/usr/bin/env bash
# Fills a folder with the files of the image: lib/ with all jars; bin/serve, bin/healthy and
# bin/env.sh.
# Usage: docker/layout.sh FOLDER              builds first
#        docker/layout.sh FOLDER CLASSPATH    uses existing jars and class folders (colon-separated)
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"
usage="usage: docker/layout.sh FOLDER [CLASSPATH]"
target="${1:?$usage}"
modules=(proto client kv-cache ann-index unipin-model unipin-serving cli)

built_classpath() {
  (cd "$root" && mvn -q -B -T 2 -DskipTests -Dmaven.test.skip=true -Dspotless.check.skip=true package -pl cli -am </dev/null)
  local module
  for module in "${modules[@]}"; do
    printf '%s:' "$root/$module"/target/unipin-*-SNAPSHOT.jar
  done
  tr ':' '\n' <"$root/cli/target/classpath.txt" | grep -v "^$root/" | paste -s -d ':'
}

# Copies a jar, or packs a folder of classes into a jar with the module's name.
place() {
  local name
  if [[ -d "$1" ]]; then
    name="$(basename "$(dirname "$(dirname "$1")")")"
    jar --create --file "$target/lib/$name.jar" -C "$1" .
  else
    ln -f "$1" "$target/lib/" 2>/dev/null || cp "$1" "$target/lib/"
  fi
}

mkdir -p "$target/lib" "$target/bin"
IFS=':' read -r -a entries <<<"${2:-$(built_classpath)}"
for entry in "${entries[@]}"; do
  [[ -e "$entry" ]] || {
    echo "docker/layout.sh: no $entry: build first" >&2
    exit 1
  }
  place "$entry"
done
cp "$root/docker/serve" "$root/docker/healthy" "$root/bin/env.sh" "$target/bin/"
chmod 755 "$target/bin/serve" "$target/bin/healthy"
