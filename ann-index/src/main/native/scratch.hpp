#pragma once

#include <faiss/Index.h>
#include <faiss/impl/AuxIndexStructures.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "best.hpp"
#include "row_scorer.hpp"

namespace unipin {

/**
 * The working memory of one search. A scratch is kept for later searches. So a search allocates
 * nothing if a similar search has run before. Not thread-safe.
 */
struct Scratch {
  std::vector<Best> best;
  std::vector<float> scores;
  std::vector<std::int32_t> places;
  std::vector<std::uint64_t> nodes;
  std::vector<std::uint64_t> frontier;
  std::vector<float> list_scores;
  std::vector<faiss::Index::idx_t> lists;
  // The JNI layer uses the following fields for copies of Java's arrays, and for results before
  // they are narrowed to Java's types.
  std::vector<float> queries;
  std::vector<std::uint8_t> bitmap;
  std::vector<float> found_scores;
  std::vector<faiss::Index::idx_t> found;
  std::vector<std::int32_t> ordinals;

  RowScorer& scorer(const faiss::Index& storage);
  RowScorer& scorer(const faiss::Index& owner, RowFormat format, const faiss::ScalarQuantizer* quantizer);
  faiss::VisitedTable& visited(const faiss::Index& graph);

  /** Returns at least `count` empty objects of class Best, each for the best k items. */
  std::vector<Best>& bests(std::size_t count, std::size_t k);

 private:
  std::vector<std::pair<const faiss::Index*, std::unique_ptr<RowScorer>>> scorers_;
  std::vector<std::pair<const faiss::Index*, std::unique_ptr<faiss::VisitedTable>>> visited_;
};

/**
 * The scratches that no search uses at the moment. Their number never exceeds the largest number of
 * simultaneous searches so far. Thread-safe.
 */
class ScratchPool {
 public:
  /** A scratch that returns to the pool at the end of its scope. */
  class Lease {
   public:
    explicit Lease(ScratchPool& pool) : pool_(pool), scratch_(pool.take()) {}
    ~Lease() { pool_.give_back(std::move(scratch_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Scratch& operator*() const { return *scratch_; }
    Scratch* operator->() const { return scratch_.get(); }

   private:
    ScratchPool& pool_;
    std::unique_ptr<Scratch> scratch_;
  };

 private:
  std::unique_ptr<Scratch> take();
  void give_back(std::unique_ptr<Scratch> scratch) noexcept;

  std::mutex mutex_;
  std::vector<std::unique_ptr<Scratch>> idle_;
  std::size_t made_ = 0;
};

}  // namespace unipin
