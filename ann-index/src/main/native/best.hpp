#pragma once

#include <faiss/Index.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <vector>

namespace unipin {

/*
 * A key holds a score and an ordinal in one integer. The item with the higher score has the greater
 * key. If scores are equal, the item with the smaller ordinal has the greater key. The bits of
 * floats are ordered like integers once the bits of negative floats are inverted.
 */
inline std::uint64_t key_of(float score, std::int32_t ordinal) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &score, sizeof(bits));
  std::uint32_t ordered = bits ^ ((bits >> 31) != 0 ? 0xffffffffU : 0x80000000U);
  return static_cast<std::uint64_t>(ordered) << 32 | ~static_cast<std::uint32_t>(ordinal);
}

inline float score_of(std::uint64_t key) {
  auto ordered = static_cast<std::uint32_t>(key >> 32);
  std::uint32_t bits = ordered ^ ((ordered >> 31) != 0 ? 0x80000000U : 0xffffffffU);
  float score = 0;
  std::memcpy(&score, &bits, sizeof(score));
  return score;
}

inline std::int32_t ordinal_of(std::uint64_t key) { return static_cast<std::int32_t>(~static_cast<std::uint32_t>(key)); }

/**
 * Writes the scores and labels of the first k keys of a descending range. Pads labels with -1 and
 * scores with negative infinity.
 */
inline void write_keys(
    const std::uint64_t* keys, std::size_t count, std::size_t k, float* scores, faiss::Index::idx_t* labels) {
  for (std::size_t i = 0; i < k; ++i) {
    scores[i] = i < count ? score_of(keys[i]) : -std::numeric_limits<float>::infinity();
    labels[i] = i < count ? ordinal_of(keys[i]) : -1;
  }
}

/**
 * Collects the best k of the items that are offered. It gathers several times k items and then
 * selects the best k, so an offer takes O(1) on average. Not thread-safe.
 */
class Best {
 public:
  void reset(std::size_t k) {
    k_ = k;
    limit_ = 4 * k + 64;
    keys_.clear();
    keys_.reserve(limit_);
    threshold_ = -std::numeric_limits<float>::infinity();
  }

  /**
   * Returns the score below which an item cannot enter. An item whose score is NaN never enters.
   */
  float threshold() const { return threshold_; }

  void offer(float score, std::int32_t ordinal) {
    if (score >= threshold_) {
      keys_.push_back(key_of(score, ordinal));
      if (keys_.size() == limit_) {
        select();
      }
    }
  }

  std::size_t size() const { return std::min(k_, keys_.size()); }

  /**
   * Returns the best keys in descending order. The result is valid until the next offer or reset.
   */
  const std::vector<std::uint64_t>& sorted() {
    if (keys_.size() > k_) {
      select();
    }
    std::sort(keys_.begin(), keys_.end(), std::greater<>());
    return keys_;
  }

  void write(std::size_t k, float* scores, faiss::Index::idx_t* labels) {
    const std::vector<std::uint64_t>& keys = sorted();
    write_keys(keys.data(), keys.size(), k, scores, labels);
  }

 private:
  void select() {
    auto last = keys_.begin() + static_cast<std::ptrdiff_t>(k_);
    std::nth_element(keys_.begin(), last - 1, keys_.end(), std::greater<>());
    keys_.erase(last, keys_.end());
    threshold_ = score_of(keys_.back());
  }

  std::size_t k_ = 0;
  std::size_t limit_ = 0;
  float threshold_ = 0;
  std::vector<std::uint64_t> keys_;
};

}  // namespace unipin
