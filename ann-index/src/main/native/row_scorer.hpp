#pragma once

#include <faiss/Index.h>
#include <faiss/impl/DistanceComputer.h>
#include <faiss/impl/ScalarQuantizer.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "kernels.hpp"

namespace unipin {

/** The format in which an index stores a row. */
enum class RowFormat { kFloat32, kFloat16, kCode8, kOther };

/** Returns the format of a quantizer's codes, or kOther if no kernel reads this format. */
RowFormat row_format(const faiss::ScalarQuantizer& quantizer);

/** Returns the format of an index that stores its rows in one table, by ordinal. */
RowFormat row_format(const faiss::Index& storage);

/**
 * Scores stored rows of any format by their inner product with a query. Not thread-safe.
 *
 * In each component, a code c of an 8-bit quantizer stands for offset + scale · (c + ½), with the
 * component's own offset and scale. The product with a query q is therefore Σ (q · scale) · c plus
 * a term that depends on q alone.
 */
class RowScorer {
 public:
  /**
   * Creates a scorer for rows that are not in one table but in lists. The format must not be
   * kOther.
   */
  RowScorer(RowFormat format, const faiss::ScalarQuantizer* quantizer, std::size_t d);
  /** Creates a scorer for the rows of an index that stores them in one table, by ordinal. */
  explicit RowScorer(const faiss::Index& storage);

  /** Sets the query (d). The array must stay valid until the next query is set. */
  void set_query(const float* query);

  /** Scores consecutive rows. Must not be called for the format kOther. */
  void rows(const void* rows, std::size_t n, float* out) const;

  /** Prefetches the beginning of n rows that will be scored soon. */
  void prefetch_rows(const void* rows, std::size_t n) const;

  /** Scores the rows of the table that have these ordinals. */
  void at(const std::int32_t* ordinals, std::size_t n, float* out);

  float at(std::int32_t ordinal) {
    float score = 0;
    at(&ordinal, 1, &score);
    return score;
  }

  /**
   * Scores the rows with the given numbers. Row 0 is the row at `first`. The format must not be
   * kOther.
   */
  void at(const void* first, const std::int32_t* places, std::size_t n, float* out) const;

  void prefetch(std::int32_t ordinal) const {
    const char* row = table_ + static_cast<std::size_t>(ordinal) * row_bytes_;
    for (std::size_t byte = 0; byte < row_bytes_; byte += 64) {
      __builtin_prefetch(row + byte);
    }
  }

  RowFormat format() const { return format_; }
  std::size_t row_bytes() const { return row_bytes_; }
  const void* table() const { return table_; }

 private:
  void score(const void* rows, std::size_t n, float* out) const;
  void shift(std::size_t n, float* out) const;

  const RowFormat format_;
  const std::size_t d_;
  std::size_t row_bytes_ = 0;
  const char* table_ = nullptr;
  const float* query_ = nullptr;
  float offset_ = 0;
  std::vector<float> scale_;   // (d), the scale of an 8-bit quantizer
  std::vector<float> middle_;  // (d), the value of code 0
  std::vector<float> scaled_;  // (d), the query times scale
  std::unique_ptr<faiss::DistanceComputer> computer_;
};

}  // namespace unipin
