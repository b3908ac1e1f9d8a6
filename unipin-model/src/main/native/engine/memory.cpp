#include "memory.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#include "kernels.hpp"

namespace unipin {
namespace {

constexpr std::size_t kLargePage = std::size_t{2} << 20;

}  // namespace

void Memory::Free::operator()(float* memory) const { std::free(memory); }

float* Memory::take(std::size_t count) {
  std::size_t floats = stride_of(count);
  if (floats > left_) {
    std::size_t bytes = (floats * sizeof(float) + kLargePage - 1) / kLargePage * kLargePage;
    std::unique_ptr<float, Free> chunk(static_cast<float*>(std::aligned_alloc(kLargePage, bytes)));
    if (chunk == nullptr) {
      throw std::bad_alloc();
    }
    // A failure is ignored: without large pages the memory still works, only more slowly.
    static_cast<void>(madvise(chunk.get(), bytes, MADV_HUGEPAGE));
    std::memset(chunk.get(), 0, bytes);
    next_ = chunk.get();
    left_ = bytes / sizeof(float);
    chunks_.push_back(std::move(chunk));
  }
  float* piece = next_;
  next_ += floats;
  left_ -= floats;
  return piece;
}

}  // namespace unipin
