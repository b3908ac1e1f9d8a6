#!/usr/bin/env bash
# Lays the server out in a folder as the image holds it: lib/ with all jars, bin/serve. Usage: docker/layout.sh FOLDER
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"
target="${1:?usage: docker/layout.sh FOLDER}"
mkdir -p "$target/lib" "$target/bin"
(cd "$root" && mvn -q -B -DskipTests -Dspotless.check.skip=true package \
  org.apache.maven.plugins:maven-dependency-plugin:build-classpath \
  -Dmdep.outputFile=target/classpath.txt -Dmdep.includeScope=runtime -pl unipin-serving -am </dev/null)
for module in proto kv-cache ann-index unipin-model unipin-serving; do
  cp "$root/$module"/target/unipin-*-SNAPSHOT.jar "$target/lib/"
done
tr ':' '\n' <"$root/unipin-serving/target/classpath.txt" | grep -v "^$root/" | xargs -I{} cp {} "$target/lib/"
cp "$root/docker/serve" "$target/bin/serve"
chmod 755 "$target/bin/serve"
