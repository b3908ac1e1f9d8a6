#include "arithmetic.hpp"

namespace unipin {
namespace {

#if defined(__x86_64__)
bool has_avx2() {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0 && __builtin_cpu_supports("f16c") != 0;
}

bool has_avx512() {
  return has_avx2() && __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
      __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0;
}

void add_floats(std::vector<Arithmetic>& found) {
  if (has_avx512()) {
    found.push_back({"avx512", &kAvx512Kernels});
  }
  if (has_avx2()) {
    found.push_back({"avx2", &kAvx2Kernels});
  }
}

void add_bytes(std::vector<Arithmetic>& found) {
  if (!has_avx512() || __builtin_cpu_supports("avx512vnni") == 0) {
    return;
  }
  if (__builtin_cpu_supports("avx512bf16") != 0) {
    found.push_back({"avx512_vnni_bf16", &kAvx512Kernels, &kVnniKernels, &kBf16Attention});
  }
  found.push_back({"avx512_vnni", &kAvx512Kernels, &kVnniKernels});
}
#else
void add_floats(std::vector<Arithmetic>&) {}
void add_bytes(std::vector<Arithmetic>&) {}
#endif

}  // namespace

std::vector<Arithmetic> arithmetics(bool int8) {
  std::vector<Arithmetic> found;
  if (int8) {
    add_bytes(found);
    found.push_back({"portable", &kPortableKernels, &kPortableByteKernels});
  } else {
    add_floats(found);
    found.push_back({"portable", &kPortableKernels});
  }
  return found;
}

}  // namespace unipin
