# shellcheck shell=bash
# Looks for the programs and libraries that UniPin needs. Installs missing ones if it has the
# rights. Uses the functions say() and fail() and the variable $state, which ./unipin defines.
: "${state:?}"

java_home() {
  local candidate version
  for candidate in "${JAVA_HOME:-}" "$(dirname "$(dirname "$(readlink -f "$(command -v javac || true)")")")" \
    /usr/lib/jvm/java-17-openjdk-*; do
    if [[ -x "$candidate/bin/javac" ]]; then
      version="$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$candidate/release" 2>/dev/null || true)"
      if [[ "${version:-0}" -ge 17 ]]; then
        printf '%s\n' "$candidate"
        return 0
      fi
    fi
  done
  return 1
}

has_file() { compgen -G "$1" >/dev/null; }

# Whether some python3 on the path has the packages that the client for Python needs.
has_grpc() {
  local python
  while read -r python; do
    "$python" -c 'import grpc, google.protobuf' 2>/dev/null && return 0
  done < <(type -ap python3)
  return 1
}

missing_packages() {
  java_home >/dev/null || echo openjdk-17-jdk-headless
  command -v mvn >/dev/null || echo maven
  command -v g++ >/dev/null || echo g++
  command -v cmake >/dev/null || echo cmake
  command -v make >/dev/null || echo make
  has_file '/usr/include/faiss/IndexHNSW.h' || has_file '/usr/local/include/faiss/IndexHNSW.h' || echo libfaiss-dev
  has_file '/usr/lib/*/libopenblas.so' || has_file '/usr/lib*/libopenblas.so' ||
    has_file '/usr/local/lib/libopenblas.so' || echo libopenblas-dev
  [[ -n "${UNIPIN_TEST:-}" ]] || return 0
  # Some tests use these programs: to observe a server, as a proxy in front of it, or to store
  # histories.
  command -v prometheus >/dev/null || echo prometheus
  command -v nginx >/dev/null || echo nginx
  command -v haproxy >/dev/null || echo haproxy
  command -v chromium >/dev/null || echo chromium
  command -v chromedriver >/dev/null || echo chromium-driver
  command -v redis-server >/dev/null || echo redis-server
  command -v python3 >/dev/null || echo python3-minimal
  has_grpc || echo python3-grpcio
  command -v node >/dev/null || echo nodejs
  command -v npm >/dev/null || echo npm
}

install_packages() {
  local sudo=() attempt package log="$state/apt.log"
  local manual="apt-get update && apt-get install -y --no-install-recommends $*"
  command -v apt-get >/dev/null || fail "please install what Debian calls: $*"
  if [[ "$(id -u)" != 0 ]]; then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
      sudo=(sudo -n)
    else
      say "these packages are missing: $*"
      fail "run this as root, then try again:  $manual"
    fi
  fi
  say "installing $*"
  # Only tests and benchmarks use these servers, and they start their own processes. The packages
  # must not start services, which could take our ports.
  for package in prometheus redis-server nginx haproxy; do
    if [[ " $* " == *" $package "* ]] && command -v systemctl >/dev/null; then
      "${sudo[@]}" systemctl mask "$package.service" >/dev/null 2>&1 || true
    fi
  done
  for attempt in 1 2; do
    if { "${sudo[@]}" apt-get update -qq &&
      "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "$@"; } >"$log" 2>&1 </dev/null; then
      return 0
    fi
    [[ "$attempt" == 2 ]] || sleep 3
  done
  tail -n 5 "$log" >&2
  fail "the installation failed (all output: $log); by hand:  $manual"
}

# Makes sure that the machine has all that the build needs. With UNIPIN_TEST, it must also have the
# programs that tests can use.
prepare_machine() {
  local packages
  mapfile -t packages < <(missing_packages)
  if [[ "${#packages[@]}" -gt 0 ]]; then
    install_packages "${packages[@]}"
    mapfile -t packages < <(missing_packages)
    [[ "${#packages[@]}" -eq 0 ]] || fail "still missing after the installation: ${packages[*]}"
  fi
  JAVA_HOME="$(java_home)"
  export JAVA_HOME
}
