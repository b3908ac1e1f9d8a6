# shellcheck shell=bash
# Runs all tests. Uses the function say() and the variables $root and $state of ./unipin, and
# bin/env.sh and bin/build.sh.
: "${root:?} ${state:?}"

# Prints the files in which Surefire reports the tests of this run.
reports() {
  find "$root" -path '*/target/surefire-reports/TEST-*.xml' -newer "$1" -print0
}

# Prints one line with the numbers of tests, failures, errors and skipped tests.
summary_of() {
  reports "$1" | xargs -0 -r grep -h -m 1 -A 1 '<testsuite ' | tr '\n' ' ' | awk '
    { while (match($0, / (tests|errors|skipped|failures)="[0-9]+"/)) {
        split(substr($0, RSTART + 1, RLENGTH - 2), part, "=\""); sum[part[1]] += part[2]
        $0 = substr($0, RSTART + RLENGTH) } }
    END { printf "%d tests, %d failures, %d errors, %d skipped",
          sum["tests"], sum["failures"], sum["errors"], sum["skipped"] }'
}

# Prints one line for each reason why tests were skipped.
skipped_of() {
  { reports "$1" | xargs -0 -r grep -h -o '<skipped message="[^"]*"' || true; } |
    sed 's/^<skipped message="\(Assumption failed: \)*//; s/"$//' | LC_ALL=C sort | uniq -c |
    while read -r count reason; do say "skipped $count: $reason"; done
}

# Installs the packages that the tests of the Node client use, in the versions of its lock file.
node_packages() {
  local folder="$state/node" source="$root/clients/node" log="$state/npm.log"
  ! cmp -s "$source/package-lock.json" "$folder/installed.json" || return 0
  say "installing the packages of the Node client"
  mkdir -p "$folder"
  rm -f "$folder/installed.json"
  cp "$source"/package{,-lock}.json "$folder"
  (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund) >"$log" 2>&1 </dev/null || {
    tail -n 5 "$log" >&2
    fail "the packages of the Node client could not be installed (all output: $log)"
  }
  cp "$source/package-lock.json" "$folder/installed.json"
}

test_help() {
  printf '%s\n' 'Usage: unipin test [MAVEN ARGUMENT...]' 'Runs all tests and checks of the build.' '' \
    'Environment:' \
    '  UNIPIN_TEST=all      leaves no test out: installs the programs that tests use, and fails without them' \
    '  UNIPIN_TEST=nightly  the same, with more rounds of the tests that take long' '' \
    'Example:' '  ./unipin test' '  ./unipin test -pl kv-cache -am'
}

# Runs the tests. The last line says whether they passed, and how many ran.
run_tests() {
  local status=0 begin=$SECONDS marker="$state/tests-began" outcome=PASSED
  if [[ "${1:-}" == -h || "${1:-}" == --help ]]; then
    test_help
    return 0
  fi
  exec 9>"$state/lock"
  flock 9
  touch "$marker"
  # A native test that passed under the sanitizers leaves a file, and runs again only when its
  # sources changed. If no test may be left out, deletes these files.
  [[ -z "${UNIPIN_TEST:-}" ]] ||
    rm -f "$root"/{ann-index/target/native,unipin-model/target/native-engine}/{,sanitized/}*.passed
  case "${UNIPIN_TEST:-all}" in
    all | nightly) ;;
    *) fail "UNIPIN_TEST: all or nightly expected, got '$UNIPIN_TEST'" ;;
  esac
  [[ -z "${UNIPIN_TEST:-}" ]] || node_packages
  launch_environment 1 "$state/djl"
  say "running all tests"
  maven -T 2 -Dstyle.color=never verify "$@" || status=$?
  [[ "$status" == 0 ]] || outcome=FAILED
  skipped_of "$marker"
  printf 'unipin test: %s: %s in %d s\n' "$outcome" "$(summary_of "$marker")" "$((SECONDS - begin))"
  return "$status"
}
