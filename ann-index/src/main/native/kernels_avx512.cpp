#include <immintrin.h>

#include "kernels.hpp"

namespace {

constexpr std::size_t kLanes = 16;
constexpr std::size_t kQueriesInTile = 4;
using Vec = __m512;

inline Vec zero() { return _mm512_setzero_ps(); }
inline Vec multiply_add(Vec a, Vec b, Vec c) { return _mm512_fmadd_ps(a, b, c); }

inline __mmask16 first(std::size_t count) { return static_cast<__mmask16>((1U << count) - 1U); }

inline Vec load(const float* from) { return _mm512_loadu_ps(from); }
inline Vec load_first(const float* from, std::size_t count) { return _mm512_maskz_loadu_ps(first(count), from); }

inline Vec load(const unipin::half_t* from) {
  return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
}
inline Vec load_first(const unipin::half_t* from, std::size_t count) {
  return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(first(count), from));
}

inline Vec load(const std::uint8_t* from) {
  return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from))));
}
inline Vec load_first(const std::uint8_t* from, std::size_t count) {
  return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(first(count), from)));
}

/** Returns four partial sums of four lanes each. */
inline __m128 quarter(Vec v) {
  __m256 half = _mm256_add_ps(_mm512_castps512_ps256(v), _mm512_extractf32x8_ps(v, 1));
  return _mm_add_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1));
}

template <std::size_t R>
struct Sums;
template <>
struct Sums<1> {
  static void write(const Vec* v, float* out) {
    __m128 sum = quarter(v[0]);
    sum = _mm_hadd_ps(sum, sum);
    *out = _mm_cvtss_f32(_mm_hadd_ps(sum, sum));
  }
};
template <>
struct Sums<4> {
  static void write(const Vec* v, float* out) {
    __m128 low = _mm_hadd_ps(quarter(v[0]), quarter(v[1]));
    __m128 high = _mm_hadd_ps(quarter(v[2]), quarter(v[3]));
    _mm_storeu_ps(out, _mm_hadd_ps(low, high));
  }
};

}  // namespace

#include "kernel_tiles.hpp"

namespace unipin {

const Kernels kAvx512Kernels{
    "AVX-512", row_kernels_here<float>(), row_kernels_here<half_t>(), row_kernels_here<std::uint8_t>()};

}  // namespace unipin
