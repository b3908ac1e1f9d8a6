#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace unipin {

/** A component of a row as float16 (IEEE 754 binary16). */
using half_t = std::uint16_t;

/**
 * Inner products of one query with rows of one element type.
 *
 * The sum of a row does not depend on which function took it, nor on the rows beside it: one and many give the same bits. Rows need
 * no alignment. NaN and infinities go through; denormals are not flushed.
 */
template <typename Row>
struct RowKernels {
  float (*one)(const float* query, const Row* row, std::size_t d);
  /** out[i] for rows that follow each other, (n, d). */
  void (*rows)(const float* query, const Row* rows, std::size_t n, std::size_t d, float* out);
  /** The same for four queries that follow each other, (4, d); out is (4, n). For rows that lie in a cache. */
  void (*rows_of_four)(const float* queries, const Row* rows, std::size_t n, std::size_t d, float* out);
  /** out[i] for the rows at the given places of a table. */
  void (*at)(const float* query, const Row* table, const std::int32_t* places, std::size_t n, std::size_t d, float* out);
};

/**
 * Every kernel for one kind of processor. The codes of an 8-bit quantizer are multiplied as they are, 0 to 255; scale and offset
 * belong to the query.
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

/** Kernels and whether this processor can run them. */
struct NamedKernels {
  const Kernels* kernels;
  bool run;
};

/** All of them, the fastest first; the last run anywhere. */
std::array<NamedKernels, 3> all_kernels();

/** The fastest this processor can run. */
const Kernels& kernels();

/** Kernels for an element type, of the fastest. */
template <typename Row>
const RowKernels<Row>& row_kernels();
template <>
const RowKernels<float>& row_kernels<float>();
template <>
const RowKernels<half_t>& row_kernels<half_t>();
template <>
const RowKernels<std::uint8_t>& row_kernels<std::uint8_t>();

}  // namespace unipin
