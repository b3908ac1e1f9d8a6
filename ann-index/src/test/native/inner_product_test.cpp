#include "inner_product.hpp"

#include <cmath>
#include <cstdio>
#include <random>
#include <vector>

/** Every kernel this CPU can run against a sum in double precision, for every length up to several registers and any alignment. */
int main() {
  std::mt19937 random(7);
  std::uniform_real_distribution<float> uniform(-1.0F, 1.0F);
  int failures = 0;
  for (const unipin::NamedKernel& candidate : unipin::inner_product_kernels()) {
    if (!candidate.runs) {
      std::printf("%s: not on this CPU\n", candidate.name);
      continue;
    }
    for (std::size_t d = 0; d <= 200; ++d) {
      for (std::size_t shift = 0; shift < 3; ++shift) {
        std::vector<float> x(d + shift);
        std::vector<float> y(d + shift);
        double expected = 0;
        for (std::size_t i = shift; i < d + shift; ++i) {
          x[i] = uniform(random);
          y[i] = uniform(random);
          expected += static_cast<double>(x[i]) * y[i];
        }
        float got = candidate.kernel(x.data() + shift, y.data() + shift, d);
        if (!(std::fabs(got - expected) <= 1e-5)) {
          std::printf("%s, dimension %zu: %.7f expected, got %.7f\n", candidate.name, d, expected, static_cast<double>(got));
          ++failures;
        }
      }
    }
    std::printf("%s: done\n", candidate.name);
  }
  return failures == 0 ? 0 : 1;
}
