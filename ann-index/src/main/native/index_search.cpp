#include "index_search.hpp"

#include <faiss/IndexFastScan.h>
#include <faiss/IndexFlat.h>
#include <faiss/IndexHNSW.h>
#include <faiss/IndexIVF.h>
#include <faiss/IndexIVFFastScan.h>
#include <faiss/IndexIVFPQ.h>
#include <faiss/IndexPQ.h>
#include <faiss/IndexPreTransform.h>
#include <faiss/IndexRefine.h>
#include <faiss/IndexScalarQuantizer.h>
#include <faiss/VectorTransform.h>

#include <sys/mman.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <set>
#include <utility>

#include "graph_search.hpp"
#include "list_search.hpp"
#include "row_search.hpp"

namespace unipin {
namespace {

/** A refined index requests this many candidates per result from its coarse part. */
constexpr idx_t kRefinedPerResult = 4;
constexpr int kDefaultGraphBreadth = 64;
constexpr std::uintptr_t kLargePage = std::uintptr_t{1} << 21;
constexpr int kCollapse = 25;  // MADV_COLLAPSE of Linux 6.1, which older headers lack

/**
 * Seeds the training of a quantizer. Allows training with as few as one vector per centroid, without
 * a warning on stderr.
 */
void prepare(faiss::ProductQuantizer& quantizer, int seed) {
  quantizer.cp.seed = seed;
  quantizer.cp.min_points_per_centroid = 1;
}

/**
 * A rotation for product quantization (OPQ) whose training prints no warnings. The training repeats
 * the training of a product quantizer. FAISS's own quantizer for it would print a warning in every
 * repetition, for every part of a row, if the vectors are few.
 */
class QuietRotation final : public faiss::OPQMatrix {
 public:
  QuietRotation(const faiss::OPQMatrix& rotation, int seed) : OPQMatrix(rotation), seed_(seed) {}

  void train(idx_t n, const float* x) override {
    faiss::ProductQuantizer quantizer(static_cast<std::size_t>(d_out), static_cast<std::size_t>(M), kBits);
    prepare(quantizer, seed_);
    faiss::OPQMatrix trained(*this);
    trained.pq = &quantizer;
    trained.train(n, x);
    trained.pq = nullptr;
    OPQMatrix::operator=(std::move(trained));
  }

 private:
  static constexpr std::size_t kBits = 8;  // as many as FAISS's own quantizer of a rotation has

  const int seed_;
};

/**
 * Requests large pages for a table. A search reads rows and links in random order. Each read of a
 * small page that is not in the translation buffer costs a walk through the page tables. A system
 * without free large pages keeps the small pages.
 */
template <typename Element>
void use_large_pages(std::vector<Element>& table) {
  table.shrink_to_fit();
  auto begin = reinterpret_cast<std::uintptr_t>(table.data());
  std::uintptr_t end = begin + table.size() * sizeof(Element);
  begin = (begin + kLargePage - 1) & ~(kLargePage - 1);
  end &= ~(kLargePage - 1);
  if (begin < end) {
    madvise(reinterpret_cast<void*>(begin), end - begin, kCollapse);
  }
}

/**
 * Requests large pages for all lists. A list is far smaller than a large page, but lists lie side
 * by side. Other data on the same pages moves to the large pages as well.
 */
void use_large_pages(const faiss::InvertedLists& lists) {
  std::set<std::uintptr_t> pages;
  for (std::size_t list = 0; list < lists.nlist; ++list) {
    auto begin = reinterpret_cast<std::uintptr_t>(lists.get_codes(list));
    std::uintptr_t end = begin + lists.list_size(list) * lists.code_size;
    for (std::uintptr_t page = begin & ~(kLargePage - 1); page < end; page += kLargePage) {
      pages.insert(page);
    }
  }
  for (std::uintptr_t page : pages) {
    madvise(reinterpret_cast<void*>(page), kLargePage, kCollapse);
  }
}

/**
 * Searches an index of a kind whose code supports no filter. Fetches more and more results until k
 * of them pass or all items were seen.
 */
void search_and_filter(const faiss::Index& index, const SearchRequest& request, float* scores, idx_t* labels) {
  if (request.bitmap == nullptr) {
    index.search(request.query_count, request.queries, request.k, scores, labels);
    return;
  }
  std::vector<float> found_scores;
  std::vector<idx_t> found;
  for (idx_t q = 0; q < request.query_count; ++q) {
    idx_t filled = 0;
    idx_t fetch = request.k + (index.ntotal - request.passing) / std::max<idx_t>(1, index.ntotal / request.k);
    for (;;) {
      fetch = std::min(fetch, index.ntotal);
      found_scores.resize(static_cast<std::size_t>(fetch));
      found.resize(static_cast<std::size_t>(fetch));
      index.search(1, request.queries + q * index.d, fetch, found_scores.data(), found.data());
      filled = 0;
      for (std::size_t i = 0; i < found.size() && filled < request.k; ++i) {
        if (found[i] >= 0 && request.passes(found[i])) {
          scores[q * request.k + filled] = found_scores[i];
          labels[q * request.k + filled] = found[i];
          ++filled;
        }
      }
      if (filled == request.k || fetch == index.ntotal) {
        break;
      }
      fetch *= 2;
    }
    std::fill(scores + q * request.k + filled, scores + (q + 1) * request.k, -std::numeric_limits<float>::infinity());
    std::fill(labels + q * request.k + filled, labels + (q + 1) * request.k, -1);
  }
}

void search_transformed(
    const faiss::IndexPreTransform& index, Scratch& scratch, const SearchRequest& request, float* scores, idx_t* labels) {
  const float* transformed = index.apply_chain(request.query_count, request.queries);
  std::unique_ptr<const float[]> owned(transformed == request.queries ? nullptr : transformed);
  SearchRequest inner = request;
  inner.queries = transformed;
  search_index(*index.index, scratch, inner, scores, labels);
}

/**
 * Searches the coarse part for candidates, and orders the candidates by their scores in the fine
 * part.
 */
void search_refined(
    const faiss::IndexRefine& index, Scratch& scratch, const SearchRequest& request, float* scores, idx_t* labels) {
  SearchRequest coarse = request;
  coarse.k = std::min(request.passing, kRefinedPerResult * request.k);
  auto cells = static_cast<std::size_t>(request.query_count * coarse.k);
  std::vector<float> coarse_scores(cells);
  std::vector<idx_t> candidates(cells);
  search_index(*index.base_index, scratch, coarse, coarse_scores.data(), candidates.data());

  RowScorer& finer = scratch.scorer(*index.refine_index);
  std::vector<std::pair<float, idx_t>> row;
  for (idx_t q = 0; q < request.query_count; ++q) {
    finer.set_query(request.queries + q * index.d);
    row.clear();
    for (idx_t i = 0; i < coarse.k; ++i) {
      idx_t candidate = candidates[static_cast<std::size_t>(q * coarse.k + i)];
      if (candidate >= 0) {
        row.emplace_back(-finer.at(static_cast<std::int32_t>(candidate)), candidate);
      }
    }
    std::sort(row.begin(), row.end());
    for (idx_t i = 0; i < request.k; ++i) {
      bool there = i < static_cast<idx_t>(row.size());
      scores[q * request.k + i] =
          there ? -row[static_cast<std::size_t>(i)].first : -std::numeric_limits<float>::infinity();
      labels[q * request.k + i] = there ? row[static_cast<std::size_t>(i)].second : -1;
    }
  }
}

}  // namespace

void search_index(const faiss::Index& index, Scratch& scratch, const SearchRequest& request, float* scores, idx_t* labels) {
  if (const auto* transformed = dynamic_cast<const faiss::IndexPreTransform*>(&index)) {
    search_transformed(*transformed, scratch, request, scores, labels);
  } else if (const auto* refined = dynamic_cast<const faiss::IndexRefine*>(&index)) {
    search_refined(*refined, scratch, request, scores, labels);
  } else if (const auto* graph = dynamic_cast<const faiss::IndexHNSW*>(&index)) {
    search_graph(*graph, scratch, request, scores, labels);
  } else if (const auto* lists = dynamic_cast<const faiss::IndexIVF*>(&index)) {
    search_lists(*lists, scratch, request, scores, labels);
  } else if (has_row_table(index)) {
    search_rows(index, scratch, request, scores, labels);
  } else {
    search_and_filter(index, request, scores, labels);
  }
}

void check_searchable(const faiss::Index& index) {
  require(
      index.metric_type == faiss::METRIC_INNER_PRODUCT, "an index with inner product expected, got one with another metric");
  require(
      dynamic_cast<const faiss::IndexIVFFastScan*>(&index) == nullptr,
      "lists with a breadth and a filter per call expected, got fast-scan lists");
  if (const auto* transformed = dynamic_cast<const faiss::IndexPreTransform*>(&index)) {
    check_searchable(*transformed->index);
  } else if (const auto* refined = dynamic_cast<const faiss::IndexRefine*>(&index)) {
    require(
        refined->base_index->ntotal == index.ntotal && refined->refine_index->ntotal == index.ntotal,
        "parts of the index's size expected, got one of another size");
    check_searchable(*refined->base_index);
    check_searchable(*refined->refine_index);
  } else if (const auto* graph = dynamic_cast<const faiss::IndexHNSW*>(&index)) {
    check_searchable(*graph->storage);
    check_graph(*graph);
  } else if (const auto* lists = dynamic_cast<const faiss::IndexIVF*>(&index)) {
    check_lists(*lists);
  } else if (const auto* rows = dynamic_cast<const faiss::IndexFlatCodes*>(&index)) {
    require(
        rows->codes.size() == static_cast<std::size_t>(rows->ntotal) * rows->code_size,
        "all rows of the index expected, got another number");
  }
}

void prepare(faiss::Index& index, int seed) {
  if (auto* transformed = dynamic_cast<faiss::IndexPreTransform*>(&index)) {
    for (faiss::VectorTransform*& each : transformed->chain) {
      if (const auto* rotation = dynamic_cast<const faiss::OPQMatrix*>(each)) {
        auto quiet = std::make_unique<QuietRotation>(*rotation, seed);
        delete each;  // the index owns its transforms
        each = quiet.release();
      }
    }
    prepare(*transformed->index, seed);
  } else if (auto* refined = dynamic_cast<faiss::IndexRefine*>(&index)) {
    prepare(*refined->base_index, seed);
    prepare(*refined->refine_index, seed);
  } else if (auto* graph = dynamic_cast<faiss::IndexHNSW*>(&index)) {
    graph->hnsw.rng = faiss::RandomGenerator(seed);
    graph->hnsw.efSearch = kDefaultGraphBreadth;
    prepare(*graph->storage, seed);
  } else if (auto* lists = dynamic_cast<faiss::IndexIVF*>(&index)) {
    lists->cp.seed = seed;
    // Allows training with as few as one vector per list, without a warning on stderr.
    lists->cp.min_points_per_centroid = 1;
    lists->nprobe = std::max<std::size_t>(1, lists->nlist / 16);
    if (auto* quantized = dynamic_cast<faiss::IndexIVFPQ*>(&index)) {
      prepare(quantized->pq, seed);
      // Polysemous training takes minutes and serves only searches by Hamming distance.
      quantized->do_polysemous_training = false;
    }
    prepare(*lists->quantizer, seed);
  } else if (auto* quantized = dynamic_cast<faiss::IndexPQ*>(&index)) {
    prepare(quantized->pq, seed);
    quantized->do_polysemous_training = false;
  }
}

void settle(faiss::Index& index) {
  if (auto* transformed = dynamic_cast<faiss::IndexPreTransform*>(&index)) {
    settle(*transformed->index);
  } else if (auto* refined = dynamic_cast<faiss::IndexRefine*>(&index)) {
    settle(*refined->base_index);
    settle(*refined->refine_index);
  } else if (auto* graph = dynamic_cast<faiss::IndexHNSW*>(&index)) {
    use_large_pages(graph->hnsw.neighbors);
    settle(*graph->storage);
  } else if (auto* lists = dynamic_cast<faiss::IndexIVF*>(&index)) {
    if (dynamic_cast<const faiss::ArrayInvertedLists*>(lists->invlists) != nullptr) {
      use_large_pages(*lists->invlists);
    }
    settle(*lists->quantizer);
  } else if (auto* rows = dynamic_cast<faiss::IndexFlatCodes*>(&index)) {
    use_large_pages(rows->codes);
  }
}

}  // namespace unipin
