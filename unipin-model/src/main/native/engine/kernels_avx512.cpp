#include <immintrin.h>

#include "kernels.hpp"
#include "vectors_avx512.hpp"

namespace {

constexpr const char* kName = "avx512";
constexpr std::size_t kPanelVecs = 4;

}  // namespace

#include "kernel_tiles.hpp"

namespace unipin {
const Kernels kAvx512Kernels = kKernels;
}  // namespace unipin
