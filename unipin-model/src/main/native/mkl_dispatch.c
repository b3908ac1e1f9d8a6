// Lets MKL, which is linked into libtorch_cpu, choose its kernels by what the processor can do instead of by who made it: a processor
// with AVX-512 that is not Intel's gets AVX-512 kernels instead of AVX2 ones. MKL calls the functions below through the dynamic linker,
// so definitions that are global before libtorch_cpu is loaded take the place of its own.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <jni.h>

static int has_avx512(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

// Not 0: take the kernels made for this processor's instruction sets. Asked by the products.
JNIEXPORT int mkl_serv_intel_cpu_true(void) {
  __builtin_cpu_init();
  return __builtin_cpu_is("intel") || has_avx512();
}

// The same, asked by vector functions and by what MKL_VERBOSE prints.
JNIEXPORT int mkl_serv_intel_cpu(void) { return mkl_serv_intel_cpu_true(); }

// Java loads libraries for themselves only; this one is there for the next.
JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM *vm, void *reserved) {
  (void)vm;
  (void)reserved;
  Dl_info self;
  if (!dladdr((void *)&mkl_serv_intel_cpu_true, &self) || !dlopen(self.dli_fname, RTLD_NOW | RTLD_GLOBAL | RTLD_NOLOAD)) {
    return JNI_ERR;
  }
  return JNI_VERSION_1_8;
}
