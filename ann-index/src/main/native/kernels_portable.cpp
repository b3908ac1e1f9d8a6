#include <cstring>

#include "kernels.hpp"

/* Kernels in plain C++, which run on any processor. Tests compare the other kernels with these. */
namespace unipin {
namespace {

float value(float x) { return x; }

float value(std::uint8_t x) { return static_cast<float>(x); }

/** Returns the value of a float16. The smallest positive float16 is 2^-24. */
float value(half_t x) {
  std::uint32_t sign = static_cast<std::uint32_t>(x & 0x8000U) << 16;
  std::uint32_t exponent = (x >> 10) & 0x1fU;
  std::uint32_t fraction = x & 0x3ffU;
  float magnitude = 0;
  if (exponent == 0) {
    magnitude = static_cast<float>(fraction) * 0x1p-24F;
  } else {
    std::uint32_t bits = (exponent == 31 ? 0x7f800000U : (exponent + 112) << 23) | fraction << 13;
    std::memcpy(&magnitude, &bits, sizeof(bits));
  }
  return sign == 0 ? magnitude : -magnitude;
}

template <typename Row>
float one(const float* query, const Row* row, std::size_t d) {
  float sums[8] = {};
  std::size_t i = 0;
  for (; i + 8 <= d; i += 8) {
    for (std::size_t j = 0; j < 8; ++j) {
      sums[j] += query[i + j] * value(row[i + j]);
    }
  }
  float sum = ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]));
  for (; i < d; ++i) {
    sum += query[i] * value(row[i]);
  }
  return sum;
}

template <typename Row>
void rows(const float* query, const Row* table, std::size_t n, std::size_t d, float* out) {
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = one(query, table + i * d, d);
  }
}

template <typename Row>
void rows_of_four(const float* queries, const Row* table, std::size_t n, std::size_t d, float* out) {
  for (std::size_t q = 0; q < 4; ++q) {
    rows(queries + q * d, table, n, d, out + q * n);
  }
}

template <typename Row>
void at(const float* query, const Row* table, const std::int32_t* places, std::size_t n, std::size_t d, float* out) {
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = one(query, table + static_cast<std::size_t>(places[i]) * d, d);
  }
}

template <typename Row>
constexpr RowKernels<Row> row_kernels_here() {
  return {one<Row>, rows<Row>, rows_of_four<Row>, at<Row>};
}

}  // namespace

const Kernels kPortableKernels{
    "portable", row_kernels_here<float>(), row_kernels_here<half_t>(), row_kernels_here<std::uint8_t>()};

}  // namespace unipin
