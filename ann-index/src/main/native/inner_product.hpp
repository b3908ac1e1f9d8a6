#pragma once

#include <array>
#include <cstddef>

namespace unipin {

using InnerProduct = float (*)(const float* x, const float* y, std::size_t d);

/** A kernel and whether this CPU can run it. */
struct NamedKernel {
  const char* name;
  InnerProduct kernel;
  bool runs;
};

/** Every kernel, the fastest first; the last one runs anywhere. */
std::array<NamedKernel, 3> inner_product_kernels();

/** The fastest kernel this CPU can run. */
InnerProduct inner_product_kernel();

}  // namespace unipin
