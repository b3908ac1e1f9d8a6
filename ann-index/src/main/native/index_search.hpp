#pragma once

#include <faiss/Index.h>

#include <cstdint>
#include <memory>
#include <stdexcept>

#include "scratch.hpp"

namespace unipin {

using idx_t = faiss::Index::idx_t;

inline void require(bool condition, const char* message) {
  if (!condition) {
    throw std::runtime_error(message);
  }
}

/** What one call looks for. Row q of queries has the results [q * k, q * k + k). */
struct SearchRequest {
  idx_t query_count;
  const float* queries;  // (query_count, dimension of the index at hand)
  idx_t k;               // at most passing
  std::size_t breadth;   // 0: the index's default
  const std::uint8_t* bitmap;  // one bit per ordinal, or null when all pass
  idx_t passing;

  bool passes(idx_t ordinal) const { return bitmap == nullptr || ((bitmap[ordinal >> 3] >> (ordinal & 7)) & 1) != 0; }
};

/** One index and what its searches reuse. */
struct IndexHandle {
  std::unique_ptr<faiss::Index> index;
  ScratchPool scratch;
};

/**
 * Refuses an index that cannot be searched with settings per request, or by inner product, and one whose graph or lists point
 * outside it. A file's tables are held against each other before, by PayloadCheck in Java, since the reader of FAISS trusts them.
 * Searching an index that passed both stays inside its memory.
 */
void check_searchable(const faiss::Index& index);

/** Seeds what is random in an index not yet trained, and sets its default breadth. */
void prepare(faiss::Index& index, int seed);

/** Asks for large pages where the rows of an index lie. To be called once it is filled. */
void settle(faiss::Index& index);

/** Searches an index, or a part of one, with the kernels of this library. */
void search_index(const faiss::Index& index, Scratch& scratch, const SearchRequest& request, float* scores, idx_t* labels);

/**
 * Fills labels and scores, best first. Changes nothing in the index. Only a query whose scores are not comparable (NaN) gets fewer
 * than k results; the rest of its row is -1.
 */
void search(const IndexHandle& handle, Scratch& scratch, const SearchRequest& request, float* scores, idx_t* labels);

}  // namespace unipin
