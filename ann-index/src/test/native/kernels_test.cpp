#include "kernels.hpp"

#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

/*
 * Tests that compare every kernel that this processor can run with the portable kernel and with a
 * sum in double precision. They cover every length up to several registers, any alignment, one row
 * and many rows, NaN, infinities and denormals. A row ends where its memory ends, so a sanitizer
 * notices any read past the end of the row.
 */
namespace {

using unipin::half_t;
using unipin::Kernels;
using unipin::RowKernels;

int failures = 0;
std::mt19937 random_bits(7);

void expect(bool holds, const char* kernels, const char* what, std::size_t d, double expected, double got) {
  if (!holds && ++failures < 50) {
    std::printf("%s, %s, dimension %zu: %.9g expected, got %.9g\n", kernels, what, d, expected, got);
  }
}

bool same_bits(float a, float b) { return std::memcmp(&a, &b, sizeof(a)) == 0; }

template <typename Row>
Row any_row();
template <>
float any_row<float>() {
  return std::uniform_real_distribution<float>(-1.0F, 1.0F)(random_bits);
}
template <>
std::uint8_t any_row<std::uint8_t>() {
  return static_cast<std::uint8_t>(random_bits());
}
/** Draws a random float16 with a magnitude below 2, denormals included. */
template <>
half_t any_row<half_t>() {
  return static_cast<half_t>((random_bits() & 0x83ffU) | (random_bits() % 16) << 10);
}

double value(float x) { return static_cast<double>(x); }
double value(std::uint8_t x) { return x; }
double value(half_t x) {
  int exponent = (x >> 10) & 0x1f;
  double fraction = x & 0x3ff;
  double magnitude = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
  return (x & 0x8000) != 0 ? -magnitude : magnitude;
}

/** Rows and a query that begin `shift` elements after the start of their memory. */
template <typename Row>
struct Case {
  Case(std::size_t d_, std::size_t n_, std::size_t shift_) : d(d_), n(n_), shift(shift_), query(4 * d + shift), rows(n * d + shift) {
    for (float& x : query) {
      x = any_row<float>();
    }
    for (Row& x : rows) {
      x = any_row<Row>();
    }
  }
  const float* first_query() const { return query.data() + shift; }
  const Row* row(std::size_t i) const { return rows.data() + shift + i * d; }

  std::size_t d;
  std::size_t n;
  std::size_t shift;
  std::vector<float> query;
  std::vector<Row> rows;
};

template <typename Row>
void agrees_with_double(const char* name, const RowKernels<Row>& kernels, const char* type) {
  for (std::size_t d = 0; d <= 200; ++d) {
    for (std::size_t shift = 0; shift < 4; ++shift) {
      Case<Row> given(d, 1, shift);
      double expected = 0;
      double magnitude = 0;
      for (std::size_t i = 0; i < d; ++i) {
        double product = value(given.first_query()[i]) * value(given.row(0)[i]);
        expected += product;
        magnitude += std::fabs(product);
      }
      double got = kernels.one(given.first_query(), given.row(0), d);
      expect(std::fabs(got - expected) <= 4e-7 * magnitude + 1e-30, name, type, d, expected, got);
    }
  }
}

/** Checks that a call with many rows gives the same bits as calls with one row each. */
template <typename Row>
void many_equal_one(const char* name, const RowKernels<Row>& kernels, const char* type) {
  for (std::size_t d : {1UL, 3UL, 8UL, 15UL, 16UL, 17UL, 31UL, 33UL, 64UL, 100UL, 128UL, 129UL}) {
    for (std::size_t n = 0; n <= 13; ++n) {
      Case<Row> given(d, n, n % 3);
      std::vector<float> rows(n);
      std::vector<float> four(4 * n);
      std::vector<float> at(n);
      std::vector<std::int32_t> places;
      for (std::size_t i = 0; i < n; ++i) {
        places.push_back(static_cast<std::int32_t>(n - 1 - i));
      }
      kernels.rows(given.first_query(), given.row(0), n, d, rows.data());
      kernels.rows_of_four(given.first_query(), given.row(0), n, d, four.data());
      kernels.at(given.first_query(), given.row(0), places.data(), n, d, at.data());
      for (std::size_t i = 0; i < n; ++i) {
        float first = kernels.one(given.first_query(), given.row(i), d);
        bool same = same_bits(rows[i], first) && same_bits(at[n - 1 - i], first);
        for (std::size_t q = 0; q < 4; ++q) {
          same = same && same_bits(four[q * n + i], kernels.one(given.first_query() + q * d, given.row(i), d));
        }
        expect(same, name, type, d, first, rows[i]);
      }
    }
  }
}

/**
 * Checks that a value that is not finite reaches the result, whether it is in the query or in the
 * row, and at any position.
 */
void specials_go_through(const char* name, const Kernels& kernels) {
  const float kNan = std::numeric_limits<float>::quiet_NaN();
  const float kInfinity = std::numeric_limits<float>::infinity();
  for (std::size_t d : {1UL, 7UL, 16UL, 33UL, 71UL, 128UL}) {
    for (std::size_t place = 0; place < d; ++place) {
      std::vector<float> ones(d, 1.0F);
      std::vector<float> odd(d, 1.0F);
      odd[place] = kNan;
      expect(std::isnan(kernels.float32.one(odd.data(), ones.data(), d)), name, "NaN in the query", d, kNan, 0);
      expect(std::isnan(kernels.float32.one(ones.data(), odd.data(), d)), name, "NaN in the row", d, kNan, 0);
      odd[place] = -kInfinity;
      expect(kernels.float32.one(ones.data(), odd.data(), d) == -kInfinity, name, "infinity", d, -kInfinity, 0);
      std::vector<half_t> halves(d, 0x3c00);  // 1
      halves[place] = 0x7e00;                 // NaN
      expect(std::isnan(kernels.float16.one(ones.data(), halves.data(), d)), name, "NaN in float16", d, kNan, 0);
      halves[place] = 0x7c00;  // infinity
      expect(kernels.float16.one(ones.data(), halves.data(), d) == kInfinity, name, "infinity in float16", d, kInfinity, 0);
    }
  }
}

void denormals_are_kept(const char* name, const Kernels& kernels) {
  for (std::size_t d : {1UL, 5UL, 16UL, 37UL, 64UL}) {
    std::vector<float> ones(d, 1.0F);
    std::vector<float> tiny(d, std::numeric_limits<float>::denorm_min());
    float expected = static_cast<float>(d) * std::numeric_limits<float>::denorm_min();
    float got = kernels.float32.one(ones.data(), tiny.data(), d);
    expect(got == expected, name, "denormal float32", d, expected, got);
    std::vector<half_t> halves(d, 0x0001);
    got = kernels.float16.one(ones.data(), halves.data(), d);
    expect(got == static_cast<float>(d) * 0x1p-24F, name, "denormal float16", d, d * 0x1p-24, got);
  }
}

/** Checks the conversion of every finite float16. */
void converts_every_half(const char* name, const Kernels& kernels) {
  const float kOne = 1.0F;
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    auto half = static_cast<half_t>(bits);
    if ((half & 0x7c00) != 0x7c00) {
      double got = kernels.float16.one(&kOne, &half, 1);
      expect(got == value(half), name, "float16", bits, value(half), got);
    }
  }
}

}  // namespace

int main() {
  for (const unipin::NamedKernels& candidate : unipin::all_kernels()) {
    const Kernels& kernels = *candidate.kernels;
    if (!candidate.run) {
      std::printf("%s: not on this processor\n", kernels.name);
      continue;
    }
    agrees_with_double(kernels.name, kernels.float32, "float32");
    agrees_with_double(kernels.name, kernels.float16, "float16");
    agrees_with_double(kernels.name, kernels.code8, "code8");
    many_equal_one(kernels.name, kernels.float32, "float32");
    many_equal_one(kernels.name, kernels.float16, "float16");
    many_equal_one(kernels.name, kernels.code8, "code8");
    specials_go_through(kernels.name, kernels);
    denormals_are_kept(kernels.name, kernels);
    converts_every_half(kernels.name, kernels);
    std::printf("%s: done\n", kernels.name);
  }
  return failures == 0 ? 0 : 1;
}
