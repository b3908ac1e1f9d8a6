# shellcheck shell=bash
# Makes an NVIDIA card usable. ./unipin gpu setup finds the CUDA build of libtorch and writes
# $state/gpu.env, which bin/launch.sh reads. Uses the functions say() and fail() and the variable
# $state, which ./unipin defines.
: "${state:?}"

# The versions of libtorch and CUDA that the engine is made for, and what they require: CUDA 12
# needs driver 525 or newer, and the attention kernels need this compute capability or a higher one.
GPU_TORCH=2.7.1
GPU_FLAVOR=cu128
GPU_DRIVER=525
GPU_CAPABILITY=8.0
GPU_DOWNLOAD="https://download.pytorch.org/libtorch/$GPU_FLAVOR/libtorch-cxx11-abi-shared-with-deps-$GPU_TORCH%2B$GPU_FLAVOR.zip"

gpu_help() {
  printf '%s\n' 'Usage: unipin gpu setup [--libtorch DIR|ZIP|URL]' \
    'Checks driver, cards and the CUDA build of libtorch, and lets UniPin use them.' '' \
    'Looks for libtorch in this order: --libtorch, PYTORCH_LIBRARY_PATH, a Python with torch. If there is none, offers' \
    'to download it. Other verbs then run on this libtorch; UNIPIN_DEVICE=cpu leaves it out. The device itself stays' \
    'a choice of its own: engine.device for a server, --device for a training.' '' \
    'Example:' '  ./unipin gpu setup --libtorch /opt/libtorch' '  ./unipin gpu check'
}

# Whether the first version is at least the second. A version is numbers separated by dots.
at_least() { [[ "$(printf '%s\n' "$2" "$1" | sort -V | head -n 1)" == "$2" ]]; }

# Fails unless this machine has a driver and a card that the engine can use. Names every card.
gpu_cards() {
  local listed name driver capability memory usable=0 index=0 old=''
  command -v nvidia-smi >/dev/null || fail "no NVIDIA driver: nvidia-smi is not there"
  listed="$(nvidia-smi --query-gpu=name,driver_version,compute_cap,memory.total --format=csv,noheader 2>&1)" ||
    fail "the NVIDIA driver does not work: nvidia-smi says: $(head -n 1 <<<"$listed")"
  [[ "$listed" == *,* ]] || fail "an NVIDIA card expected, nvidia-smi lists none"
  while IFS=',' read -r name driver capability memory; do
    driver="${driver# }" capability="${capability# }"
    at_least "$driver" "$GPU_DRIVER" || fail "NVIDIA driver $GPU_DRIVER or newer expected, got $driver"
    if at_least "$capability" "$GPU_CAPABILITY"; then
      say "card $index: $name, driver $driver, compute capability $capability,$memory"
      usable=1
    else
      old="${old:+$old, }$capability ($name)"
    fi
    index=$((index + 1))
  done <<<"$listed"
  [[ "$usable" == 1 ]] || fail "a card of compute capability $GPU_CAPABILITY or more expected, got $old"
  [[ -z "$old" ]] || say "not usable for want of compute capability $GPU_CAPABILITY: $old"
}

# If the torch of python3 has the right version, prints the folder of its libraries. Does not load
# torch.
python_torch() {
  local folder
  command -v python3 >/dev/null || return 1
  folder="$(python3 -c 'import importlib.util as u; print(u.find_spec("torch").submodule_search_locations[0])' 2>/dev/null)" ||
    return 1
  [[ "$(gpu_version "$folder/lib")" == "$GPU_TORCH"* && -e "$folder/lib/libtorch_cuda.so" ]] || return 1
  printf '%s\n' "$folder/lib"
}

# Unpacks an archive of libtorch into $state/libtorch.
gpu_unzip() {
  command -v unzip >/dev/null || fail "unzip expected on the PATH, not found"
  rm -rf "$state/libtorch.new"
  unzip -q "$1" -d "$state/libtorch.new" || fail "an archive of libtorch expected, got $1"
  [[ -d "$state/libtorch.new/libtorch" ]] || fail "an archive with the folder libtorch expected, got $1"
  rm -rf "$state/libtorch"
  mv "$state/libtorch.new/libtorch" "$state/libtorch"
  rm -rf "$state/libtorch.new"
}

gpu_download() {
  command -v curl >/dev/null || fail "curl expected on the PATH, not found"
  say "downloading $1"
  curl -fL --retry 3 -o "$state/libtorch.zip" "$1" || fail "the download failed: $1"
  gpu_unzip "$state/libtorch.zip"
  rm -f "$state/libtorch.zip"
}

# Sets $lib to the folder of libtorch's libraries. Usage: gpu_find [DIR|ZIP|URL]
gpu_find() {
  local answer
  case "${1:-}" in
    http://* | https://*)
      gpu_download "$1"
      lib="$state/libtorch"
      ;;
    *.zip)
      [[ -f "$1" ]] || fail "an archive of libtorch expected, got $1"
      gpu_unzip "$1"
      lib="$state/libtorch"
      ;;
    ?*) lib="$1" ;;
    *) lib="${PYTORCH_LIBRARY_PATH:-$(python_torch || true)}" ;;
  esac
  if [[ -z "$lib" && -t 0 ]]; then
    read -r -p "unipin: download libtorch $GPU_TORCH for CUDA, about 3 GB, from pytorch.org? [y/N] " answer || answer=n
    [[ "$answer" != [yY]* ]] || gpu_download "$GPU_DOWNLOAD"
    [[ "$answer" != [yY]* ]] || lib="$state/libtorch"
  fi
  [[ -n "$lib" ]] || fail "a CUDA build of libtorch $GPU_TORCH expected, found none: unpack $GPU_DOWNLOAD, and give its folder with --libtorch"
  [[ ! -e "$lib/lib/libtorch.so" ]] || lib="$lib/lib"
  [[ -e "$lib/libtorch.so" ]] || fail "a folder with libtorch.so expected, got $lib"
  lib="$(cd "$lib" && pwd -P)"
}

# Prints the version that libtorch's archive or Python package states; prints nothing if neither states one.
gpu_version() {
  cat "$1/../build-version" 2>/dev/null || sed -n "s/^__version__ = '\(.*\)'.*/\1/p" "$1/../version.py" 2>/dev/null || true
}

# Fails unless the folder holds the CUDA build that DJL's natives are built for, and the loader finds all libraries that
# this build needs. Usage: gpu_libraries FOLDER LIBRARY_PATH
gpu_libraries() {
  local version needed missing
  [[ -e "$1/libtorch_cuda.so" ]] || fail "a CUDA build of libtorch expected, got $1 without libtorch_cuda.so"
  [[ ! -e "$1/libjnitorch.so" ]] ||
    fail "libc10*, libtorch* and libgomp* alone expected, got libjnitorch.so in $1: copy those to a folder of their own"
  version="$(gpu_version "$1")"
  case "$version" in
    "$GPU_TORCH+cu12"* | "$GPU_TORCH") ;;
    '') say "the version of $1 is not known: $GPU_TORCH for CUDA 12 expected" ;;
    *) fail "libtorch $GPU_TORCH for CUDA 12 expected, got $version in $1" ;;
  esac
  needed="$(LD_LIBRARY_PATH="$2" ldd "$1/libtorch_cuda.so" 2>&1)" ||
    fail "a library expected, got $1/libtorch_cuda.so: ldd says: $(head -n 1 <<<"$needed")"
  missing="$(awk '/not found/ { print $1 }' <<<"$needed" | sort -u | paste -s -d ' ')"
  [[ -z "$missing" ]] || fail "libraries of CUDA expected for $1/libtorch_cuda.so, not found: $missing"
  say "libtorch ${version:-of unknown version} in $1"
}

gpu_setup() {
  local lib='' given='' path
  while [[ $# -gt 0 ]]; do
    case "$1" in
      -h | --help)
        gpu_help
        return 0
        ;;
      --libtorch=?*) given="${1#*=}" ;;
      --libtorch)
        given="${2:-}"
        [[ -n "$given" ]] || fail "--libtorch: a folder, archive or address expected, got none"
        shift
        ;;
      *) fail "gpu setup: --libtorch expected, got $1" ;;
    esac
    shift
  done
  gpu_cards
  gpu_find "$given"
  path="$lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
  gpu_libraries "$lib" "$path"
  {
    printf '# Written by ./unipin gpu setup, and read by the other verbs unless UNIPIN_DEVICE is cpu.\n'
    printf '%s=%q\n' PYTORCH_LIBRARY_PATH "$lib" PYTORCH_FLAVOR "$GPU_FLAVOR" LD_LIBRARY_PATH "$path" \
      PYTORCH_CUDA_ALLOC_CONF expandable_segments:True
  } >"$state/gpu.env.new"
  mv "$state/gpu.env.new" "$state/gpu.env"
  say "wrote $state/gpu.env: ./unipin gpu check computes on the card, engine.device: cuda serves on it"
}

# Exports the variables of gpu.env, unless UNIPIN_DEVICE is cpu.
gpu_environment() {
  local file="$state/gpu.env" before="${LD_LIBRARY_PATH:-}"
  [[ -r "$file" && "${UNIPIN_DEVICE:-}" != cpu ]] || return 0
  set -a
  # shellcheck source=/dev/null
  source "$file"
  set +a
  [[ "$before" == "$LD_LIBRARY_PATH"* ]] || LD_LIBRARY_PATH="$LD_LIBRARY_PATH${before:+:$before}"
  [[ -e "$PYTORCH_LIBRARY_PATH/libtorch_cuda.so" ]] ||
    fail "libtorch_cuda.so expected in $PYTORCH_LIBRARY_PATH, which $file names: run ./unipin gpu setup, or set UNIPIN_DEVICE=cpu"
}
