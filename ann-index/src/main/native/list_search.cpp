#include "list_search.hpp"

#include <faiss/IndexFlat.h>
#include <faiss/IndexHNSW.h>
#include <faiss/IndexIVFFlat.h>
#include <faiss/IndexScalarQuantizer.h>
#include <faiss/impl/IDSelector.h>

#include <algorithm>
#include <typeinfo>

#include "graph_search.hpp"
#include "row_search.hpp"

/*
 * Search in inverted lists, in the layout of FAISS.
 *
 * The search is written here for two reasons. It uses the kernels of this library. And with a
 * filter it searches more lists, because the best passing items are spread over more lists than the
 * best of all items. A list costs little if few of its rows are scored.
 *
 * Sivic and Zisserman, "Video Google: A Text Retrieval Approach to Object Matching in Videos",
 * 2003.
 */
namespace unipin {
namespace {

/**
 * If a search without a filter reads n lists, a search with a filter reads at most n times this
 * number.
 */
constexpr idx_t kWiderUnderFilter = 4;

/** A selector that passes the ordinals whose bit is set. */
class OrdinalSelector final : public faiss::IDSelector {
 public:
  explicit OrdinalSelector(const SearchRequest& request) : request_(request) {}
  bool is_member(idx_t id) const override { return request_.passes(id); }

 private:
  const SearchRequest& request_;
};

RowFormat list_format(const faiss::IndexIVF& index) {
  // A subclass of IndexIVFFlat stores duplicates outside the lists, so only the exact type is
  // accepted.
  if (typeid(index) == typeid(faiss::IndexIVFFlat)) {
    return RowFormat::kFloat32;
  }
  const auto* quantized = dynamic_cast<const faiss::IndexIVFScalarQuantizer*>(&index);
  return quantized == nullptr ? RowFormat::kOther : row_format(quantized->sq);
}

/**
 * Returns whether a list stores residuals: rows minus the list's centre. The score of the list's
 * centre must then be added to the scores of its rows.
 */
bool by_residual(const faiss::IndexIVF& index) {
  const auto* quantized = dynamic_cast<const faiss::IndexIVFScalarQuantizer*>(&index);
  return quantized != nullptr && quantized->by_residual;
}

std::size_t probes(const faiss::IndexIVF& index, const SearchRequest& request) {
  std::size_t wanted = std::min(request.breadth > 0 ? request.breadth : index.nprobe, index.nlist);
  if (request.passing == 0 || request.passing >= index.ntotal) {
    return wanted;
  }
  idx_t wider = std::min(kWiderUnderFilter, index.ntotal / request.passing);
  return std::min(wanted * static_cast<std::size_t>(std::max<idx_t>(1, wider)), index.nlist);
}

/** A search through the lists, for one query after another. Not thread-safe. */
class ListWalk {
 public:
  ListWalk(const faiss::IndexIVF& index, RowFormat format, Scratch& scratch, const SearchRequest& request)
      : index_(index),
        scratch_(scratch),
        request_(request),
        scorer_(scratch.scorer(index, format, quantizer(index))),
        residual_(by_residual(index)) {}

  void search(const float* query, std::size_t probed, float* scores, idx_t* labels) {
    auto k = static_cast<std::size_t>(request_.k);
    std::size_t ranked = probed;
    std::size_t done = 0;
    rank(query, ranked);
    Best& best = scratch_.bests(1, k).front();
    scorer_.set_query(query);
    for (;;) {
      for (; done < ranked; ++done) {
        scan(done, done + 1 < ranked ? scratch_.lists[done + 1] : -1, best);
      }
      if (best.size() == k || ranked == index_.nlist) {
        break;
      }
      ranked = widen(query, ranked, best);
      done = 0;
    }
    best.write(k, scores, labels);
  }

 private:
  static const faiss::ScalarQuantizer* quantizer(const faiss::IndexIVF& index) {
    const auto* quantized = dynamic_cast<const faiss::IndexIVFScalarQuantizer*>(&index);
    return quantized == nullptr ? nullptr : &quantized->sq;
  }

  /** Finds the `count` lists whose centres are nearest to the query, in order. */
  void rank(const float* query, std::size_t count) {
    scratch_.lists.resize(count);
    scratch_.list_scores.resize(count);
    SearchRequest nearest{1, query, static_cast<idx_t>(count), 0, nullptr, index_.quantizer->ntotal};
    if (has_row_table(*index_.quantizer)) {
      search_rows(*index_.quantizer, scratch_, nearest, scratch_.list_scores.data(), scratch_.lists.data());
    } else if (const auto* graph = dynamic_cast<const faiss::IndexHNSW*>(index_.quantizer)) {
      search_graph(*graph, scratch_, nearest, scratch_.list_scores.data(), scratch_.lists.data());
    } else {
      index_.quantizer->search(1, query, nearest.k, scratch_.list_scores.data(), scratch_.lists.data());
    }
  }

  /**
   * Ranks more lists. If the ranking is approximate, a longer ranking may start with other lists
   * than a shorter ranking. So the search begins again from the first list.
   */
  std::size_t widen(const float* query, std::size_t ranked, Best& best) {
    std::size_t wider = std::min(2 * ranked, index_.nlist);
    rank(query, wider);
    best.reset(static_cast<std::size_t>(request_.k));
    return wider;
  }

  void scan(std::size_t place, idx_t next, Best& best) {
    if (next >= 0) {
      auto number = static_cast<std::size_t>(next);
      scorer_.prefetch_rows(index_.invlists->get_codes(number), index_.invlists->list_size(number));
    }
    idx_t list = scratch_.lists[place];
    if (list < 0) {
      return;
    }
    auto number = static_cast<std::size_t>(list);
    std::size_t size = index_.invlists->list_size(number);
    const idx_t* ids = index_.invlists->get_ids(number);
    const std::uint8_t* rows = index_.invlists->get_codes(number);
    float base = residual_ ? scratch_.list_scores[place] : 0;
    if (request_.bitmap == nullptr) {
      scratch_.scores.resize(std::max(scratch_.scores.size(), size));
      scorer_.rows(rows, size, scratch_.scores.data());
      for (std::size_t i = 0; i < size; ++i) {
        best.offer(scratch_.scores[i] + base, static_cast<std::int32_t>(ids[i]));
      }
      return;
    }
    scratch_.places.clear();
    for (std::size_t i = 0; i < size; ++i) {
      if (request_.passes(ids[i])) {
        scratch_.places.push_back(static_cast<std::int32_t>(i));
      }
    }
    scratch_.scores.resize(std::max(scratch_.scores.size(), scratch_.places.size()));
    scorer_.at(rows, scratch_.places.data(), scratch_.places.size(), scratch_.scores.data());
    for (std::size_t i = 0; i < scratch_.places.size(); ++i) {
      auto row = static_cast<std::size_t>(scratch_.places[i]);
      best.offer(scratch_.scores[i] + base, static_cast<std::int32_t>(ids[row]));
    }
  }

  const faiss::IndexIVF& index_;
  Scratch& scratch_;
  const SearchRequest& request_;
  RowScorer& scorer_;
  const bool residual_;
};

bool complete(const SearchRequest& request, const idx_t* labels) {
  return std::all_of(labels, labels + request.k, [](idx_t label) { return label >= 0; });
}

/** Searches lists whose codes no kernel of this library reads. */
void search_with_faiss(const faiss::IndexIVF& index, const SearchRequest& request, float* scores, idx_t* labels) {
  OrdinalSelector selector(request);
  faiss::SearchParametersIVF parameters;
  parameters.sel = request.bitmap == nullptr ? nullptr : &selector;
  parameters.nprobe = probes(index, request);
  index.search(request.query_count, request.queries, request.k, scores, labels, &parameters);
  for (idx_t q = 0; q < request.query_count; ++q) {
    faiss::SearchParametersIVF wider = parameters;
    while (wider.nprobe < index.nlist && !complete(request, labels + q * request.k)) {
      wider.nprobe = std::min(2 * wider.nprobe, index.nlist);
      index.search(1, request.queries + q * index.d, request.k, scores + q * request.k, labels + q * request.k, &wider);
    }
  }
}

}  // namespace

void search_lists(const faiss::IndexIVF& index, Scratch& scratch, const SearchRequest& request, float* scores, idx_t* labels) {
  RowFormat format = list_format(index);
  if (format == RowFormat::kOther) {
    search_with_faiss(index, request, scores, labels);
    return;
  }
  ListWalk walk(index, format, scratch, request);
  std::size_t probed = probes(index, request);
  for (idx_t q = 0; q < request.query_count; ++q) {
    walk.search(request.queries + q * index.d, probed, scores + q * request.k, labels + q * request.k);
  }
}

void check_lists(const faiss::IndexIVF& index) {
  auto count = static_cast<idx_t>(index.nlist);
  require(
      index.quantizer != nullptr && index.quantizer->ntotal == count && index.quantizer->d == index.d,
      "one centre of the index's dimension per list expected, got others");
  // The quantizer may be any index, such as a graph behind a transform, and FAISS searches it.
  check_searchable(*index.quantizer);
  require(index.nprobe >= 1, "at least 1 list per search expected, got 0");
  const faiss::InvertedLists& lists = *index.invlists;
  require(
      lists.nlist == index.nlist && lists.code_size == index.code_size,
      "lists of the index's number and row size expected, got others");
  idx_t rows = 0;
  for (std::size_t list = 0; list < lists.nlist; ++list) {
    faiss::InvertedLists::ScopedIds ids(&lists, list);
    std::size_t size = lists.list_size(list);
    require(
        std::all_of(ids.get(), ids.get() + size, [&index](idx_t id) { return id >= 0 && id < index.ntotal; }),
        "rows inside the index expected in a list, got one outside");
    rows += static_cast<idx_t>(size);
  }
  require(rows == index.ntotal, "all rows of the index expected in the lists, got another number");
}

}  // namespace unipin
