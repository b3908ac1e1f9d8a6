# shellcheck shell=bash
# If sources changed, builds what a command of ./unipin needs. Uses the functions say() and fail()
# and the variables $root and $state of ./unipin. There are two needs: cli and benchmarks. The
# folder $state/app holds the result of the build: our jars, the class path, and for each need a
# stamp of the sources.
: "${root:?} ${state:?}"

BUILD_MIB=512
modules=(proto client kv-cache ann-index unipin-model unipin-serving cli benchmarks)
# Options that leave out of a build what only tests and reviews need.
lean=(-DskipTests -Dmaven.test.skip=true -Dspotless.check.skip=true -Denforcer.skip=true)

# Prints the modules that are built for a need: the module of this name, and all modules before it.
modules_of() {
  local module
  for module in "${modules[@]}"; do
    printf '%s\n' "$module"
    [[ "$module" != "$1" ]] || break
  done
}

# Prints a hash over path, size and time of every file that goes into the build, so every edited,
# added or removed file changes the hash. The hash also includes the path of the checkout, because
# the build's result has absolute paths. A copied or renamed checkout is therefore built again.
source_stamp() {
  local sources
  mapfile -t sources < <(modules_of "$1")
  (cd "$root" && { printf '%s\n' "$root" && find pom.xml "${sources[@]}" \
    \( -name target -o -path '*/src/test' \) -prune -o -type f -printf '%p %s %T@\n'; } | LC_ALL=C sort | sha256sum)
}

# Whether the last build covers a need, was made from these sources, and all files of its class path
# still exist.
is_built() {
  local entry entries
  [[ "$(cat "$state/app/stamp.$1" 2>/dev/null)" == "$2" && -s "$state/app/classpath" ]] || return 1
  IFS=':' read -r -a entries <"$state/app/classpath"
  for entry in "${entries[@]}"; do
    [[ -e "$entry" ]] || return 1
  done
}

# Fails if the disk has too little room. A build that runs out of space halfway has errors that do
# not name this cause.
require_space() {
  local free
  free="$(df -Pk "$state" 2>/dev/null | awk 'NR == 2 { print $4 }')"
  [[ ! "$free" =~ ^[0-9]+$ || "$free" -ge $((BUILD_MIB * 1024)) ]] ||
    fail "$BUILD_MIB MiB free for the build expected in $root, got $((free / 1024)) MiB"
}

pom_stamp() { (cd "$root" && { printf '%s\n' "$1" && cat pom.xml ./*/pom.xml; } | sha256sum); }

maven() { (cd "$root" && mvn -B "$@" </dev/null); }

# Compiles up to a module. Modules that do not depend on each other are compiled at the same time.
compile() {
  local log="$state/build.log" offline=() goals=(-q -T 2 "${lean[@]}" package -pl "$1" -am)
  # The last build already fetched what these poms need, so Maven need not look anything up.
  [[ "$(cat "$state/poms.$1" 2>/dev/null)" == "$(pom_stamp "$1")" ]] && offline=(-o)
  if ! maven "${offline[@]}" "${goals[@]}" >"$log" 2>&1; then
    if [[ "${#offline[@]}" -eq 0 ]] || ! grep -q -i 'offline' "$log" || ! maven "${goals[@]}" >"$log" 2>&1; then
      grep -E '^\[ERROR\]' "$log" | head -n 15 >&2 || tail -n 15 "$log" >&2
      fail "the build failed (all output: $log)"
    fi
  fi
  pom_stamp "$1" >"$state/poms.$1"
}

# Writes the archive of classes of a build. A request to a port at which no server listens loads
# nearly all classes that a short command needs. If the JVM cannot write the archive, commands start
# without it. Usage: archive_classes FOLDER-OF-BUILD
archive_classes() {
  # shellcheck disable=SC2046  # options without spaces
  "$JAVA_HOME/bin/java" $(short_options) "-XX:ArchiveClassesAtExit=$(class_archive "$1")" \
    -cp "$(cat "$1/classpath")" io.unipin.cli.Main request --user archive --address 127.0.0.1:1 \
    </dev/null >/dev/null 2>&1 || true
}

# Prints the jar that the last build of a module wrote. If the version of the project changes, the
# jar of the old version stays beside it.
newest_jar() {
  local jar newest=''
  for jar in "$root/$1"/target/unipin-*-SNAPSHOT.jar; do
    [[ ! -e "$jar" || ! "$jar" -nt "$newest" ]] || newest="$jar"
  done
  printf '%s' "$newest"
}

# Copies our own jars out of target/, so that a later build does not replace the jars of a running
# program.
# Usage: publish NEED STAMP STAMP-OF-CLI. Both stamps were taken before the compilation.
publish() {
  local fresh="$state/app.$$" module jar entries=() third_party
  mkdir -p "$fresh"
  for module in $(modules_of "$1"); do
    jar="$(newest_jar "$module")"
    [[ -n "$jar" ]] || continue
    cp "$jar" "$fresh/"
    entries+=("$fresh/$(basename "$jar")")
  done
  third_party="$(tr ':' '\n' <"$root/$1/target/classpath.txt" | grep -v "^$root/" | paste -s -d ':')"
  (IFS=':' && printf '%s:%s\n' "${entries[*]}" "$third_party") >"$fresh/classpath"
  archive_classes "$fresh"
  # A build of the benchmarks also covers the need cli.
  printf '%s\n' "$3" >"$fresh/stamp.cli"
  printf '%s\n' "$2" >"$fresh/stamp.$1"
  # The link is relative, so that a copy of the checkout never runs the jars of the original.
  ln -sfn "app.$$" "$state/app"
  local old
  for old in "$state"/app.*; do
    [[ "$old" == "$fresh" ]] || is_running "$old" || rm -rf "$old"
  done
}

# Whether a program runs from a folder. Such a program still needs its jars, because it opens their
# resources only when it uses them. grep reads the pattern from a file, so that it does not find its
# own command line.
is_running() { grep -qsaF -f <(printf '%s/' "$1") /proc/[0-9]*/cmdline; }

# Makes sure that the modules of a need are built. Usage: build cli, or build benchmarks.
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

# Compiles the tests and prints their class path. Fuzzing runs classes of the tests.
test_classpath() {
  local log="$state/tests.log" file="$root/src/test/target/classpath.txt"
  say "compiling the tests"
  maven -q -DskipTests -Dspotless.check.skip=true -Denforcer.skip=true \
    package org.apache.maven.plugins:maven-dependency-plugin:build-classpath \
    -Dmdep.outputFile=target/classpath.txt -Dmdep.includeScope=test -pl src/test -am >"$log" 2>&1 ||
    fail "the tests do not compile (all output: $log)"
  printf '%s:%s\n' "$root/src/test/target/test-classes" "$(cat "$file")"
}
