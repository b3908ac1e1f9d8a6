#!/usr/bin/env bash
# Runs the program on a bare machine that has a card, Python with torch, and g++, but no Java. The
# program comes from a pack of gpu/java-pack.sh. DJL's own natives fit only one version of torch, so
# this script compiles gpu/torch_jni.cc for the torch of this machine. A run therefore tests the
# service on the card, but not with the libtorch that ./unipin gpu setup finds.
# Usage: gpu/java.sh DIR run COMMAND...       a command of ./unipin, for example: bench device
#        gpu/java.sh DIR test [-DX=Y] CLASS   classes of tests, say with -Dunipin.device=cuda
# DIR holds java.tar.xz. All files that this script makes go there, too. PYTHON names the Python
# that has torch, and JAVA_OPTIONS adds options of the JVM.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"
# shellcheck source=bin/env.sh
source "$root/bin/env.sh"
usage="usage: gpu/java.sh DIR test|run ARGUMENT..."
mkdir -p "${1:?$usage}/torch"
work="$(cd "$1" && pwd -P)"
what="${2:?$usage}"
shift 2

python="${PYTHON:-python3}"
[[ -d "$work/jre" ]] || "$python" -m tarfile --extract "$work/java.tar.xz" "$work"
torch="$("$python" -c 'import os, torch; print(os.path.dirname(torch.__file__))')"

# DJL loads all libraries of a folder. $work/torch therefore gets links to the needed libraries
# only. It also gets libdjl_torch.so, which DJL then loads in place of its own natives.
for library in "$torch"/lib/lib{c10,c10_cuda,torch,torch_cpu,torch_cuda,gomp*,caffe2_nvrtc}.so*; do
  [[ ! -e "$library" ]] || ln -sf "$library" "$work/torch/"
done
if [[ "$root/gpu/torch_jni.cc" -nt "$work/torch/libdjl_torch.so" ]]; then
  begin=$SECONDS
  libraries=(-ltorch -ltorch_cpu -lc10)
  [[ ! -e "$torch/lib/libtorch_cuda.so" ]] || libraries+=(-ltorch_cuda -lc10_cuda)
  g++ -std=c++20 -O1 -fPIC -shared -w -I"$work/include" -I"$torch/include" \
    -I"$torch/include/torch/csrc/api/include" "$root/gpu/torch_jni.cc" \
    -o "$work/torch/libdjl_torch.so" -L"$torch/lib" -Wl,--no-as-needed "${libraries[@]}"
  echo "natives compiled in $((SECONDS - begin)) s"
fi

# The loader resolves the dependencies of a linked library in the folder of the link. The search
# path must therefore name the folders of torch and CUDA.
packages="$(dirname "$torch")"
folders="$({ find "$packages/nvidia" -type d -name lib 2>/dev/null || true; } | paste -s -d ':')"
export LD_LIBRARY_PATH="$torch/lib${folders:+:$folders}${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
flavour=cpu
[[ ! -e "$work/torch/libtorch_cuda.so" ]] || flavour=cu128
export PYTORCH_LIBRARY_PATH="$work/torch" PYTORCH_FLAVOR="$flavour"
launch_environment 1 "$work/djl"
classpath="$(find "$work/lib" "$work/tests" -name '*.jar' | sort | paste -s -d ':')"
# shellcheck disable=SC2206,SC2207  # options without spaces
options=($(launch_options) "-Dunipin.root=$root" -XX:MaxDirectMemorySize=8g ${JAVA_OPTIONS:-})

case "$what" in
  run) exec "$work/jre/bin/java" "${options[@]}" -cp "$classpath" io.unipin.cli.Main "$@" ;;
  test)
    classes=()
    for argument in "$@"; do
      [[ "$argument" == -* ]] && options+=("$argument") || classes+=(--select-class "$argument")
    done
    exec "$work/jre/bin/java" "${options[@]}" -cp "$classpath" \
      org.junit.platform.console.ConsoleLauncher execute --disable-banner --disable-ansi-colors \
      --details=tree "${classes[@]}"
    ;;
  *) echo "$usage" >&2 && exit 2 ;;
esac
