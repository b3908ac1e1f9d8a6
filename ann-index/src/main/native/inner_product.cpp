#include "inner_product.hpp"

#include <faiss/utils/distances.h>
#include <immintrin.h>

namespace unipin {
namespace {

float inner_product_portable(const float* x, const float* y, std::size_t d) {
  float sums[8] = {};
  std::size_t i = 0;
  for (; i + 8 <= d; i += 8) {
    for (std::size_t j = 0; j < 8; ++j) {
      sums[j] += x[i + j] * y[i + j];
    }
  }
  float sum = ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]));
  for (; i < d; ++i) {
    sum += x[i] * y[i];
  }
  return sum;
}

__attribute__((target("avx2,fma"))) float inner_product_avx2(const float* x, const float* y, std::size_t d) {
  __m256 a = _mm256_setzero_ps();
  __m256 b = _mm256_setzero_ps();
  std::size_t i = 0;
  for (; i + 16 <= d; i += 16) {
    a = _mm256_fmadd_ps(_mm256_loadu_ps(x + i), _mm256_loadu_ps(y + i), a);
    b = _mm256_fmadd_ps(_mm256_loadu_ps(x + i + 8), _mm256_loadu_ps(y + i + 8), b);
  }
  if (i + 8 <= d) {
    a = _mm256_fmadd_ps(_mm256_loadu_ps(x + i), _mm256_loadu_ps(y + i), a);
    i += 8;
  }
  a = _mm256_add_ps(a, b);
  __m128 s = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
  s = _mm_add_ps(s, _mm_movehl_ps(s, s));
  s = _mm_add_ss(s, _mm_movehdup_ps(s));
  float sum = _mm_cvtss_f32(s);
  for (; i < d; ++i) {
    sum += x[i] * y[i];
  }
  return sum;
}

__attribute__((target("avx512f"))) float inner_product_avx512(const float* x, const float* y, std::size_t d) {
  __m512 a = _mm512_setzero_ps();
  __m512 b = _mm512_setzero_ps();
  std::size_t i = 0;
  for (; i + 32 <= d; i += 32) {
    a = _mm512_fmadd_ps(_mm512_loadu_ps(x + i), _mm512_loadu_ps(y + i), a);
    b = _mm512_fmadd_ps(_mm512_loadu_ps(x + i + 16), _mm512_loadu_ps(y + i + 16), b);
  }
  for (; i < d; i += 16) {
    std::size_t left = d - i;
    __mmask16 mask = left < 16 ? static_cast<__mmask16>((1U << left) - 1U) : static_cast<__mmask16>(0xffff);
    b = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(mask, x + i), _mm512_maskz_loadu_ps(mask, y + i), b);
  }
  return _mm512_reduce_add_ps(_mm512_add_ps(a, b));
}

InnerProduct choose() {
  for (const NamedKernel& candidate : inner_product_kernels()) {
    if (candidate.runs) {
      return candidate.kernel;
    }
  }
  return inner_product_portable;
}

const InnerProduct chosen = choose();

}  // namespace

std::array<NamedKernel, 3> inner_product_kernels() {
  __builtin_cpu_init();
  bool avx512 = __builtin_cpu_supports("avx512f") != 0;
  bool avx2 = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
  return {{
      {"AVX-512", inner_product_avx512, avx512},
      {"AVX2", inner_product_avx2, avx2},
      {"portable", inner_product_portable, true},
  }};
}

InnerProduct inner_product_kernel() { return chosen; }

}  // namespace unipin

// Stands in for the SSE kernel of the distribution's build, see CMakeLists.txt.
float faiss::fvec_inner_product(const float* x, const float* y, std::size_t d) { return unipin::chosen(x, y, d); }
