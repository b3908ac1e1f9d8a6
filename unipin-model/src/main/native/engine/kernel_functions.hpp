#pragma once

/*
 * Functions of vectors. They use the vector type of the file that includes this one. kernel_tiles.hpp lists what such a
 * file defines first.
 */
#include <cstddef>

namespace {

/**
 * Returns x Phi(x), where Phi is the normal distribution function. Phi(x) - 1/2 = x p(2 x^2 / 25 - 1) for |x| <= 5, where p
 * is the Chebyshev interpolant of degree 12. Below -5 the result is 0. The error is at most 3e-6.
 */
inline Vec gelu_of(Vec x) {
  constexpr float p[] = {1.413638185e-01F, -7.029590887e-02F, 5.151792974e-02F,  -4.045128240e-02F, 3.147675865e-02F,
                         -2.321312828e-02F, 1.623608981e-02F, -1.130712491e-02F, 6.766527505e-03F,  -2.526916729e-03F,
                         1.374596151e-03F, -1.676730979e-03F, 7.353763888e-04F};
  Vec within = max(min(x, spread(5.0F)), spread(-5.0F));
  Vec t = multiply_add(mul(within, within), spread(2.0F / 25), spread(-1.0F));
  Vec r = spread(p[12]);
#pragma GCC unroll 12
  for (int i = 11; i >= 0; --i) {
    r = multiply_add(r, t, spread(p[i]));
  }
  return zero_below(x, spread(-5.0F), mul(x, multiply_add(within, r, spread(0.5F))));
}

/**
 * Returns e^x for x <= 0: 2^n 2^f, where n is the integer nearest to x log2(e) and 2^f is its series up to f^6. log2(e) is
 * held as the sum of two floats. The relative error is at most 3e-7. For x below -86 the result is that of x = -86.
 */
inline Vec exp_of(Vec x) {
  x = max(spread(-86.0F), x);  // in this order NaN stays NaN
  Vec n = nearest(mul(x, spread(1.44269502F)));
  Vec f = multiply_add(x, spread(1.44269502F), sub(zero(), n));
  f = multiply_add(x, spread(1.92596299e-8F), f);
  Vec r = spread(1.54035304e-4F);
  r = multiply_add(r, f, spread(1.33335581e-3F));
  r = multiply_add(r, f, spread(9.61812911e-3F));
  r = multiply_add(r, f, spread(5.55041087e-2F));
  r = multiply_add(r, f, spread(2.40226507e-1F));
  r = multiply_add(r, f, spread(6.93147181e-1F));
  r = multiply_add(r, f, spread(1.0F));
  return times_power(r, n);
}

/**
 * The denominator of a softmax whose exponentials are not divided yet, and the part of it that comes from the row's own
 * key; 0 without own keys.
 */
struct Softmax {
  float total;
  float own;
};

inline std::size_t lanes_for(std::size_t n) { return (n + kLanes - 1) / kLanes * kLanes; }

/**
 * Replaces the scores of `seen` keys by e^(score - largest), and sets the numbers after them to zero, up to `most` numbers.
 * The index of a term determines which of two vectors adds the term. The sum therefore depends neither on `most` nor on
 * other rows.
 */
inline Softmax softmax(float* scores, std::size_t seen, std::size_t most, bool with_own, float own) {
  std::size_t end = lanes_for(seen);
  for (std::size_t j = seen; j < end; ++j) {
    scores[j] = -__builtin_inff();
  }
  Vec peak = load(scores);
  for (std::size_t j = kLanes; j < end; j += kLanes) {
    peak = max(peak, load(scores + j));
  }
  float highest = largest(peak);
  if (with_own && own > highest) {
    highest = own;
  }
  Vec bound = spread(highest);
  Vec even = zero();
  Vec odd = zero();
  std::size_t j = 0;
  for (; j + 2 * kLanes <= end; j += 2 * kLanes) {
    Vec a = exp_of(sub(load(scores + j), bound));
    Vec b = exp_of(sub(load(scores + j + kLanes), bound));
    store_to(scores + j, a);
    store_to(scores + j + kLanes, b);
    even = add(even, a);
    odd = add(odd, b);
  }
  if (j < end) {
    Vec a = exp_of(sub(load(scores + j), bound));
    store_to(scores + j, a);
    even = add(even, a);
  }
  for (std::size_t k = seen; k < most; ++k) {
    scores[k] = 0;
  }
  Softmax result{sum(add(even, odd)), 0};
  if (with_own) {
    result.own = first(exp_of(spread(own - highest)));
    result.total += result.own;
  }
  return result;
}

inline float dot(std::size_t n, const float* a, const float* b) {
  Vec total = zero();
  for (std::size_t k = 0; k < n; k += kLanes) {
    total = multiply_add(load(a + k), load(b + k), total);
  }
  return sum(total);
}

/**
 * Writes a row's result of attention to V vectors of columns from `column` on. The result is the sums over keys, divided
 * by the softmax's total. If there are own keys, the sums also contain the weighted own value.
 */
template <std::size_t V>
inline void put_mixed(
    const unipin::Attention& attention, std::size_t row, std::size_t column, const Vec (&sums)[V], const Softmax& softmax) {
  Vec share = spread(1.0F / softmax.total);
  float* out = attention.out + row * attention.out_stride + column;
#pragma GCC unroll 4
  for (std::size_t j = 0; j < V; ++j) {
    Vec v = sums[j];
    if (attention.own_keys != nullptr) {
      const float* own = attention.own_values + row * attention.own_stride + column + j * kLanes;
      v = multiply_add(spread(softmax.own), load(own), v);
    }
    store_to(out + j * kLanes, mul(v, share));
  }
}

}  // namespace
