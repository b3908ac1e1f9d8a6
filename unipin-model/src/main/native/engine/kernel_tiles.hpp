/*
 * The kernels, written with a vector type of the including file.
 *
 * The file is compiled once per instruction set and uses nothing of the standard library. Otherwise the linker could take
 * an inline function that was compiled for this instruction set, and use it in code for other processors.
 *
 * The including file first defines kName, kLanes, kPanelVecs (vectors of a row of a panel), Vec, and:
 *   zero() spread(float) load(pointer) store_to(pointer, Vec) add sub mul min max divide root
 *   multiply_add(a, b, c) = a b + c, rounded once      nearest(Vec) the nearest integers
 *   times_power(a, n) = a 2^n for integers n           swapped(Vec) with neighbouring lanes exchanged
 *   sum(Vec) largest(Vec) first(Vec) over all lanes; the first lane
 *   zero_below(x, bound, y) = y where x >= bound, else 0
 *   absolute(Vec)
 *   load_half(pointer) store_half(pointer, Vec) float16
 *   load_int8(pointer) store_int8(pointer, Vec) of integers -127 to 127
 *   transposed(src, stride, rows, dst, stride): kLanes x kLanes; rows from `rows` on are zeros
 */
#include "kernel_functions.hpp"

namespace {

using unipin::Attention;
using unipin::KvType;
using unipin::Matrix;
using unipin::Then;
using std::size_t;

constexpr size_t kPanel = kPanelVecs * kLanes;
/** Rows of a full tile: with them a tile's sums just fit into the registers. */
constexpr size_t kTileRows = 6;
/** Distance of prefetching, in rows of a panel. */
constexpr size_t kAhead = 4096 / (kPanel * sizeof(float));

/** Multiplies R rows of a by V vectors of a panel's columns. Each sum adds its terms in the order of k. */
template <size_t R, size_t V, Then kThen>
inline void tile(const float* a, size_t a_stride, const float* panel, size_t columns, float* c, size_t c_stride) {
  Vec sums[R][V];
#pragma GCC unroll 8
  for (size_t i = 0; i < R; ++i) {
#pragma GCC unroll 4
    for (size_t j = 0; j < V; ++j) {
      sums[i][j] = zero();
    }
  }
  for (size_t k = 0; k < columns; ++k) {
    const float* weights = panel + k * kPanel;
    Vec w[V];
#pragma GCC unroll 4
    for (size_t j = 0; j < V; ++j) {
      w[j] = load(weights + j * kLanes);
    }
#pragma GCC unroll 4
    for (size_t line = 0; line < kPanel; line += 16) {
      __builtin_prefetch(weights + kAhead * kPanel + line);
    }
#pragma GCC unroll 8
    for (size_t i = 0; i < R; ++i) {
      Vec x = spread(a[i * a_stride + k]);
#pragma GCC unroll 4
      for (size_t j = 0; j < V; ++j) {
        sums[i][j] = multiply_add(x, w[j], sums[i][j]);
      }
    }
  }
#pragma GCC unroll 8
  for (size_t i = 0; i < R; ++i) {
#pragma GCC unroll 4
    for (size_t j = 0; j < V; ++j) {
      float* out = c + i * c_stride + j * kLanes;
      Vec v = sums[i][j];
      if (kThen == Then::kAdd) {
        v = add(load(out), v);
      } else if (kThen == Then::kGelu) {
        v = gelu_of(v);
      }
      store_to(out, v);
    }
  }
}

template <Then kThen>
void rest(size_t m, const float* a, size_t a_stride, const float* panel, size_t columns, float* c, size_t c_stride) {
  switch (m) {
    case 1: tile<1, kPanelVecs, kThen>(a, a_stride, panel, columns, c, c_stride); break;
    case 2: tile<2, kPanelVecs, kThen>(a, a_stride, panel, columns, c, c_stride); break;
    case 3: tile<3, kPanelVecs, kThen>(a, a_stride, panel, columns, c, c_stride); break;
    case 4: tile<4, kPanelVecs, kThen>(a, a_stride, panel, columns, c, c_stride); break;
    case 5: tile<5, kPanelVecs, kThen>(a, a_stride, panel, columns, c, c_stride); break;
    default: break;
  }
}

/** Multiplies 7 or 8 rows: with half of a panel's width, all rows fit into one tile, so each weight is read once. */
template <Then kThen>
void few(size_t m, const float* a, size_t a_stride, const float* panel, size_t columns, float* c, size_t c_stride) {
  constexpr size_t kHalf = kPanelVecs / 2;
  for (size_t j = 0; j < kPanel; j += kHalf * kLanes) {
    if (m == 8) {
      tile<8, kHalf, kThen>(a, a_stride, panel + j, columns, c + j, c_stride);
    } else {
      tile<7, kHalf, kThen>(a, a_stride, panel + j, columns, c + j, c_stride);
    }
  }
}

template <Then kThen>
void product_then(size_t m, const float* a, size_t a_stride, const Matrix& w, float* c, size_t c_stride) {
  for (size_t n = 0; n < w.rows; n += kPanel) {
    const float* panel = w.panels + n * w.columns;
    if (m == 7 || m == 8) {
      few<kThen>(m, a, a_stride, panel, w.columns, c + n, c_stride);
      continue;
    }
    size_t i = 0;
    for (; i + kTileRows <= m; i += kTileRows) {
      tile<kTileRows, kPanelVecs, kThen>(a + i * a_stride, a_stride, panel, w.columns, c + i * c_stride + n, c_stride);
    }
    rest<kThen>(m - i, a + i * a_stride, a_stride, panel, w.columns, c + i * c_stride + n, c_stride);
  }
}

void product(size_t m, const float* a, size_t a_stride, const Matrix& w, float* c, size_t c_stride, Then then) {
  switch (then) {
    case Then::kStore: product_then<Then::kStore>(m, a, a_stride, w, c, c_stride); break;
    case Then::kAdd: product_then<Then::kAdd>(m, a, a_stride, w, c, c_stride); break;
    case Then::kGelu: product_then<Then::kGelu>(m, a, a_stride, w, c, c_stride); break;
  }
}

void norm(size_t m, size_t width, const float* x, size_t x_stride, float* y, size_t y_stride) {
  for (size_t i = 0; i < m; ++i) {
    const float* in = x + i * x_stride;
    Vec total = zero();
    for (size_t j = 0; j < width; j += kLanes) {
      total = add(total, load(in + j));
    }
    Vec mean = spread(sum(total) / static_cast<float>(width));
    Vec squares = zero();
    for (size_t j = 0; j < width; j += kLanes) {
      Vec v = sub(load(in + j), mean);
      squares = multiply_add(v, v, squares);
    }
    Vec scale = divide(spread(1.0F), root(spread(sum(squares) / static_cast<float>(width) + 1e-5F)));
    for (size_t j = 0; j < width; j += kLanes) {
      store_to(y + i * y_stride + j, mul(sub(load(in + j), mean), scale));
    }
  }
}

void gelu(size_t n, float* x) {
  for (size_t j = 0; j < n; j += kLanes) {
    store_to(x + j, gelu_of(load(x + j)));
  }
}

/** SiLU(x) = x / (1 + e^-x) = x s, where s = 1 / (1 + e^-|x|) or, for x < 0, 1 less that: e^-|x| / (1 + e^-|x|). */
void gate(size_t n, const float* x, float* y) {
  for (size_t j = 0; j < n; j += kLanes) {
    Vec v = load(x + j);
    Vec e = exp_of(sub(zero(), absolute(v)));
    Vec positive = zero_below(v, zero(), spread(1.0F));
    // 1 for x >= 0, e for x < 0
    Vec numerator = add(positive, mul(e, sub(spread(1.0F), positive)));
    Vec share = divide(numerator, add(spread(1.0F), e));
    store_to(y + j, mul(load(y + j), mul(v, share)));
  }
}

void turn(size_t width, const float* rotation, float* x) {
  for (size_t j = 0; j < width; j += kLanes) {
    Vec v = load(x + j);
    Vec other = mul(swapped(v), load(rotation + width + j));
    store_to(x + j, multiply_add(v, load(rotation + j), other));
  }
}

/** Sums the values of `most` keys, weighted by R rows of scores, for V vectors of columns from `column` on. */
template <size_t R, size_t V>
inline void mix(
    const Attention& attention, size_t row, size_t most, const float* scores, size_t stride, const Softmax* softmaxes,
    size_t column) {
  Vec sums[R][V];
#pragma GCC unroll 8
  for (size_t i = 0; i < R; ++i) {
#pragma GCC unroll 4
    for (size_t j = 0; j < V; ++j) {
      sums[i][j] = zero();
    }
  }
  const float* values = attention.values + column;
  for (size_t k = 0; k < most; ++k) {
    Vec v[V];
#pragma GCC unroll 4
    for (size_t j = 0; j < V; ++j) {
      v[j] = load(values + k * attention.width + j * kLanes);
    }
#pragma GCC unroll 8
    for (size_t i = 0; i < R; ++i) {
      Vec x = spread(scores[i * stride + k]);
#pragma GCC unroll 4
      for (size_t j = 0; j < V; ++j) {
        sums[i][j] = multiply_add(x, v[j], sums[i][j]);
      }
    }
  }
#pragma GCC unroll 8
  for (size_t i = 0; i < R; ++i) {
    put_mixed(attention, row + i, column, sums[i], softmaxes[i]);
  }
}

template <size_t R>
void attend_tile(const Attention& attention, size_t row) {
  size_t seen = attention.seen + (attention.causal ? row : 0);
  size_t most = attention.causal ? seen + R - 1 : seen;
  most = most < attention.square ? attention.square : most;
  size_t stride = unipin::stride_of(most);
  const float* queries = attention.queries + row * attention.query_stride;
  for (size_t n = 0; n < most; n += kPanel) {
    tile<R, kPanelVecs, Then::kStore>(
        queries, attention.query_stride, attention.keys + n * attention.width, attention.width, attention.scores + n, stride);
  }
  Softmax softmaxes[R];
  for (size_t i = 0; i < R; ++i) {
    bool with_own = attention.own_keys != nullptr;
    float own = with_own ? dot(attention.width, queries + i * attention.query_stride,
                               attention.own_keys + (row + i) * attention.own_stride)
                         : 0;
    size_t sees = attention.causal ? seen + i : seen;
    softmaxes[i] = softmax(attention.scores + i * stride, sees, most, with_own, own);
  }
  size_t column = 0;
  for (; column + kPanel <= attention.width; column += kPanel) {
    mix<R, kPanelVecs>(attention, row, most, attention.scores, stride, softmaxes, column);
  }
  if (kPanelVecs == 4 && column + kPanel / 2 <= attention.width) {
    mix<R, kPanelVecs / 2>(attention, row, most, attention.scores, stride, softmaxes, column);
    column += kPanel / 2;
  }
  for (; column < attention.width; column += kLanes) {
    mix<R, 1>(attention, row, most, attention.scores, stride, softmaxes, column);
  }
}

void attend(const Attention& attention) {
  size_t i = 0;
  for (; i + kTileRows <= attention.rows; i += kTileRows) {
    attend_tile<kTileRows>(attention, i);
  }
  switch (attention.rows - i) {
    case 1: attend_tile<1>(attention, i); break;
    case 2: attend_tile<2>(attention, i); break;
    case 3: attend_tile<3>(attention, i); break;
    case 4: attend_tile<4>(attention, i); break;
    case 5: attend_tile<5>(attention, i); break;
    default: break;
  }
}

void turn_keys(size_t n, size_t width, const float* keys, float* panels) {
  for (size_t j = 0; j < n; j += kPanel) {
    for (size_t r = 0; r < kPanel; r += kLanes) {
      size_t left = j + r < n ? n - j - r : 0;
      for (size_t k = 0; k < width; k += kLanes) {
        transposed(
            keys + (j + r) * width + k, width, left < kLanes ? left : kLanes, panels + j * width + k * kPanel + r, kPanel);
      }
    }
  }
}

void store(KvType type, size_t width, const float* x, void* row, std::uint16_t* step) {
  if (type == KvType::kFloat32) {
    for (size_t j = 0; j < width; j += kLanes) {
      store_to(static_cast<float*>(row) + j, load(x + j));
    }
    return;
  }
  if (type == KvType::kFloat16) {
    for (size_t j = 0; j < width; j += kLanes) {
      store_half(static_cast<std::uint16_t*>(row) + j, load(x + j));
    }
    return;
  }
  Vec peak = zero();
  for (size_t j = 0; j < width; j += kLanes) {
    peak = max(peak, absolute(load(x + j)));
  }
  alignas(64) std::uint16_t steps[kLanes];
  store_half(steps, max(divide(spread(largest(peak)), spread(127.0F)), spread(unipin::kSmallestStep)));
  *step = steps[0];
  Vec size = load_half(steps);
  for (size_t j = 0; j < width; j += kLanes) {
    Vec multiple = nearest(divide(load(x + j), size));
    store_int8(static_cast<std::int8_t*>(row) + j, max(min(multiple, spread(127.0F)), spread(-127.0F)));
  }
}

void widen(KvType type, size_t n, size_t width, const void* rows, const std::uint16_t* steps, float* out) {
  if (type == KvType::kInt8) {
    for (size_t i = 0; i < n; ++i) {
      std::uint16_t same[kLanes];
      for (size_t lane = 0; lane < kLanes; ++lane) {
        same[lane] = steps[i];
      }
      Vec step = load_half(same);
      for (size_t j = i * width; j < (i + 1) * width; j += kLanes) {
        store_to(out + j, mul(load_int8(static_cast<const std::int8_t*>(rows) + j), step));
      }
    }
    return;
  }
  for (size_t j = 0; j < n * width; j += kLanes) {
    Vec v = type == KvType::kFloat32 ? load(static_cast<const float*>(rows) + j)
                                     : load_half(static_cast<const std::uint16_t*>(rows) + j);
    store_to(out + j, v);
  }
}

constexpr unipin::Kernels kKernels{kName, kPanel, product, norm, gelu, gate, turn, attend, turn_keys, store, widen};

}  // namespace
