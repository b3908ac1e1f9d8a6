#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

/*
 * The intrinsics of kernels_avx512.cpp, kernels_bf16.cpp and kernels_vnni.cpp in plain C++, written from their definitions
 * in Intel's guide. With this header in place of the compiler's, engine_test checks those files on a processor without
 * AVX-512.
 */
struct __m512 {
  float lane[16];
};
struct __m512d {
  double lane[8];
};
struct __m512i {
  std::int32_t lane[16];
};
struct __m256i {
  std::uint16_t lane[16];
};
struct __m128i {
  std::int8_t lane[16];
};
using __mmask16 = std::uint16_t;

enum { _MM_FROUND_TO_NEAREST_INT = 0, _MM_FROUND_NO_EXC = 8, _CMP_NLT_UQ = 0x15 };

#define EMULATED_EACH(name, parameters, value)      \
  inline __m512 name parameters {                   \
    __m512 r;                                       \
    for (int i = 0; i < 16; ++i) r.lane[i] = value; \
    return r;                                       \
  }

EMULATED_EACH(_mm512_setzero_ps, (), 0.0F)
EMULATED_EACH(_mm512_set1_ps, (float x), x)
EMULATED_EACH(_mm512_add_ps, (__m512 a, __m512 b), a.lane[i] + b.lane[i])
EMULATED_EACH(_mm512_sub_ps, (__m512 a, __m512 b), a.lane[i] - b.lane[i])
EMULATED_EACH(_mm512_mul_ps, (__m512 a, __m512 b), a.lane[i] * b.lane[i])
EMULATED_EACH(_mm512_div_ps, (__m512 a, __m512 b), a.lane[i] / b.lane[i])
EMULATED_EACH(_mm512_min_ps, (__m512 a, __m512 b), a.lane[i] < b.lane[i] ? a.lane[i] : b.lane[i])
EMULATED_EACH(_mm512_max_ps, (__m512 a, __m512 b), a.lane[i] > b.lane[i] ? a.lane[i] : b.lane[i])
EMULATED_EACH(_mm512_sqrt_ps, (__m512 a), std::sqrt(a.lane[i]))
EMULATED_EACH(_mm512_abs_ps, (__m512 a), std::fabs(a.lane[i]))
EMULATED_EACH(_mm512_fmadd_ps, (__m512 a, __m512 b, __m512 c), std::fma(a.lane[i], b.lane[i], c.lane[i]))
EMULATED_EACH(_mm512_roundscale_ps, (__m512 a, int), std::nearbyint(a.lane[i]))
EMULATED_EACH(_mm512_scalef_ps, (__m512 a, __m512 b), std::ldexp(a.lane[i], static_cast<int>(std::floor(b.lane[i]))))
/** For each position within a group of four lanes, two bits of the control choose a lane of the group. */
EMULATED_EACH(_mm512_permute_ps, (__m512 a, int control), a.lane[i / 4 * 4 + (control >> (i % 4 * 2) & 3)])
EMULATED_EACH(_mm512_maskz_mov_ps, (__mmask16 mask, __m512 a), (mask >> i & 1) != 0 ? a.lane[i] : 0.0F)
EMULATED_EACH(_mm512_unpacklo_ps, (__m512 a, __m512 b), (i % 2 == 0 ? a : b).lane[i / 4 * 4 + i % 4 / 2])
EMULATED_EACH(_mm512_unpackhi_ps, (__m512 a, __m512 b), (i % 2 == 0 ? a : b).lane[i / 4 * 4 + 2 + i % 4 / 2])
EMULATED_EACH(_mm512_cvtepi32_ps, (__m512i a), static_cast<float>(a.lane[i]))
/** Two bits of the control choose a group of four lanes: of a for the first two groups, of b for the others. */
EMULATED_EACH(
    _mm512_shuffle_f32x4, (__m512 a, __m512 b, int control), (i < 8 ? a : b).lane[(control >> (i / 4 * 2) & 3) * 4 + i % 4])

inline __m512 _mm512_loadu_ps(const void* from) {
  __m512 r;
  std::memcpy(&r, from, sizeof(r));
  return r;
}
inline void _mm512_storeu_ps(void* to, __m512 a) { std::memcpy(to, &a, sizeof(a)); }
inline __m256i _mm256_loadu_si256(const __m256i* from) {
  __m256i r;
  std::memcpy(&r, from, sizeof(r));
  return r;
}
inline void _mm256_storeu_si256(__m256i* to, __m256i a) { std::memcpy(to, &a, sizeof(a)); }
inline __m128i _mm_loadu_si128(const __m128i* from) {
  __m128i r;
  std::memcpy(&r, from, sizeof(r));
  return r;
}
inline void _mm_storeu_si128(__m128i* to, __m128i a) { std::memcpy(to, &a, sizeof(a)); }

inline float _mm512_cvtss_f32(__m512 a) { return a.lane[0]; }
inline float _mm512_reduce_add_ps(__m512 a) {
  for (int half = 8; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) a.lane[i] += a.lane[i + half];
  }
  return a.lane[0];
}
inline float _mm512_reduce_max_ps(__m512 a) {
  for (int i = 1; i < 16; ++i) a.lane[0] = a.lane[i] > a.lane[0] ? a.lane[i] : a.lane[0];
  return a.lane[0];
}
/** Supports only the comparison "not less than, or unordered". */
inline __mmask16 _mm512_cmp_ps_mask(__m512 a, __m512 b, int) {
  unsigned mask = 0;
  for (int i = 0; i < 16; ++i) mask |= (a.lane[i] < b.lane[i] ? 0U : 1U) << i;
  return static_cast<__mmask16>(mask);
}

inline __m512d _mm512_castps_pd(__m512 a) {
  __m512d r;
  std::memcpy(&r, &a, sizeof(r));
  return r;
}
inline __m512 _mm512_castpd_ps(__m512d a) {
  __m512 r;
  std::memcpy(&r, &a, sizeof(r));
  return r;
}
inline __m512d _mm512_unpacklo_pd(__m512d a, __m512d b) {
  __m512d r;
  for (int i = 0; i < 8; ++i) std::memcpy(&r.lane[i], &(i % 2 == 0 ? a : b).lane[i / 2 * 2], sizeof(double));
  return r;
}
inline __m512d _mm512_unpackhi_pd(__m512d a, __m512d b) {
  __m512d r;
  for (int i = 0; i < 8; ++i) std::memcpy(&r.lane[i], &(i % 2 == 0 ? a : b).lane[i / 2 * 2 + 1], sizeof(double));
  return r;
}

inline __m512 _mm512_cvtph_ps(__m256i a) {
  __m512 r;
  for (int i = 0; i < 16; ++i) {
    _Float16 half;
    std::memcpy(&half, &a.lane[i], sizeof(half));
    r.lane[i] = static_cast<float>(half);
  }
  return r;
}
inline __m256i _mm512_cvtps_ph(__m512 a, int) {
  __m256i r;
  for (int i = 0; i < 16; ++i) {
    auto half = static_cast<_Float16>(a.lane[i]);
    std::memcpy(&r.lane[i], &half, sizeof(half));
  }
  return r;
}
inline __m512i _mm512_cvtepi8_epi32(__m128i a) {
  __m512i r;
  for (int i = 0; i < 16; ++i) r.lane[i] = a.lane[i];
  return r;
}
inline __m128i _mm512_cvtepi32_epi8(__m512i a) {
  __m128i r;
  for (int i = 0; i < 16; ++i) r.lane[i] = static_cast<std::int8_t>(a.lane[i]);
  return r;
}
inline __m512i _mm512_loadu_si512(const void* from) {
  __m512i r;
  std::memcpy(&r, from, sizeof(r));
  return r;
}
inline __m512i _mm512_set1_epi32(int x) {
  __m512i r;
  for (int i = 0; i < 16; ++i) r.lane[i] = x;
  return r;
}
inline __m512i _mm512_add_epi32(__m512i a, __m512i b) {
  for (int i = 0; i < 16; ++i) a.lane[i] += b.lane[i];
  return a;
}
/** The lowest byte of a lane is the first in memory. */
inline __m512i _mm512_dpbusd_epi32(__m512i sums, __m512i a, __m512i b) {
  std::uint8_t unsigned_bytes[64];
  std::int8_t signed_bytes[64];
  std::memcpy(unsigned_bytes, &a, sizeof(a));
  std::memcpy(signed_bytes, &b, sizeof(b));
  for (int i = 0; i < 64; ++i) sums.lane[i / 4] += unsigned_bytes[i] * signed_bytes[i];
  return sums;
}
using __m512bh = __m512i;

inline void _mm512_storeu_si512(void* to, __m512i a) { std::memcpy(to, &a, sizeof(a)); }
/** Rounds to the nearest number of bfloat16. If two are equally near, takes the even one. */
inline std::uint16_t emulated_bfloat16(float x) {
  std::uint32_t bits;
  std::memcpy(&bits, &x, sizeof(bits));
  bool nan = (bits & 0x7fffffffU) > 0x7f800000U;
  return static_cast<std::uint16_t>(nan ? bits >> 16 | 0x40U : (bits + 0x7fffU + (bits >> 16 & 1U)) >> 16);
}
inline float emulated_float(std::uint16_t x) {
  std::uint32_t bits = std::uint32_t{x} << 16;
  float r;
  std::memcpy(&r, &bits, sizeof(r));
  return r;
}
inline __m512bh _mm512_cvtne2ps_pbh(__m512 a, __m512 b) {
  std::uint16_t halves[32];
  for (int i = 0; i < 16; ++i) {
    halves[i] = emulated_bfloat16(b.lane[i]);
    halves[16 + i] = emulated_bfloat16(a.lane[i]);
  }
  return _mm512_loadu_si512(halves);
}
inline __m512 _mm512_dpbf16_ps(__m512 sums, __m512bh a, __m512bh b) {
  std::uint16_t x[32];
  std::uint16_t y[32];
  std::memcpy(x, &a, sizeof(a));
  std::memcpy(y, &b, sizeof(b));
  for (int i = 0; i < 16; ++i) {
    sums.lane[i] = std::fma(emulated_float(x[2 * i + 1]), emulated_float(y[2 * i + 1]), sums.lane[i]);
    sums.lane[i] = std::fma(emulated_float(x[2 * i]), emulated_float(y[2 * i]), sums.lane[i]);
  }
  return sums;
}
inline __m512i _mm512_permutexvar_epi16(__m512i order, __m512i a) {
  std::uint16_t from[32];
  std::uint16_t places[32];
  std::uint16_t to[32];
  std::memcpy(from, &a, sizeof(a));
  std::memcpy(places, &order, sizeof(order));
  for (int i = 0; i < 32; ++i) to[i] = from[places[i] % 32];
  return _mm512_loadu_si512(to);
}
inline __m512i _mm512_cvtps_epi32(__m512 a) {
  __m512i r;
  for (int i = 0; i < 16; ++i) r.lane[i] = static_cast<std::int32_t>(std::nearbyint(a.lane[i]));
  return r;
}
