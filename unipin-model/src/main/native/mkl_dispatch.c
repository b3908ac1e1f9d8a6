// MKL is linked into libtorch_cpu. By default, MKL chooses its kernels by the processor's vendor.
// With this file, MKL chooses its kernels by the processor's instruction sets. A processor with
// AVX-512 from another vendor than Intel then gets the AVX-512 kernels instead of the AVX2 kernels.
// MKL calls the functions below through the dynamic linker. If this library is global before
// libtorch_cpu is loaded, the library's functions replace MKL's functions.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <jni.h>

static int has_avx512(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

// MKL's matrix products call this function. If the function does not return 0, the products use the
// kernels for this processor's instruction sets.
JNIEXPORT int mkl_serv_intel_cpu_true(void) {
  __builtin_cpu_init();
  return __builtin_cpu_is("intel") || has_avx512();
}

// Vector functions, and the code that prints for MKL_VERBOSE, call this function for the same
// decision.
JNIEXPORT int mkl_serv_intel_cpu(void) { return mkl_serv_intel_cpu_true(); }

// Java loads a library without making its functions global. This function makes them global for the
// libraries that are loaded next.
JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM *vm, void *reserved) {
  (void)vm;
  (void)reserved;
  Dl_info self;
  if (!dladdr((void *)&mkl_serv_intel_cpu_true, &self) || !dlopen(self.dli_fname, RTLD_NOW | RTLD_GLOBAL | RTLD_NOLOAD)) {
    return JNI_ERR;
  }
  return JNI_VERSION_1_8;
}
