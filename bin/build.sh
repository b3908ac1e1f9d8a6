# shellcheck shell=bash
# Builds what a verb needs when sources changed. Needs say, fail, $root and $state of ./unipin.
# What was built lies in $state/app: our jars, the class path, and one stamp per need, cli or benchmarks.
: "${root:?} ${state:?}"

BUILD_MIB=512
modules=(proto client kv-cache ann-index unipin-model unipin-serving cli benchmarks)
# What only tests and reviews want: the build that runs a verb leaves it out.
lean=(-DskipTests -Dmaven.test.skip=true -Dspotless.check.skip=true -Denforcer.skip=true)

# The modules that are built for a need: the last one, and all before it.
modules_of() {
  local module
  for module in "${modules[@]}"; do
    printf '%s\n' "$module"
    [[ "$module" != "$1" ]] || break
  done
}

# Path, size and time of every file that goes into the build: sees edits, additions and removals. What was built names
# files by their whole path, so the checkout's own path counts too: a copy or a renamed one builds anew.
source_stamp() {
  local sources
  mapfile -t sources < <(modules_of "$1")
  (cd "$root" && { printf '%s\n' "$root" && find pom.xml "${sources[@]}" \
    \( -name target -o -path '*/src/test' \) -prune -o -type f -printf '%p %s %T@\n'; } | LC_ALL=C sort | sha256sum)
}

# Whether what was built last has all for a need, is of these sources, and all that it runs on is still there.
is_built() {
  local entry entries
  [[ "$(cat "$state/app/stamp.$1" 2>/dev/null)" == "$2" && -s "$state/app/classpath" ]] || return 1
  IFS=':' read -r -a entries <"$state/app/classpath"
  for entry in "${entries[@]}"; do
    [[ -e "$entry" ]] || return 1
  done
}

# A build that runs out of space halfway leaves errors that do not say so.
require_space() {
  local free
  free="$(df -Pk "$state" 2>/dev/null | awk 'NR == 2 { print $4 }')"
  [[ ! "$free" =~ ^[0-9]+$ || "$free" -ge $((BUILD_MIB * 1024)) ]] ||
    fail "$BUILD_MIB MiB free for the build expected in $root, got $((free / 1024)) MiB"
}

pom_stamp() { (cd "$root" && { printf '%s\n' "$1" && cat pom.xml ./*/pom.xml; } | sha256sum); }

maven() { (cd "$root" && mvn -B "$@" </dev/null); }

# Compiles up to a module. Modules that do not need each other are compiled at the same time.
compile() {
  local log="$state/build.log" offline=() goals=(-q -T 2 "${lean[@]}" package -pl "$1" -am)
  # What these poms need was fetched by the build before, so nothing has to be looked up.
  [[ "$(cat "$state/poms.$1" 2>/dev/null)" == "$(pom_stamp "$1")" ]] && offline=(-o)
  if ! maven "${offline[@]}" "${goals[@]}" >"$log" 2>&1; then
    if [[ "${#offline[@]}" -eq 0 ]] || ! grep -q -i 'offline' "$log" || ! maven "${goals[@]}" >"$log" 2>&1; then
      grep -E '^\[ERROR\]' "$log" | head -n 15 >&2 || tail -n 15 "$log" >&2
      fail "the build failed (all output: $log)"
    fi
  fi
  pom_stamp "$1" >"$state/poms.$1"
}

# Copies our own jars away from target/, so that a later build does not pull them from under a running program.
# Usage: publish NEED STAMP STAMP-OF-CLI, both of before the compilation.
publish() {
  local fresh="$state/app.$$" module jar entries=() third_party
  mkdir -p "$fresh"
  for module in $(modules_of "$1"); do
    for jar in "$root/$module"/target/unipin-*-SNAPSHOT.jar; do
      [[ -e "$jar" ]] || continue
      cp "$jar" "$fresh/"
      entries+=("$fresh/$(basename "$jar")")
    done
  done
  third_party="$(tr ':' '\n' <"$root/$1/target/classpath.txt" | grep -v "^$root/" | paste -s -d ':')"
  (IFS=':' && printf '%s:%s\n' "${entries[*]}" "$third_party") >"$fresh/classpath"
  # Benchmarks bring all that the command line needs.
  printf '%s\n' "$3" >"$fresh/stamp.cli"
  printf '%s\n' "$2" >"$fresh/stamp.$1"
  # Relative, so that a copy of the checkout never runs what the original built.
  ln -sfn "app.$$" "$state/app"
  local old
  for old in "$state"/app.*; do
    [[ "$old" == "$fresh" ]] || is_running "$old" || rm -rf "$old"
  done
}

# Whether a program runs from a folder: it opens resources of its jars as it comes to them. The pattern comes by a file,
# so that grep does not find itself.
is_running() { grep -qsaF -f <(printf '%s/' "$1") /proc/[0-9]*/cmdline; }

# Makes sure that what a need asks for is built: build cli, or build benchmarks.
build() {
  local stamp below begin
  stamp="$(source_stamp "$1")"
  is_built "$1" "$stamp" && return 0
  exec 9>"$state/lock"
  flock -n 9 || {
    say "waiting for another build"
    flock 9
  }
  stamp="$(source_stamp "$1")"
  below="$(source_stamp cli)"
  if ! is_built "$1" "$stamp"; then
    require_space
    say "building (the first time takes minutes and fetches the dependencies)"
    begin=$SECONDS
    compile "$1"
    publish "$1" "$stamp" "$below"
    say "built in $((SECONDS - begin)) s"
  fi
  exec 9>&-
}

# The class path of the tests: fuzzing runs what they hold.
test_classpath() {
  local log="$state/tests.log" file="$root/src/test/target/classpath.txt"
  say "compiling the tests"
  maven -q -DskipTests -Dspotless.check.skip=true -Denforcer.skip=true \
    package org.apache.maven.plugins:maven-dependency-plugin:build-classpath \
    -Dmdep.outputFile=target/classpath.txt -Dmdep.includeScope=test -pl src/test -am >"$log" 2>&1 ||
    fail "the tests do not compile (all output: $log)"
  printf '%s:%s\n' "$root/src/test/target/test-classes" "$(cat "$file")"
}
