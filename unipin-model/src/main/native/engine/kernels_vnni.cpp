#include <immintrin.h>

#include "kernels.hpp"
#include "vectors_avx512.hpp"
#include "kernel_functions.hpp"

/*
 * Products of bytes with AVX512_VNNI, whose instruction vpdpbusd adds four products of an unsigned and a signed byte to each
 * of 16 ints. As in kernel_tiles.hpp, nothing of the standard library is used.
 */
namespace {

using unipin::ByteMatrix;
using unipin::Then;
using unipin::kBytePanel;
using std::size_t;

/** The number of vectors in one row of a panel. */
constexpr size_t kVecs = kBytePanel / kLanes;
constexpr size_t kTileRows = 6;
/** The number of bytes that four columns of a panel take. */
constexpr size_t kLine = 4 * kBytePanel;
/** How far ahead weights are prefetched, in units of kLine bytes. */
constexpr size_t kAhead = 4096 / kLine;

/** Adds four products of bytes to each lane of sums. */
inline void multiply_add_bytes(__m512i& sums, __m512i unsigned_bytes, __m512i signed_bytes) {
#if defined(__AVX512VNNI__)
  // With _mm512_dpbusd_epi32, GCC 12 would copy the sums between registers and memory. That takes twice the time.
  asm("vpdpbusd %2, %1, %0" : "+v"(sums) : "v"(unsigned_bytes), "v"(signed_bytes));
#else
  sums = _mm512_dpbusd_epi32(sums, unsigned_bytes, signed_bytes);
#endif
}

/** Rounds 16 floats to bytes. */
inline void store_bytes(std::uint8_t* to, Vec x, Vec inverse) {
  Vec multiple = min(max(mul(x, inverse), spread(-128.0F)), spread(127.0F));  // NaN becomes -128
  __m512i bytes = _mm512_add_epi32(_mm512_cvtps_epi32(multiple), _mm512_set1_epi32(128));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm512_cvtepi32_epi8(bytes));
}

/** The place for the results of a product. They are floats, or bytes if GELU is applied. */
struct Target {
  float* floats;
  std::uint8_t* bytes;
  size_t stride;
  Vec inverse;

  Target at(size_t row, size_t column) const {
    size_t place = row * stride + column;
    return {floats == nullptr ? nullptr : floats + place, bytes == nullptr ? nullptr : bytes + place, stride, inverse};
  }
};

/** Applies GELU to rows of vectors. Inside `tile`, the constants of GELU would take registers from the sums. */
__attribute__((noinline)) void gelu_to_bytes(size_t rows, size_t vectors, const float* x, Target target) {
  for (size_t i = 0; i < rows; ++i) {
    for (size_t j = 0; j < vectors; ++j, x += kLanes) {
      store_bytes(target.bytes + i * target.stride + j * kLanes, gelu_of(load(x)), target.inverse);
    }
  }
}

/** Multiplies R rows of a by V vectors of a panel's columns, from column n of the result on. */
template <size_t R, size_t V, Then kThen>
inline void tile(const std::uint8_t* a, size_t a_stride, const ByteMatrix& w, size_t n, Target target) {
  size_t depth = unipin::byte_depth(w.columns);
  const std::int8_t* panel = w.panels + n / kBytePanel * depth * kBytePanel + n % kBytePanel * 4;
  __m512i sums[R][V];
#pragma GCC unroll 8
  for (size_t i = 0; i < R; ++i) {
#pragma GCC unroll 4
    for (size_t j = 0; j < V; ++j) {
      sums[i][j] = _mm512_loadu_si512(w.offsets + n + j * kLanes);
    }
  }
  for (size_t k = 0; k < depth; k += 4) {
    const std::int8_t* line = panel + k * kBytePanel;
    __m512i weights[V];
#pragma GCC unroll 4
    for (size_t j = 0; j < V; ++j) {
      weights[j] = _mm512_loadu_si512(line + j * 4 * kLanes);
      __builtin_prefetch(line + kAhead * kLine + j * 4 * kLanes);
    }
#pragma GCC unroll 8
    for (size_t i = 0; i < R; ++i) {
      int four = 0;
      __builtin_memcpy(&four, a + i * a_stride + k, sizeof(four));
      __m512i x = _mm512_set1_epi32(four);
#pragma GCC unroll 4
      for (size_t j = 0; j < V; ++j) {
        multiply_add_bytes(sums[i][j], x, weights[j]);
      }
    }
  }
  constexpr bool kGelu = kThen == Then::kGelu;
  alignas(64) float before_gelu[kGelu ? R * V * kLanes : 1];
  float* floats = kGelu ? before_gelu : target.floats;
  size_t stride = kGelu ? V * kLanes : target.stride;
#pragma GCC unroll 8
  for (size_t i = 0; i < R; ++i) {
#pragma GCC unroll 4
    for (size_t j = 0; j < V; ++j) {
      float* out = floats + i * stride + j * kLanes;
      Vec v = mul(_mm512_cvtepi32_ps(sums[i][j]), load(w.steps + n + j * kLanes));
      store_to(out, kThen == Then::kAdd ? add(load(out), v) : v);
    }
  }
  if (kGelu) {
    gelu_to_bytes(R, V, before_gelu, target);
  }
}

template <Then kThen>
void rest(size_t m, const std::uint8_t* a, size_t a_stride, const ByteMatrix& w, size_t n, Target target) {
  switch (m) {
    case 1: tile<1, kVecs, kThen>(a, a_stride, w, n, target); break;
    case 2: tile<2, kVecs, kThen>(a, a_stride, w, n, target); break;
    case 3: tile<3, kVecs, kThen>(a, a_stride, w, n, target); break;
    case 4: tile<4, kVecs, kThen>(a, a_stride, w, n, target); break;
    case 5: tile<5, kVecs, kThen>(a, a_stride, w, n, target); break;
    default: break;
  }
}

/** Multiplies 7 or 8 rows. In tiles of half a panel's width, all rows fit into one tile. So each weight is read once. */
template <Then kThen>
void few(size_t m, const std::uint8_t* a, size_t a_stride, const ByteMatrix& w, size_t n, Target target) {
  constexpr size_t kHalf = kVecs / 2;
  for (size_t j = 0; j < kBytePanel; j += kHalf * kLanes) {
    if (m == 8) {
      tile<8, kHalf, kThen>(a, a_stride, w, n + j, target.at(0, j));
    } else {
      tile<7, kHalf, kThen>(a, a_stride, w, n + j, target.at(0, j));
    }
  }
}

template <Then kThen>
void product_then(size_t m, const std::uint8_t* a, size_t a_stride, const ByteMatrix& w, Target target) {
  for (size_t n = 0; n < w.rows; n += kBytePanel) {
    if (m == 7 || m == 8) {
      few<kThen>(m, a, a_stride, w, n, target.at(0, n));
      continue;
    }
    size_t i = 0;
    for (; i + kTileRows <= m; i += kTileRows) {
      tile<kTileRows, kVecs, kThen>(a + i * a_stride, a_stride, w, n, target.at(i, n));
    }
    rest<kThen>(m - i, a + i * a_stride, a_stride, w, n, target.at(i, n));
  }
}

void product(
    size_t m, const std::uint8_t* a, size_t a_stride, const ByteMatrix& w, float* c, size_t c_stride, Then then) {
  Target target{c, nullptr, c_stride, zero()};
  if (then == Then::kAdd) {
    product_then<Then::kAdd>(m, a, a_stride, w, target);
  } else {
    product_then<Then::kStore>(m, a, a_stride, w, target);
  }
}

void product_gelu(
    size_t m, const std::uint8_t* a, size_t a_stride, const ByteMatrix& w, float inverse, std::uint8_t* y,
    size_t y_stride) {
  product_then<Then::kGelu>(m, a, a_stride, w, Target{nullptr, y, y_stride, spread(inverse)});
}

void round_all(
    size_t m, size_t width, const float* x, size_t x_stride, float inverse, std::uint8_t* y, size_t y_stride) {
  Vec factor = spread(inverse);
  for (size_t i = 0; i < m; ++i) {
    for (size_t k = 0; k < width; k += kLanes) {
      store_bytes(y + i * y_stride + k, load(x + i * x_stride + k), factor);
    }
  }
}

}  // namespace

namespace unipin {
const ByteKernels kVnniKernels{"avx512_vnni", round_all, product, product_gelu};
}  // namespace unipin
