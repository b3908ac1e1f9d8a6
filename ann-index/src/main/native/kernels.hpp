#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace unipin {

/** A component of a row in float16 (IEEE 754 binary16). */
using half_t = std::uint16_t;

/**
 * Functions for inner products of one query with rows of one element type.
 *
 * The result of a row depends neither on the function nor on the other rows of the call: all
 * functions give the same bits. Rows need no alignment. NaN and infinities propagate, and denormals
 * are not rounded to zero.
 */
template <typename Row>
struct RowKernels {
  float (*one)(const float* query, const Row* row, std::size_t d);
  /**
   * Writes the inner product of the query (d) with row i to out[i], for consecutive rows (n, d).
   */
  void (*rows)(const float* query, const Row* rows, std::size_t n, std::size_t d, float* out);
  /**
   * Writes the inner products of four consecutive queries (4, d) with all rows to out (4, n). This
   * function suits rows that lie in the processor's cache.
   */
  void (*rows_of_four)(const float* queries, const Row* rows, std::size_t n, std::size_t d, float* out);
  /** Writes the inner product of the query with row places[i] of a table to out[i]. */
  void (*at)(const float* query, const Row* table, const std::int32_t* places, std::size_t n, std::size_t d, float* out);
};

/**
 * All kernels for one kind of processor. The codes of an 8-bit quantizer, 0 to 255, are multiplied
 * as they are. The caller applies the quantizer's scale to the query, and its offset to the result.
 */
struct Kernels {
  const char* name;
  RowKernels<float> float32;
  RowKernels<half_t> float16;
  RowKernels<std::uint8_t> code8;
};

extern const Kernels kPortableKernels;
#if defined(__x86_64__)
extern const Kernels kAvx2Kernels;
extern const Kernels kAvx512Kernels;
#endif

/** A set of kernels with its name, and whether this processor can run it. */
struct NamedKernels {
  const Kernels* kernels;
  bool run;
};

/** Returns all kernels in descending order of speed. The last kernels run on any processor. */
std::array<NamedKernels, 3> all_kernels();

/** Returns the fastest kernels that this processor can run. */
const Kernels& kernels();

/** Returns the fastest kernels for an element type. */
template <typename Row>
const RowKernels<Row>& row_kernels();
template <>
const RowKernels<float>& row_kernels<float>();
template <>
const RowKernels<half_t>& row_kernels<half_t>();
template <>
const RowKernels<std::uint8_t>& row_kernels<std::uint8_t>();

}  // namespace unipin
