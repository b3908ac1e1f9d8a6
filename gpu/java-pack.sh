#!/usr/bin/env bash
# Packs a Java runtime and UniPin for a bare machine with a graphics card, where gpu/java.sh runs
# them. DIR/java.tar.xz holds a small Java runtime (jre/), all jars with their natives for Linux on
# x86-64 (lib/, tests/) and the headers of JNI (include/). Downloads nothing, and takes some
# minutes.
# Usage: gpu/java-pack.sh DIR                    after ./unipin bench --help, which builds
#        gpu/java-pack.sh DIR CLASSPATH [TESTS]  TESTS: class path of tests and of JUnit's console
# A class path is jars and folders of classes, separated by colons.
# Needs zip, unzip, strip and xz.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"
target="${1:?usage: gpu/java-pack.sh DIR [CLASSPATH [TESTS]]}"
classpath="${2:-$(cat "$root/.unipin/app/classpath")}"
tests="${3:-}"
java_home="${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")}"

# Jars that neither a server on such a machine nor its load generator uses: Kafka, Redis, the rivals
# of benchmarks, and DJL's own natives, which are for another torch.
unused='pytorch-native-cpu|pytorch-jni|kafka|scala-|zstd-jni|snappy-java|lz4-java|lettuce'
unused+='|reactor-core|netty-|jose4j|argparse4j|commons-beanutils|commons-validator'
unused+='|commons-digester|commons-collections|lucene-core|jmh-core|ohc-core|commons-math3'
unused+='|byte-buddy|archunit|jazzer'
# Native libraries of other systems and processors, and those of TLS.
foreign=('*.dll' '*.dylib' '*.jnilib' '*.so_osx*' '*_windows_*' '*arm64*' '*aarch64*' '*musl*'
  '*linux32*' '*ppc64*' '*s390*' '*riscv*' '*linux-arm*' '*linux-x86/*' '*linux-mips*'
  '*linux-loong*' '*freebsd*' '*openbsd*' '*sunos*' '*dragonfly*' '*aix-*' 'META-INF/native/*')
modules=(java.base java.logging java.management java.naming java.net.http java.sql java.xml
  java.instrument java.security.jgss jdk.unsupported jdk.crypto.ec jdk.management jdk.httpserver
  jdk.zipfs jdk.net)

# Puts a jar or a folder of classes into a folder, as a jar without foreign natives. The new jar is
# not compressed, because xz compresses the whole pack better. Its name begins with a number, so
# that names sort in the order of the class path.
place() {
  local to="$1" entry="$2" content="$target/content" name
  [[ -e "$entry" ]] || return 0
  ! grep -qE "/($unused)[^/]*$" <<<"$entry" || return 0
  rm -rf "$content" && mkdir "$content"
  if [[ -d "$entry" ]]; then
    name="$(basename "$(dirname "$(dirname "$entry")")")"
    cp -r "$entry/." "$content"
  else
    name="$(basename "$entry" .jar)"
    # unzip exits with 1 if a jar has none of the foreign files
    unzip -q -o "$entry" -d "$content" -x "${foreign[@]}" 2>/dev/null || [[ $? == 1 ]]
  fi
  find "$content" -name '*.so*' -type f -exec strip --strip-unneeded {} \; 2>/dev/null
  name="$(printf '%03d' "$(find "$to" -name '*.jar' | wc -l)")-$name.jar"
  (cd "$content" && zip -q -0 -r - .) >"$to/$name"
  rm -rf "$content"
}

# Usage: place_all FOLDER CLASSPATH
place_all() {
  local entries entry
  mkdir -p "$1"
  IFS=':' read -r -a entries <<<"$2"
  for entry in ${entries[@]+"${entries[@]}"}; do place "$1" "$entry"; done
}

rm -rf "${target:?}"/{jre,lib,tests,include}
mkdir -p "$target/include"
"$java_home/bin/jlink" --module-path "$java_home/jmods" --output "$target/jre" --compress=0 \
  --add-modules "$(IFS=, && echo "${modules[*]}")" --strip-debug --no-header-files --no-man-pages
cp "$java_home/include/jni.h" "$java_home/include/linux/jni_md.h" "$target/include/"
place_all "$target/lib" "$classpath"
place_all "$target/tests" "$tests"
tar -C "$target" -c jre lib tests include | xz -T0 -6 >"$target/java.tar.xz"
rm -rf "${target:?}"/{jre,lib,tests,include}
du -h "$target/java.tar.xz"
