# The launch environment of every JVM that loads our native libraries: ./unipin, the server of an
# image, tests and the servers that tests start. Other scripts source this file. Some of them run in
# sh, so it has no bash syntax.
# shellcheck shell=sh

# Prints the options that each of our JVMs gets, whatever it runs. If the heap is exhausted, the JVM
# kills itself (exit code 137), as the system kills a program if the machine has no more memory. The
# first process of a container can't kill itself. It then ends by ExitOnOutOfMemoryError, with code
# 3. That option alone would not do, because code 3 is a result of other commands than serve.
launch_options() {
  printf '%s ' -Dai.djl.offline=true -DOPT_OUT_TRACKING=true \
    "-Dai.djl.pytorch.num_threads=$OMP_NUM_THREADS" -Dai.djl.pytorch.num_interop_threads=1 \
    -Djava.awt.headless=true -XX:+ExitOnOutOfMemoryError
  # The shell that the JVM starts turns ${IFS} into a blank. A blank here would split the option.
  # shellcheck disable=SC2016
  printf '%s ' '-XX:OnOutOfMemoryError=kill${IFS}-KILL${IFS}%p'
}

# Sets whether a card may round the inputs of float32 products to fractions of ten bits (TF32). A
# training may, because its products are then several times as fast. All other commands keep all
# bits, whatever the caller's environment says.
# Usage: card_products COMMAND ARGUMENT...
card_products() {
  case " $* " in
    ' train'*' --device cuda'* | ' train'*' --device=cuda'*)
      export TORCH_ALLOW_TF32_CUBLAS_OVERRIDE="${TORCH_ALLOW_TF32_CUBLAS_OVERRIDE:-1}"
      ;;
    *) unset TORCH_ALLOW_TF32_CUBLAS_OVERRIDE ;;
  esac
}

# Prints a locale of UTF-8 that this machine has. Most machines have C.UTF-8. On a machine without
# the program locale, nothing else is known.
utf8_locale() (
  for name in C.UTF-8 $(locale -a 2>/dev/null | grep -i 'utf-\{0,1\}8$'); do
    if [ "$(env LC_ALL="$name" locale charmap 2>&1)" = UTF-8 ]; then
      printf '%s\n' "$name"
      return
    fi
  done
  printf '%s\n' C.UTF-8
)

# Changes the locale if it is not one of UTF-8. The JVM decodes the command line, variables and names
# of files by the charset of the locale, and replaces every character that this charset lacks. Under
# cron or in a container there is often no locale. A locale of which the machine lacks a part counts
# as none, because the JVM then uses no part of it. The program locale prints a warning in this case.
use_utf8() {
  if [ "$(locale charmap 2>&1)" != UTF-8 ]; then
    LC_ALL="$(utf8_locale)"
    export LC_ALL
  fi
}

# Exports the variables that malloc, BLAS and both OpenMP runtimes (libtorch's and FAISS's) read.
# These libraries read the variables before the first line of Java runs. Also sets the locale.
# Usage: launch_environment THREADS CACHE, where CACHE is the folder for DJL's native files.
launch_environment() {
  use_utf8
  export OMP_NUM_THREADS="$1" OPENBLAS_NUM_THREADS="$1" MKL_NUM_THREADS="$1"
  export OMP_WAIT_POLICY=PASSIVE MALLOC_ARENA_MAX=2 OPT_OUT_TRACKING=true
  # malloc keeps the memory of large temporaries. Otherwise it would return the memory to the
  # system, and the next use would have to map it again.
  export MALLOC_MMAP_THRESHOLD_=268435456 MALLOC_TRIM_THRESHOLD_=536870912 MALLOC_TOP_PAD_=67108864
  # oneDNN compiles one kernel per matrix and number of rows, and histories have many lengths. The
  # cache must therefore hold many kernels.
  export ONEDNN_PRIMITIVE_CACHE_CAPACITY=16384
  export PYTORCH_FLAVOR="${PYTORCH_FLAVOR:-cpu}"
  export DJL_CACHE_DIR="$2"
  mkdir -p "$DJL_CACHE_DIR"
  chmod 700 "$DJL_CACHE_DIR"
}
