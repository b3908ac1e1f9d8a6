#include "row_search.hpp"

#include <algorithm>
#include <cstring>

namespace unipin {
namespace {

/**
 * The number of bytes of a block of rows. A block stays in the second-level cache while it is
 * scored against a group of queries.
 */
constexpr std::size_t kBlockBytes = 256 * 1024;
constexpr std::size_t kQueriesAtATime = 64;
/**
 * If less than 1 / kGatherShare of the rows pass the filter, only the passing rows are scored, one
 * by one. Otherwise all rows are scored in order.
 */
constexpr idx_t kGatherShare = 4;
constexpr std::size_t kPrefetchRows = 16;

/** Offers those rows of a block that pass the filter, with their scores. */
void offer(const SearchRequest& request, const float* scores, std::size_t first, std::size_t n, Best& best) {
  for (std::size_t i = 0; i < n; ++i) {
    if (scores[i] >= best.threshold() && request.passes(static_cast<idx_t>(first + i))) {
      best.offer(scores[i], static_cast<std::int32_t>(first + i));
    }
  }
}

/** Scores a block of rows against four queries, and loads each row once for all four. */
void score_four(
    const RowScorer& scorer, const SearchRequest& request, idx_t query, idx_t d, std::size_t first, std::size_t n,
    Scratch& scratch, Best* best) {
  const float* rows = static_cast<const float*>(scorer.table()) + first * static_cast<std::size_t>(d);
  row_kernels<float>().rows_of_four(request.queries + query * d, rows, n, static_cast<std::size_t>(d), scratch.scores.data());
  for (std::size_t q = 0; q < 4; ++q) {
    offer(request, scratch.scores.data() + q * n, first, n, best[q]);
  }
}

void score_one(RowScorer& scorer, const SearchRequest& request, std::size_t first, std::size_t n, Scratch& scratch, Best& best) {
  scorer.rows(static_cast<const char*>(scorer.table()) + first * scorer.row_bytes(), n, scratch.scores.data());
  offer(request, scratch.scores.data(), first, n, best);
}

/** Searches all rows for a group of queries, block by block. */
void search_group(
    const faiss::Index& index, RowScorer& scorer, Scratch& scratch, const SearchRequest& request, idx_t from, idx_t to,
    std::vector<Best>& best) {
  auto size = static_cast<std::size_t>(index.ntotal);
  std::size_t block = std::max<std::size_t>(16, kBlockBytes / scorer.row_bytes() / 4 * 4);
  scratch.scores.resize(4 * block);
  for (std::size_t first = 0; first < size; first += block) {
    std::size_t n = std::min(block, size - first);
    idx_t q = from;
    if (scorer.format() == RowFormat::kFloat32) {
      for (; q + 4 <= to; q += 4) {
        score_four(scorer, request, q, index.d, first, n, scratch, &best[static_cast<std::size_t>(q - from)]);
      }
    }
    for (; q < to; ++q) {
      scorer.set_query(request.queries + q * index.d);
      score_one(scorer, request, first, n, scratch, best[static_cast<std::size_t>(q - from)]);
    }
  }
}

}  // namespace

bool has_row_table(const faiss::Index& index) { return row_format(index) != RowFormat::kOther; }

void gather_passing(const SearchRequest& request, idx_t size, Scratch& scratch) {
  scratch.places.clear();
  if (request.bitmap == nullptr) {
    for (idx_t ordinal = 0; ordinal < size; ++ordinal) {
      scratch.places.push_back(static_cast<std::int32_t>(ordinal));
    }
    return;
  }
  idx_t ordinal = 0;
  for (; ordinal + 64 <= size; ordinal += 64) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, request.bitmap + ordinal / 8, sizeof(bits));
    for (; bits != 0; bits &= bits - 1) {
      scratch.places.push_back(static_cast<std::int32_t>(ordinal) + __builtin_ctzll(bits));
    }
  }
  for (; ordinal < size; ++ordinal) {
    if (request.passes(ordinal)) {
      scratch.places.push_back(static_cast<std::int32_t>(ordinal));
    }
  }
}

void score_places(RowScorer& scorer, Scratch& scratch, Best& best) {
  const std::vector<std::int32_t>& places = scratch.places;
  float scores[kPrefetchRows];
  for (std::size_t from = 0; from < places.size(); from += kPrefetchRows) {
    std::size_t n = std::min(kPrefetchRows, places.size() - from);
    std::size_t ahead = std::min(from + 2 * kPrefetchRows, places.size());
    for (std::size_t i = from + n; i < ahead; ++i) {
      scorer.prefetch(places[i]);
    }
    scorer.at(places.data() + from, n, scores);
    for (std::size_t i = 0; i < n; ++i) {
      best.offer(scores[i], places[from + i]);
    }
  }
}

void search_rows(const faiss::Index& index, Scratch& scratch, const SearchRequest& request, float* scores, idx_t* labels) {
  RowScorer& scorer = scratch.scorer(index);
  bool gather = request.bitmap != nullptr && request.passing < index.ntotal / kGatherShare;
  if (gather) {
    gather_passing(request, index.ntotal, scratch);
  }
  auto k = static_cast<std::size_t>(request.k);
  auto group = static_cast<idx_t>(kQueriesAtATime);
  for (idx_t from = 0; from < request.query_count; from += group) {
    idx_t to = std::min(from + group, request.query_count);
    std::vector<Best>& best = scratch.bests(static_cast<std::size_t>(to - from), k);
    if (gather) {
      for (idx_t q = from; q < to; ++q) {
        scorer.set_query(request.queries + q * index.d);
        score_places(scorer, scratch, best[static_cast<std::size_t>(q - from)]);
      }
    } else {
      search_group(index, scorer, scratch, request, from, to, best);
    }
    for (idx_t q = from; q < to; ++q) {
      best[static_cast<std::size_t>(q - from)].write(k, scores + q * request.k, labels + q * request.k);
    }
  }
}

}  // namespace unipin
