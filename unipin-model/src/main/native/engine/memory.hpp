#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace unipin {

/**
 * Memory for floats, in large pages where the system gives them. All pieces are zeros at first, begin at multiples of 64
 * bytes, and live as long as this object. Not thread-safe.
 */
class Memory {
 public:
  /** Returns a new piece of at least `count` floats. Throws std::bad_alloc. */
  float* take(std::size_t count);

 private:
  struct Free {
    void operator()(float* memory) const;
  };

  std::vector<std::unique_ptr<float, Free>> chunks_;
  std::size_t left_ = 0;
  float* next_ = nullptr;
};

}  // namespace unipin
