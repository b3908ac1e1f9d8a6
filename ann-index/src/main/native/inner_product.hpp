#pragma once

#include <cstddef>

namespace unipin {

using InnerProduct = float (*)(const float* x, const float* y, std::size_t d);

/** The fastest kernel this CPU can run. */
InnerProduct inner_product_kernel();

}  // namespace unipin
