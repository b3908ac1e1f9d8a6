# The launch environment of every JVM that loads our native libraries: ./unipin, the server of an image, tests and the
# servers that tests start. A file to source, by sh too.
# shellcheck shell=sh

# What every JVM of ours is told, whatever it runs.
launch_options() {
  printf '%s ' -Dai.djl.offline=true -DOPT_OUT_TRACKING=true \
    "-Dai.djl.pytorch.num_threads=$OMP_NUM_THREADS" -Dai.djl.pytorch.num_interop_threads=1 \
    -Djava.awt.headless=true -XX:+ExitOnOutOfMemoryError
}

# Sets whether a card may round the inputs of float32 products to fractions of ten bits (TF32). A training may, because
# its products are then several times as fast. All other verbs keep all bits, whatever the caller's environment says.
# Usage: card_products VERB ARGUMENT...
card_products() {
  case " $* " in
    ' train'*' --device cuda'* | ' train'*' --device=cuda'*)
      export TORCH_ALLOW_TF32_CUBLAS_OVERRIDE="${TORCH_ALLOW_TF32_CUBLAS_OVERRIDE:-1}"
      ;;
    *) unset TORCH_ALLOW_TF32_CUBLAS_OVERRIDE ;;
  esac
}

# Exports what both OpenMP runtimes (libtorch's and FAISS's), BLAS and malloc read before the JVM's first line runs.
# Usage: launch_environment THREADS CACHE, where CACHE is the folder for DJL's native files.
launch_environment() {
  export OMP_NUM_THREADS="$1" OPENBLAS_NUM_THREADS="$1" MKL_NUM_THREADS="$1"
  export OMP_WAIT_POLICY=PASSIVE MALLOC_ARENA_MAX=2 OPT_OUT_TRACKING=true
  # Keeps the memory of large temporaries instead of returning it to the system and faulting it in again.
  export MALLOC_MMAP_THRESHOLD_=268435456 MALLOC_TRIM_THRESHOLD_=536870912 MALLOC_TOP_PAD_=67108864
  # One compiled kernel per matrix and number of rows: histories have many lengths.
  export ONEDNN_PRIMITIVE_CACHE_CAPACITY=16384
  export PYTORCH_FLAVOR="${PYTORCH_FLAVOR:-cpu}"
  export DJL_CACHE_DIR="$2"
  mkdir -p "$DJL_CACHE_DIR"
  chmod 700 "$DJL_CACHE_DIR"
}
