#include <immintrin.h>

#include "kernels.hpp"
#include "vectors_avx512.hpp"
#include "kernel_functions.hpp"

/*
 * Attention in bfloat16 with AVX512_BF16, whose instruction vdpbf16ps adds two products of bfloat16 numbers to each of 16
 * floats. As in kernel_tiles.hpp, nothing of the standard library is used.
 */
namespace {

using unipin::Attention;
using std::size_t;
using std::uint16_t;

constexpr size_t kPanel = unipin::kHalfPanel;
constexpr size_t kTileRows = 6;
constexpr size_t kWidest = 128;

/** Rounds 32 floats to bfloat16. */
inline __m512i halves_of(Vec low, Vec high) { return (__m512i)_mm512_cvtne2ps_pbh(high, low); }

/** Adds two products of bfloat16 numbers to each lane of sums. */
inline void multiply_add_halves(Vec& sums, __m512i a, __m512i b) {
#if defined(__AVX512BF16__)
  asm("vdpbf16ps %2, %1, %0" : "+v"(sums) : "v"(a), "v"(b));  // not the intrinsic; kernels_vnni.cpp says why
#else
  sums = _mm512_dpbf16_ps(sums, a, b);
#endif
}

/** Multiplies R rows of a by V vectors of pairs. Row k of b holds numbers 2 k and 2 k + 1 of each column side by side. */
template <size_t R, size_t V>
inline void tile(
    const uint16_t* a, size_t a_stride, const uint16_t* b, size_t b_stride, size_t pairs, Vec (&sums)[R][V]) {
#pragma GCC unroll 8
  for (size_t i = 0; i < R; ++i) {
#pragma GCC unroll 4
    for (size_t j = 0; j < V; ++j) {
      sums[i][j] = zero();
    }
  }
  for (size_t k = 0; k < pairs; ++k) {
    __m512i w[V];
#pragma GCC unroll 4
    for (size_t j = 0; j < V; ++j) {
      w[j] = _mm512_loadu_si512(b + k * b_stride + j * 2 * kLanes);
    }
#pragma GCC unroll 8
    for (size_t i = 0; i < R; ++i) {
      int pair = 0;
      __builtin_memcpy(&pair, a + i * a_stride + 2 * k, sizeof(pair));
      __m512i x = _mm512_set1_epi32(pair);
#pragma GCC unroll 4
      for (size_t j = 0; j < V; ++j) {
        multiply_add_halves(sums[i][j], x, w[j]);
      }
    }
  }
}

/**
 * Rounds n floats to bfloat16, where n is rounded up to a multiple of 32. The results may begin at the address of the
 * floats.
 */
inline void narrow(size_t n, const float* from, uint16_t* to) {
  for (size_t j = 0; j < n; j += 2 * kLanes) {
    _mm512_storeu_si512(to + j, halves_of(load(from + j), load(from + j + kLanes)));
  }
}

/** Rounds the numbers of one head. `width` is a multiple of 16. Zeros fill the result up to a multiple of 32. */
inline void narrow_head(size_t width, const float* from, uint16_t* to) {
  for (size_t k = 0; k < width; k += 2 * kLanes) {
    Vec high = k + kLanes < width ? load(from + k + kLanes) : zero();
    _mm512_storeu_si512(to + k, halves_of(load(from + k), high));
  }
}

void turn_keys(size_t n, size_t width, const float* keys, uint16_t* panels) {
  // A pair of columns has the size of a float, so pairs can be transposed as floats.
  constexpr size_t kStride = kWidest / 2;
  size_t pairs = width / 2;
  alignas(64) float rounded[kLanes * kStride];
  alignas(64) float turned[kLanes * kLanes];
  for (size_t j = 0; j < n; j += kPanel) {
    for (size_t r = 0; r < kPanel; r += kLanes) {
      size_t left = j + r < n ? n - j - r : 0;
      size_t rows = left < kLanes ? left : kLanes;
      for (size_t i = 0; i < rows; ++i) {
        narrow_head(width, keys + (j + r + i) * width, reinterpret_cast<uint16_t*>(rounded + i * kStride));
      }
      for (size_t k = 0; k < pairs; k += kLanes) {
        transposed(rounded + k, kStride, rows, turned, kLanes);
        for (size_t i = 0; i < kLanes && k + i < pairs; ++i) {
          _mm512_storeu_ps(panels + j * width + (k + i) * 2 * kPanel + 2 * r, load(turned + i * kLanes));
        }
      }
    }
  }
}

void turn_values(size_t n, size_t width, const float* values, uint16_t* pairs) {
  uint16_t order[2 * kLanes];
  for (size_t i = 0; i < kLanes; ++i) {
    order[2 * i] = static_cast<uint16_t>(i);
    order[2 * i + 1] = static_cast<uint16_t>(kLanes + i);
  }
  __m512i alternating = _mm512_loadu_si512(order);
  for (size_t j = 0; j < n; j += 2) {
    for (size_t k = 0; k < width; k += kLanes) {
      Vec second = j + 1 < n ? load(values + (j + 1) * width + k) : zero();
      __m512i both = halves_of(load(values + j * width + k), second);
      _mm512_storeu_si512(pairs + j * width + 2 * k, _mm512_permutexvar_epi16(alternating, both));
    }
  }
}

/**
 * For each of R rows, sums the values of `pairs` pairs of keys, weighted by shares. Computes V vectors of columns from
 * `column` on.
 */
template <size_t R, size_t V>
inline void mix(
    const Attention& attention, size_t row, const uint16_t* values, size_t pairs, const uint16_t* shares, size_t stride,
    const Softmax* softmaxes, size_t column) {
  Vec sums[R][V];
  tile<R, V>(shares, stride, values + 2 * column, 2 * attention.width, pairs, sums);
#pragma GCC unroll 8
  for (size_t i = 0; i < R; ++i) {
    put_mixed(attention, row + i, column, sums[i], softmaxes[i]);
  }
}

template <size_t R>
void attend_tile(const Attention& attention, const uint16_t* keys, const uint16_t* values, size_t row) {
  size_t seen = attention.seen + (attention.causal ? row : 0);
  size_t most = attention.causal ? seen + R - 1 : seen;
  most = most < attention.square ? attention.square : most;
  size_t stride = unipin::stride_of(most);
  size_t width = attention.width;
  const float* queries = attention.queries + row * attention.query_stride;
  uint16_t rounded[R * kWidest];
  for (size_t i = 0; i < R; ++i) {
    narrow_head(width, queries + i * attention.query_stride, rounded + i * kWidest);
  }
  for (size_t n = 0; n < most; n += kPanel) {
    Vec sums[R][4];
    tile<R, 4>(rounded, kWidest, keys + n * width, 2 * kPanel, width / 2, sums);
#pragma GCC unroll 8
    for (size_t i = 0; i < R; ++i) {
#pragma GCC unroll 4
      for (size_t j = 0; j < 4; ++j) {
        store_to(attention.scores + i * stride + n + j * kLanes, sums[i][j]);
      }
    }
  }
  Softmax softmaxes[R];
  for (size_t i = 0; i < R; ++i) {
    float* scores = attention.scores + i * stride;
    bool with_own = attention.own_keys != nullptr;
    float own = with_own ? dot(width, queries + i * attention.query_stride,
                               attention.own_keys + (row + i) * attention.own_stride)
                         : 0;
    softmaxes[i] = softmax(scores, attention.causal ? seen + i : seen, most + most % 2, with_own, own);
    narrow(most, scores, reinterpret_cast<uint16_t*>(scores));
  }
  const auto* shares = reinterpret_cast<const uint16_t*>(attention.scores);
  size_t pairs = (most + 1) / 2;
  size_t column = 0;
  for (; column + 4 * kLanes <= width; column += 4 * kLanes) {
    mix<R, 4>(attention, row, values, pairs, shares, 2 * stride, softmaxes, column);
  }
  for (; column + 2 * kLanes <= width; column += 2 * kLanes) {
    mix<R, 2>(attention, row, values, pairs, shares, 2 * stride, softmaxes, column);
  }
  for (; column < width; column += kLanes) {
    mix<R, 1>(attention, row, values, pairs, shares, 2 * stride, softmaxes, column);
  }
}

void attend(const Attention& attention, const uint16_t* keys, const uint16_t* values) {
  size_t i = 0;
  for (; i + kTileRows <= attention.rows; i += kTileRows) {
    attend_tile<kTileRows>(attention, keys, values, i);
  }
  switch (attention.rows - i) {
    case 1: attend_tile<1>(attention, keys, values, i); break;
    case 2: attend_tile<2>(attention, keys, values, i); break;
    case 3: attend_tile<3>(attention, keys, values, i); break;
    case 4: attend_tile<4>(attention, keys, values, i); break;
    case 5: attend_tile<5>(attention, keys, values, i); break;
    default: break;
  }
}

}  // namespace

namespace unipin {
const HalfAttention kBf16Attention{turn_keys, turn_values, attend};
}  // namespace unipin
