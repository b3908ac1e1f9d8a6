#include <immintrin.h>

#include "kernels.hpp"

namespace {

constexpr std::size_t kLanes = 8;
constexpr std::size_t kQueriesInTile = 2;
using Vec = __m256;

inline Vec zero() { return _mm256_setzero_ps(); }
inline Vec multiply_add(Vec a, Vec b, Vec c) { return _mm256_fmadd_ps(a, b, c); }

inline Vec load(const float* from) { return _mm256_loadu_ps(from); }
inline Vec load_first(const float* from, std::size_t count) {
  __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_maskload_ps(from, _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)), lane));
}

inline Vec load(const unipin::half_t* from) {
  return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
}
inline Vec load_first(const unipin::half_t* from, std::size_t count) {
  unipin::half_t padded[kLanes] = {};
  for (std::size_t i = 0; i < count; ++i) {
    padded[i] = from[i];
  }
  return load(padded);
}

inline Vec load(const std::uint8_t* from) {
  return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from))));
}
inline Vec load_first(const std::uint8_t* from, std::size_t count) {
  std::uint8_t padded[kLanes] = {};
  for (std::size_t i = 0; i < count; ++i) {
    padded[i] = from[i];
  }
  return load(padded);
}

/** Returns four partial sums of two lanes each. */
inline __m128 half(Vec v) { return _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1)); }

template <std::size_t R>
struct Sums;
template <>
struct Sums<1> {
  static void write(const Vec* v, float* out) {
    __m128 sum = half(v[0]);
    sum = _mm_hadd_ps(sum, sum);
    *out = _mm_cvtss_f32(_mm_hadd_ps(sum, sum));
  }
};
template <>
struct Sums<4> {
  static void write(const Vec* v, float* out) {
    __m128 low = _mm_hadd_ps(half(v[0]), half(v[1]));
    __m128 high = _mm_hadd_ps(half(v[2]), half(v[3]));
    _mm_storeu_ps(out, _mm_hadd_ps(low, high));
  }
};

}  // namespace

#include "kernel_tiles.hpp"

namespace unipin {

const Kernels kAvx2Kernels{
    "AVX2", row_kernels_here<float>(), row_kernels_here<half_t>(), row_kernels_here<std::uint8_t>()};

}  // namespace unipin
