# shellcheck shell=bash
# Runs a command of ./unipin in a JVM. Uses the variables $root and $state of ./unipin, and
# bin/env.sh and bin/gpu.sh.
: "${root:?} ${state:?}"

# Prints how many bytes of memory this process may use: the memory of the machine, or the limit of
# the container if it is lower.
memory_bytes() {
  local total limit
  total=$(($(sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo) * 1024))
  limit="$(cat /sys/fs/cgroup/memory.max 2>/dev/null || echo max)"
  [[ "$limit" =~ ^[0-9]+$ && "$limit" -lt "$total" ]] && total="$limit"
  echo "$total"
}

# Prints the options of a command that runs for a short time. -Xlog:disable keeps the JVM from
# printing that it cannot use an archive of classes.
short_options() { printf '%s ' -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xlog:disable; }

# Prints the file into which a build has written the classes that a command loads, in the form in
# which the JVM needs them. A command that uses this file starts in less time.
# Usage: class_archive FOLDER-OF-BUILD
class_archive() { printf '%s/classes.jsa' "$1"; }

launch() {
  local verb="${1:-}" threads=1 memory options=()
  # A training computes each step on all cores. All other commands compute each request on one core.
  [[ "$verb" == train ]] && threads="$(nproc)"
  gpu_environment
  launch_environment "$threads" "$state/djl"
  card_products "$@"
  memory="$(memory_bytes)"
  options=(
    "-Xmx$((memory / 4 / 1048576))m" "-XX:MaxDirectMemorySize=$((memory / 2 / 1048576))m"
    "-Dunipin.root=$root" -XX:-UsePerfData
  )
  # shellcheck disable=SC2207  # options without spaces
  options+=($(launch_options))
  case "$verb ${2:-}" in
    # These benchmarks put load on a server on the same cores. Minutes of compilation by the JVM
    # would be additional load.
    'bench overload' | 'bench pauses' | 'bench swap' | 'bench soak' | 'bench cluster') options+=(-XX:TieredStopAtLevel=1 -XX:+UseSerialGC) ;;
    'serve '* | 'train '* | 'evaluate '* | 'bench '* | 'loadtest '* | 'try '* | 'import '* | 'validate '*) ;;
    *)
      # shellcheck disable=SC2207  # options without spaces
      options+=($(short_options))
      [[ ! -s "$(class_archive "$state/app")" ]] || options+=("-XX:SharedArchiveFile=$(class_archive "$state/app")")
      ;;
  esac
  # Benchmarks start many servers, and their logs should not hide the results.
  [[ "$verb" != bench ]] || export UNIPIN_LOG_LEVEL="${UNIPIN_LOG_LEVEL:-WARN}"
  # Progress bars are for people. If standard error is a file or a pipe, progress is plain lines.
  [[ ! -t 2 ]] || options+=(-Dunipin.terminal=true)
  # If input and output are both a terminal, the shell of unipin prompts and completes.
  [[ ! -t 0 || ! -t 1 ]] || options+=(-Dunipin.interactive=true)
  # shellcheck disable=SC2206  # options of the JVM, separated by spaces
  [[ -z "${UNIPIN_JAVA_OPTIONS:-}" ]] || options+=(${UNIPIN_JAVA_OPTIONS})
  exec "$JAVA_HOME/bin/java" "${options[@]}" -cp "$(cat "$state/app/classpath")" io.unipin.cli.Main "$@"
}
