#include "kernels.hpp"

namespace unipin {

std::array<NamedKernels, 3> all_kernels() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  bool avx2 = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0 && __builtin_cpu_supports("f16c") != 0;
  bool avx512 = avx2 && __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
      __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0;
  return {{{&kAvx512Kernels, avx512}, {&kAvx2Kernels, avx2}, {&kPortableKernels, true}}};
#else
  return {{{&kPortableKernels, true}, {&kPortableKernels, true}, {&kPortableKernels, true}}};
#endif
}

}  // namespace unipin
