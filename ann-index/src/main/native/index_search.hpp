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

/** The parameters of one search. The results of query q have the positions [q * k, q * k + k). */
struct SearchRequest {
  idx_t query_count;
  const float* queries;  // (query_count, dimension of the searched index)
  idx_t k;               // number of results per query, at most passing
  std::size_t breadth;   // 0 means the index's default breadth
  const std::uint8_t* bitmap;  // one bit per ordinal, or null when all pass
  idx_t passing;

  bool passes(idx_t ordinal) const { return bitmap == nullptr || ((bitmap[ordinal >> 3] >> (ordinal & 7)) & 1) != 0; }
};

/** An index and the scratch memory of its searches. */
struct IndexHandle {
  std::unique_ptr<faiss::Index> index;
  ScratchPool scratch;
};

/**
 * Refuses an index that cannot be searched by inner product or with settings per request. Also
 * refuses an index whose graph or lists point outside the index.
 *
 * FAISS's reader trusts the tables of a file, so FaissFormatCheck in Java checks these tables
 * first. A search of an index that passed both checks stays within the index's memory.
 */
void check_searchable(const faiss::Index& index);

/** Seeds the random generators of an untrained index, and sets its default breadth. */
void prepare(faiss::Index& index, int seed);

/**
 * Requests large pages for the rows and links of an index. Must be called after the index is
 * filled.
 */
void settle(faiss::Index& index);

/** Searches an index or a part of an index with the kernels of this library. */
void search_index(const faiss::Index& index, Scratch& scratch, const SearchRequest& request, float* scores, idx_t* labels);

/**
 * Writes labels and scores, best first. Changes nothing in the index.
 *
 * Only a query with scores that are not comparable (NaN) gets fewer than k results. The remaining
 * labels of such a query are -1.
 */
void search(const IndexHandle& handle, Scratch& scratch, const SearchRequest& request, float* scores, idx_t* labels);

}  // namespace unipin
