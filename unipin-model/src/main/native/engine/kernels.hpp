#pragma once

#include <cstddef>
#include <cstdint>

namespace unipin {

/** Every row of working memory and every matrix begins at a multiple of this number of floats. */
constexpr std::size_t kRowUnit = 64;

/** Returns the distance between rows of working memory that have room for `width` floats. */
static constexpr std::size_t stride_of(std::size_t width) { return (width + kRowUnit - 1) / kRowUnit * kRowUnit; }

/** The types of stored keys and values. The numbers are those of EngineNative.java. */
enum class KvType { kFloat32 = 0, kFloat16 = 1, kInt8 = 2 };

static constexpr std::size_t bytes_of(KvType type) {
  return type == KvType::kFloat32 ? 4 : type == KvType::kFloat16 ? 2 : 1;
}

/** What happens to the result of a product before it is written. */
enum class Then { kStore, kAdd, kGelu };

/**
 * A matrix (rows, columns) in panels of Kernels::panel rows, which P stands for. Element (n, k) lies at
 * [n / P * columns * P + k * P + n % P]. Rows of zeros fill the last panel.
 */
struct Matrix {
  std::size_t rows = 0;
  std::size_t columns = 0;
  const float* panels = nullptr;
};

/**
 * The attention of query rows to the keys and values of one head. D is the width of a head.
 *
 * Row i attends to the first `seen` keys, or, if `causal`, to the first `seen + i`. Own keys are the keys of the query
 * rows themselves. If there are own keys, row i also attends to own key i.
 *
 * If `square` is larger than the number of keys that a row sees, kernels for vectors multiply the row by the first `square`
 * keys. Keys that the row does not see then get the share 0. Results do not depend on `square` if all numbers are finite.
 */
struct Attention {
  std::size_t rows = 0;
  std::size_t width = 0;  // D: 16, 32, 64 or 128
  std::size_t seen = 0;   // at least 1
  bool causal = false;
  std::size_t square = 0;
  const float* queries = nullptr;  // row i at queries + i * query_stride, scaled
  std::size_t query_stride = 0;
  const float* keys = nullptr;    // panels of turn_keys
  const float* values = nullptr;  // (keys, D)
  const float* own_keys = nullptr;  // row i at own_keys + i * own_stride, or null
  const float* own_values = nullptr;
  std::size_t own_stride = 0;
  float* scores = nullptr;  // room for scores_for(keys) floats
  float* out = nullptr;     // row i at out + i * out_stride
  std::size_t out_stride = 0;
};

/** The largest number of rows whose scores a kernel computes together. */
constexpr std::size_t kMostTileRows = 8;

/** Returns the room for scores that attention to a number of keys needs. */
static constexpr std::size_t scores_for(std::size_t keys) { return kMostTileRows * stride_of(keys + kMostTileRows); }

/**
 * The functions that compute the passes, for one kind of processor.
 *
 * A row's result never depends on the other rows of a call: every sum adds its terms in one order, whatever the number of
 * rows. So a history gives the same bits however its rows are split over calls. Between two kinds of processors, results
 * differ by rounding.
 *
 * Pointers to working memory and to matrices are multiples of 64 bytes unless a comment says otherwise. Rows of working
 * memory lie stride_of(width) floats apart. Columns past the width may be written and have no meaning.
 */
struct Kernels {
  const char* name;
  std::size_t panel;

  /** Multiplies rows a (m, w.columns) by w and writes c (m, w.rows). Fills c's row up to a whole panel. */
  void (*product)(
      std::size_t m, const float* a, std::size_t a_stride, const Matrix& w, float* c, std::size_t c_stride, Then then);

  /** Normalises rows x (m, width) to mean 0 and variance 1. width is a multiple of 16. */
  void (*norm)(std::size_t m, std::size_t width, const float* x, std::size_t x_stride, float* y, std::size_t y_stride);

  /** Applies GELU to x (n). n is a multiple of 16. */
  void (*gelu)(std::size_t n, float* x);

  /** Multiplies values y (n) by SiLU of gates x (n), and writes the result to y. n is a multiple of 16. */
  void (*gate)(std::size_t n, const float* x, float* y);

  /**
   * Rotates neighbouring columns of one head x (width). The rotation (2, width) holds each cosine twice, and then each
   * sine twice, the first time negated. x needs no alignment beyond that of a float.
   */
  void (*turn)(std::size_t width, const float* rotation, float* x);

  /** Computes the attention of query rows to the keys and values of one head. */
  void (*attend)(const Attention& attention);

  /**
   * Writes keys (n, width) to panels: element (j, k) to [j / P * width * P + k * P + j % P]. Fills the last panel with zeros.
   * Keys need no alignment.
   */
  void (*turn_keys)(std::size_t n, std::size_t width, const float* keys, float* panels);

  /**
   * Writes one row x (width) of keys or values to `row` in the given type. For int8 also writes the row's step (float16) to
   * `step`. Nothing needs alignment beyond that of its elements.
   */
  void (*store)(KvType type, std::size_t width, const float* x, void* row, std::uint16_t* step);

  /** Reads rows (n, width) that store wrote, as floats. For int8 reads the steps (n). */
  void (*widen)(
      KvType type, std::size_t n, std::size_t width, const void* rows, const std::uint16_t* steps, float* out);
};

/** The number of rows in a panel of a ByteMatrix. */
constexpr std::size_t kBytePanel = 64;

/**
 * The largest number of columns of a ByteMatrix. A sum of this many products of an unsigned and a signed byte still fits into
 * an int.
 */
constexpr std::size_t kMostByteColumns = 65536;

/** Returns how many columns the panels of a ByteMatrix have: `columns`, rounded up to a multiple of 4. */
static constexpr std::size_t byte_depth(std::size_t columns) { return (columns + 3) / 4 * 4; }

/**
 * A matrix (rows, columns) of signed bytes from -127 to 127, which is multiplied by rows of unsigned bytes. A byte u of
 * such a row stands for (u - 128) / inverse. Each row of the matrix has one step. Element (n, k) of the matrix stands for
 * its byte times the step of row n.
 *
 * The byte of element (n, k) lies at [n / 64 * depth * 64 + k / 4 * 256 + n % 64 * 4 + k % 4], where depth is
 * byte_depth(columns). Zeros fill the last panel, and the columns from `columns` to depth.
 */
struct ByteMatrix {
  std::size_t rows = 0;
  std::size_t columns = 0;
  const std::int8_t* panels = nullptr;
  const float* steps = nullptr;           // (rows of whole panels) the step of each row, divided by inverse
  const std::int32_t* offsets = nullptr;  // (rows of whole panels) -128 times the sum of each row's bytes
  float inverse = 1;                      // 1 / step of the rows that are multiplied
};

/**
 * The functions that compute products of layers in int8, for one kind of processor. The functions of Kernels compute
 * everything else.
 *
 * Sums of products of bytes are exact. So all kinds of processors compute the same products from the same bytes.
 *
 * Pointers are multiples of 64 bytes. Rows of bytes lie stride_of(width) bytes apart. Rows of floats lie as far apart as in
 * Kernels. Columns past the width may be written and hold no meaning.
 */
struct ByteKernels {
  const char* name;

  /**
   * Rounds rows x (m, width): writes 128 + the integer nearest to x * inverse. If two integers are equally near, the even
   * one is taken. Results below 0 become 0, results above 255 become 255.
   */
  void (*round)(
      std::size_t m, std::size_t width, const float* x, std::size_t x_stride, float inverse, std::uint8_t* y,
      std::size_t y_stride);

  /**
   * Multiplies rows a (m, w.columns) by w. Writes the results to c (m, w.rows) or adds them to c. Fills each row of c up to
   * a whole panel. `then` must not be kGelu.
   */
  void (*product)(
      std::size_t m, const std::uint8_t* a, std::size_t a_stride, const ByteMatrix& w, float* c, std::size_t c_stride,
      Then then);

  /**
   * Multiplies rows a (m, w.columns) by w, applies GELU, and rounds as `round` does. Fills each row of y up to a whole
   * panel.
   */
  void (*product_gelu)(
      std::size_t m, const std::uint8_t* a, std::size_t a_stride, const ByteMatrix& w, float inverse, std::uint8_t* y,
      std::size_t y_stride);
};

/** The number of keys in a panel of HalfAttention. */
constexpr std::size_t kHalfPanel = 64;

/**
 * The functions that compute attention from numbers of bfloat16, for one kind of processor. Sums are floats. Keys, values,
 * queries and the shares of keys are rounded to bfloat16. Own keys and own values are not rounded. A std::uint16_t holds a
 * number of bfloat16, which is the upper half of a float. What Kernels says about rows and pointers holds here, too.
 */
struct HalfAttention {
  /**
   * Rounds keys (n, width) and writes them to panels: element (j, k) to
   * [j / 64 * 64 * width + k / 2 * 128 + j % 64 * 2 + k % 2]. Fills the last panel with zeros. Keys need no alignment.
   */
  void (*turn_keys)(std::size_t n, std::size_t width, const float* keys, std::uint16_t* panels);

  /**
   * Rounds values (n, width) and writes them to pairs of rows: element (j, k) to [j / 2 * 2 * width + k * 2 + j % 2]. If n
   * is odd, zeros fill the last pair. Values need no alignment.
   */
  void (*turn_values)(std::size_t n, std::size_t width, const float* values, std::uint16_t* pairs);

  /** Computes what Kernels::attend computes, with turned keys and values in place of those of `attention`. */
  void (*attend)(const Attention& attention, const std::uint16_t* keys, const std::uint16_t* values);
};

extern const Kernels kPortableKernels;
extern const ByteKernels kPortableByteKernels;
#if defined(__x86_64__)
extern const Kernels kAvx2Kernels;
extern const Kernels kAvx512Kernels;
extern const ByteKernels kVnniKernels;
extern const HalfAttention kBf16Attention;
#endif

/** The smallest step of an int8 row, which float16 can still hold without losing digits. */
constexpr float kSmallestStep = 6.2e-5F;

}  // namespace unipin
