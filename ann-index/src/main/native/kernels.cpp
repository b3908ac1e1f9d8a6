#include "kernels.hpp"

namespace unipin {
namespace {

const Kernels& choose() {
  for (const NamedKernels& candidate : all_kernels()) {
    if (candidate.run) {
      return *candidate.kernels;
    }
  }
  return kPortableKernels;
}

const Kernels& chosen = choose();

}  // namespace

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

const Kernels& kernels() { return chosen; }

template <>
const RowKernels<float>& row_kernels<float>() {
  return chosen.float32;
}
template <>
const RowKernels<half_t>& row_kernels<half_t>() {
  return chosen.float16;
}
template <>
const RowKernels<std::uint8_t>& row_kernels<std::uint8_t>() {
  return chosen.code8;
}

}  // namespace unipin
