#include <faiss/IndexHNSW.h>
#include <faiss/IndexIVF.h>
#include <faiss/index_factory.h>
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <limits>
#include <memory>
#include <numeric>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "index_search.hpp"

/*
 * Tests that compare every search loop, over every kind of index, with sums in double precision
 * over the stored rows. They cover one query and many queries, any k, filters from one item to all
 * items, and two simultaneous threads. They also cover queries that are not finite, and graphs
 * whose links lead outside the graph. Queries, bitmaps and results end where their memory ends, so
 * a sanitizer notices any access past the end.
 */
namespace {

using unipin::idx_t;
using unipin::IndexHandle;
using unipin::SearchRequest;

constexpr idx_t kDimension = 19;  // not a multiple of the width of any register
constexpr double kTolerance = 1e-4;

int failures = 0;

void expect(bool holds, const std::string& what) {
  if (!holds && ++failures < 50) {
    std::printf("%s\n", what.c_str());
  }
}

/** Returns unit vectors around a few centres. */
std::vector<float> around(idx_t count, unsigned seed) {
  std::mt19937 centre_bits(1);
  std::mt19937 bits(seed);
  std::normal_distribution<float> normal;
  std::vector<float> centres(20 * kDimension);
  std::generate(centres.begin(), centres.end(), [&] { return normal(centre_bits); });
  std::vector<float> rows(static_cast<std::size_t>(count * kDimension));
  for (idx_t row = 0; row < count; ++row) {
    float* out = rows.data() + row * kDimension;
    const float* centre = centres.data() + (bits() % 20) * kDimension;
    double square = 0;
    for (idx_t i = 0; i < kDimension; ++i) {
      out[i] = centre[i] + 0.5F * normal(bits);
      square += static_cast<double>(out[i]) * out[i];
    }
    for (idx_t i = 0; i < kDimension; ++i) {
      out[i] /= static_cast<float>(std::sqrt(square));
    }
  }
  return rows;
}

std::unique_ptr<IndexHandle> built(const char* factory, idx_t count) {
  auto handle = std::make_unique<IndexHandle>();
  handle->index.reset(faiss::index_factory(kDimension, factory, faiss::METRIC_INNER_PRODUCT));
  unipin::prepare(*handle->index, 7);
  std::vector<float> rows = around(count, 2);
  if (!handle->index->is_trained) {
    handle->index->train(count, rows.data());
  }
  handle->index->add(count, rows.data());
  unipin::check_searchable(*handle->index);
  unipin::settle(*handle->index);
  return handle;
}

/** A filter: one bit per ordinal, or no bitmap when all pass. */
struct Filter {
  Filter(std::string name_, idx_t size_, const std::function<bool(idx_t)>& passes) : name(std::move(name_)), size(size_) {
    bitmap.resize(static_cast<std::size_t>((size + 63) / 64 * 8));
    for (idx_t ordinal = 0; ordinal < size; ++ordinal) {
      if (passes(ordinal)) {
        bitmap[static_cast<std::size_t>(ordinal / 8)] |= static_cast<std::uint8_t>(1U << (ordinal % 8));
        ++passing;
      }
    }
  }
  explicit Filter(idx_t size_) : name("all"), size(size_), passing(size_) {}

  bool passes(idx_t ordinal) const {
    return bitmap.empty() || ((bitmap[static_cast<std::size_t>(ordinal / 8)] >> (ordinal % 8)) & 1) != 0;
  }

  std::string name;
  idx_t size;
  idx_t passing = 0;
  std::vector<std::uint8_t> bitmap;
};

std::vector<Filter> filters(idx_t size) {
  return {
      Filter(size),
      Filter("most", size, [](idx_t ordinal) { return ordinal % 7 != 3; }),
      Filter("half", size, [](idx_t ordinal) { return ordinal % 2 == 0; }),
      Filter("few", size, [](idx_t ordinal) { return ordinal % 11 == 5; }),
      Filter("last", size, [size](idx_t ordinal) { return ordinal == size - 1; })};
}

struct Found {
  std::vector<float> scores;
  std::vector<idx_t> labels;
};

Found search(IndexHandle& handle, const std::vector<float>& queries, idx_t k, std::size_t breadth, const Filter& filter) {
  idx_t count = static_cast<idx_t>(queries.size()) / kDimension;
  Found found{
      std::vector<float>(static_cast<std::size_t>(count * k)), std::vector<idx_t>(static_cast<std::size_t>(count * k))};
  SearchRequest request{
      count, queries.data(), k, breadth, filter.bitmap.empty() ? nullptr : filter.bitmap.data(), filter.passing};
  unipin::ScratchPool::Lease scratch(handle.scratch);
  unipin::search(handle, *scratch, request, found.scores.data(), found.labels.data());
  return found;
}

/** Returns the stored rows, decoded. */
std::vector<float> stored(const faiss::Index& index) {
  std::vector<float> rows(static_cast<std::size_t>(index.ntotal * kDimension));
  if (auto* lists = dynamic_cast<const faiss::IndexIVF*>(&index)) {
    const_cast<faiss::IndexIVF*>(lists)->make_direct_map(true);
  }
  index.reconstruct_n(0, index.ntotal, rows.data());
  return rows;
}

/** Returns the scores of the passing rows, computed in double precision, best first. */
std::vector<double> truth(const float* query, const std::vector<float>& rows, const Filter& filter) {
  std::vector<double> scores;
  for (idx_t ordinal = 0; ordinal < filter.size; ++ordinal) {
    if (filter.passes(ordinal)) {
      const float* row = rows.data() + ordinal * kDimension;
      double score = 0;
      for (idx_t i = 0; i < kDimension; ++i) {
        score += static_cast<double>(query[i]) * static_cast<double>(row[i]);
      }
      scores.push_back(score);
    }
  }
  std::sort(scores.begin(), scores.end(), std::greater<>());
  return scores;
}

/**
 * Checks that every result comes once and in order, passes the filter and has the right score. Also
 * checks that the recall is at least least_recall.
 */
void check_found(
    const std::string& what, const Found& found, const std::vector<float>& queries, idx_t k, const std::vector<float>& rows,
    const Filter& filter, double least_recall) {
  idx_t count = static_cast<idx_t>(queries.size()) / kDimension;
  double hits = 0;
  for (idx_t q = 0; q < count; ++q) {
    const float* query = queries.data() + q * kDimension;
    const float* scores = found.scores.data() + q * k;
    const idx_t* labels = found.labels.data() + q * k;
    expect(std::is_sorted(scores, scores + k, std::greater<>()), what + ": results out of order");
    expect(
        std::set<idx_t>(labels, labels + k).size() == static_cast<std::size_t>(k), what + ": a result twice");
    std::vector<double> best = truth(query, rows, filter);
    for (idx_t i = 0; i < k; ++i) {
      bool known = labels[i] >= 0 && labels[i] < filter.size && filter.passes(labels[i]);
      expect(known, what + ": a result that doesn't pass");
      if (known) {
        const float* row = rows.data() + labels[i] * kDimension;
        double score = std::inner_product(row, row + kDimension, query, 0.0);
        expect(std::fabs(score - static_cast<double>(scores[i])) < kTolerance, what + ": a score of another item");
        hits += score > best[static_cast<std::size_t>(k - 1)] - kTolerance ? 1 : 0;
      }
    }
  }
  double recall = hits / static_cast<double>(count * k);
  expect(recall >= least_recall, what + ": recall " + std::to_string(recall));
}

void searches_agree(const char* factory, idx_t size, std::size_t breadth, double least_recall) {
  std::unique_ptr<IndexHandle> handle = built(factory, size);
  std::vector<float> rows = stored(*handle->index);
  for (const Filter& filter : filters(size)) {
    for (idx_t count : {1, 4, 6, 67}) {
      std::vector<float> queries = around(count, 3);
      for (idx_t wanted : {idx_t{1}, idx_t{10}, size}) {
        idx_t k = std::min(wanted, filter.passing);
        if (k == 0 || (wanted == size && count > 4)) {
          continue;  // no item passes, or the sums would take too long
        }
        std::string what = std::string(factory) + ", " + std::to_string(size) + " rows, " + std::to_string(count) + " queries, k " +
            std::to_string(k) + ", " + filter.name;
        Found found = search(*handle, queries, k, breadth, filter);
        check_found(what, found, queries, k, rows, filter, least_recall);
      }
    }
  }
}

/**
 * Checks an index with coarse codes: the results must be complete and pass the filter. Their order
 * is not checked, because coarse codes change it.
 */
void searches_are_whole(const char* factory, idx_t size) {
  std::unique_ptr<IndexHandle> handle = built(factory, size);
  std::vector<float> queries = around(5, 3);
  for (const Filter& filter : filters(size)) {
    for (idx_t wanted : {idx_t{10}, size}) {
      idx_t k = std::min(wanted, filter.passing);
      Found found = search(*handle, queries, k, 4, filter);
      for (idx_t q = 0; q < 5; ++q) {
        const idx_t* labels = found.labels.data() + q * k;
        std::set<idx_t> distinct(labels, labels + k);
        bool pass = std::all_of(
            distinct.begin(), distinct.end(), [&](idx_t label) { return label >= 0 && label < size && filter.passes(label); });
        expect(
            pass && distinct.size() == static_cast<std::size_t>(k),
            std::string(factory) + ", k " + std::to_string(k) + ", " + filter.name + ": results missing, double or not passing");
      }
    }
  }
}

/**
 * Checks that labels stay in range for queries that are not finite, and that such a query does not
 * change the results of another query.
 */
void odd_queries_end(const char* factory) {
  std::unique_ptr<IndexHandle> handle = built(factory, 800);
  std::vector<float> rows = stored(*handle->index);
  std::vector<float> sound = around(1, 3);
  for (float odd : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), 0.0F, 1e-42F, 3e38F}) {
    std::vector<float> queries(2 * kDimension, odd);
    std::copy(sound.begin(), sound.end(), queries.begin() + kDimension);
    for (const Filter& filter : filters(800)) {
      idx_t k = std::min<idx_t>(10, filter.passing);
      Found found = search(*handle, queries, k, 64, filter);
      expect(
          std::all_of(found.labels.begin(), found.labels.end(), [](idx_t label) { return label >= -1 && label < 800; }),
          std::string(factory) + ": a label outside");
      Found second{{found.scores.begin() + k, found.scores.end()}, {found.labels.begin() + k, found.labels.end()}};
      check_found(std::string(factory) + " beside an odd query", second, sound, k, rows, filter, 0.9);
    }
  }
}

/** Checks that two threads that search one index get the same results as one thread. */
void threads_agree(const char* factory) {
  std::unique_ptr<IndexHandle> handle = built(factory, 1500);
  std::vector<float> queries = around(40, 3);
  Filter half = filters(1500)[2];
  Found alone = search(*handle, queries, 10, 32, half);
  std::vector<Found> beside(2);
  std::vector<std::thread> threads;
  for (Found& found : beside) {
    threads.emplace_back([&] {
      omp_set_num_threads(1);
      for (int i = 0; i < 5; ++i) {
        found = search(*handle, queries, 10, 32, half);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (const Found& found : beside) {
    expect(found.labels == alone.labels && found.scores == alone.scores, std::string(factory) + ": threads disagree");
  }
}

/** Checks that a graph with any kind of damage is refused before a search walks through it. */
void damaged_graphs_are_refused() {
  using Damage = std::function<void(faiss::HNSW&)>;
  const std::vector<Damage> damages = {
      [](faiss::HNSW& graph) { graph.entry_point = 300; },
      [](faiss::HNSW& graph) { graph.entry_point = -1; },
      [](faiss::HNSW& graph) { graph.max_level += 1; },
      [](faiss::HNSW& graph) { graph.neighbors[5] = 300; },
      [](faiss::HNSW& graph) { graph.neighbors.pop_back(); },
      [](faiss::HNSW& graph) { graph.offsets[7] += 1; },
      [](faiss::HNSW& graph) { graph.offsets.pop_back(); },
      [](faiss::HNSW& graph) { graph.levels[9] = 0; },
      [](faiss::HNSW& graph) { graph.levels[9] = 1000; },
      [](faiss::HNSW& graph) { graph.cum_nneighbor_per_level.back() += 100; },
      [](faiss::HNSW& graph) { graph.cum_nneighbor_per_level.clear(); },
      [](faiss::HNSW& graph) { std::reverse(graph.cum_nneighbor_per_level.begin(), graph.cum_nneighbor_per_level.end()); }};
  for (std::size_t i = 0; i < damages.size(); ++i) {
    std::unique_ptr<IndexHandle> handle = built("HNSW4", 300);
    damages[i](dynamic_cast<faiss::IndexHNSW&>(*handle->index).hnsw);
    bool refused = false;
    try {
      unipin::check_searchable(*handle->index);
    } catch (const std::runtime_error&) {
      refused = true;
    }
    expect(refused, "damage " + std::to_string(i) + " of a graph was not seen");
  }
}

/** Checks that inverted lists with any kind of damage are refused before a search. */
void damaged_lists_are_refused() {
  using Damage = std::function<void(faiss::IndexIVF&, faiss::ArrayInvertedLists&)>;
  const std::vector<Damage> damages = {
      [](faiss::IndexIVF&, faiss::ArrayInvertedLists& lists) { lists.ids[1][0] = idx_t{1} << 44; },
      [](faiss::IndexIVF&, faiss::ArrayInvertedLists& lists) { lists.ids[2].back() = -1; },
      [](faiss::IndexIVF&, faiss::ArrayInvertedLists& lists) { lists.ids[2].pop_back(); },
      [](faiss::IndexIVF&, faiss::ArrayInvertedLists& lists) { lists.code_size += 1; },
      [](faiss::IndexIVF& index, faiss::ArrayInvertedLists&) { index.nprobe = 0; },
      [](faiss::IndexIVF& index, faiss::ArrayInvertedLists&) { index.quantizer->ntotal -= 1; }};
  for (std::size_t i = 0; i < damages.size(); ++i) {
    std::unique_ptr<IndexHandle> handle = built("IVF4,Flat", 300);
    auto& index = dynamic_cast<faiss::IndexIVF&>(*handle->index);
    damages[i](index, dynamic_cast<faiss::ArrayInvertedLists&>(*index.invlists));
    bool refused = false;
    try {
      unipin::check_searchable(index);
    } catch (const std::runtime_error&) {
      refused = true;
    }
    expect(refused, "damage " + std::to_string(i) + " of lists was not seen");
  }
}

}  // namespace

int main() {
  omp_set_num_threads(1);
  for (idx_t size : {1, 3, 65, 700}) {
    for (const char* factory : {"Flat", "SQ8", "SQfp16"}) {
      searches_agree(factory, size, 0, 1);
    }
    for (const char* factory : {"HNSW8", "HNSW8,SQ8", "HNSW8,SQfp16"}) {
      searches_agree(factory, size, 200, 0.97);
    }
  }
  searches_agree("HNSW16", 6000, 64, 0.9);  // large enough for a walk with a filter
  for (const char* factory : {"IVF8,Flat", "IVF8,SQ8", "IVF8,SQfp16", "IVF8_HNSW4,Flat"}) {
    searches_agree(factory, 65, 8, 1);
    searches_agree(factory, 700, 8, 1);
  }
  for (const char* factory : {"SQ4", "SQ6", "PQ1", "IVF8,PQ1", "IVF4,SQ4", "PCA8,Flat", "IVF8,PQ1,RFlat", "HNSW8,SQ6"}) {
    searches_are_whole(factory, 600);
  }
  for (const char* factory : {"Flat", "SQ8", "HNSW8", "HNSW8,SQ8", "IVF8,Flat", "IVF8,SQ8"}) {
    odd_queries_end(factory);
    threads_agree(factory);
  }
  damaged_graphs_are_refused();
  damaged_lists_are_refused();
  std::printf("searches: %d failures\n", failures);
  return failures == 0 ? 0 : 1;
}
