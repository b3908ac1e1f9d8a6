#pragma once

#include <vector>

#include "kernels.hpp"

namespace unipin {

/** The kernels that compute a model. */
struct Arithmetic {
  const char* name;
  const Kernels* kernels;
  const ByteKernels* bytes = nullptr;        // null if layers multiply floats
  const HalfAttention* attention = nullptr;  // null if rows attend in float32
};

/** Returns the sets of kernels that this processor can run, fastest first. The last set runs on any processor. */
std::vector<Arithmetic> arithmetics(bool int8);

}  // namespace unipin
