#include <faiss/utils/distances.h>

#include "kernels.hpp"

// Stands in for the SSE kernel of the distribution's build, see CMakeLists.txt.
float faiss::fvec_inner_product(const float* x, const float* y, std::size_t d) {
  return unipin::row_kernels<float>().one(x, y, d);
}
