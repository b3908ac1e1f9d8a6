#include "graph_search.hpp"

#include <faiss/IndexFlat.h>
#include <faiss/impl/DistanceComputer.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <utility>

#include "inner_product.hpp"

/*
 * Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using Hierarchical Navigable Small World graphs",
 * algorithms 2 (SEARCH-LAYER) and 5 (K-NN-SEARCH). It is written out here since IndexHNSW::search of FAISS 1.7.3 takes neither a
 * breadth (efSearch) per call nor a filter, and its own field would be shared between threads.
 *
 * A filter rules results, not steps: nodes that do not pass are walked through. When few pass, the walk would see most of the graph,
 * so the ones that pass are scored one by one instead, which is exact and no slower.
 */
namespace unipin {
namespace {

using node_t = faiss::HNSW::storage_idx_t;
using Scored = std::pair<float, node_t>;

/** About how many nodes a walk scores for each of its results. */
constexpr idx_t kScoredPerResult = 32;

/** Inner products of stored vectors with one query. One thread. */
class Scorer {
 public:
  explicit Scorer(const faiss::Index& storage) : dimension_(static_cast<std::size_t>(storage.d)) {
    if (const auto* flat = dynamic_cast<const faiss::IndexFlat*>(&storage)) {
      vectors_ = flat->get_xb();
    } else {
      computer_.reset(storage.get_distance_computer());
    }
  }

  void set_query(const float* query) {
    query_ = query;
    if (computer_) {
      computer_->set_query(query);
    }
  }

  void prefetch(node_t node) const {
    if (vectors_ != nullptr) {
      const float* vector = vectors_ + static_cast<std::size_t>(node) * dimension_;
      for (std::size_t i = 0; i < dimension_; i += 16) {
        __builtin_prefetch(vector + i);
      }
    }
  }

  float operator()(node_t node) {
    return vectors_ != nullptr ? kernel_(query_, vectors_ + static_cast<std::size_t>(node) * dimension_, dimension_)
                               : (*computer_)(node);
  }

 private:
  const std::size_t dimension_;
  const InnerProduct kernel_ = inner_product_kernel();
  const float* vectors_ = nullptr;
  std::unique_ptr<faiss::DistanceComputer> computer_;
  const float* query_ = nullptr;
};

/** The best ones offered, with the worst of them on top. */
class BestNodes {
 public:
  explicit BestNodes(std::size_t room) : room_(room) { heap_.reserve(room + 1); }

  void clear() { heap_.clear(); }
  bool full() const { return heap_.size() >= room_; }
  float worst() const { return heap_.front().first; }
  std::size_t size() const { return heap_.size(); }
  bool welcomes(float score) const { return !full() || score > worst(); }

  void offer(float score, node_t node) {
    if (!welcomes(score)) {
      return;
    }
    heap_.emplace_back(score, node);
    std::push_heap(heap_.begin(), heap_.end(), better);
    if (heap_.size() > room_) {
      std::pop_heap(heap_.begin(), heap_.end(), better);
      heap_.pop_back();
    }
  }

  /** Writes the best k, padded. Leaves no heap behind. */
  void write(idx_t k, float* scores, idx_t* labels) {
    std::sort(heap_.begin(), heap_.end(), better);
    for (idx_t i = 0; i < k; ++i) {
      bool there = i < static_cast<idx_t>(heap_.size());
      scores[i] = there ? heap_[static_cast<std::size_t>(i)].first : -std::numeric_limits<float>::infinity();
      labels[i] = there ? heap_[static_cast<std::size_t>(i)].second : -1;
    }
    heap_.clear();
  }

 private:
  static bool better(const Scored& a, const Scored& b) {
    return a.first > b.first || (a.first == b.first && a.second < b.second);
  }

  const std::size_t room_;
  std::vector<Scored> heap_;
};

/** Nodes still to be walked from, the best first. */
class Frontier {
 public:
  void clear() { heap_.clear(); }
  bool empty() const { return heap_.empty(); }

  void push(float score, node_t node) {
    heap_.emplace_back(score, node);
    std::push_heap(heap_.begin(), heap_.end());
  }

  Scored pop() {
    std::pop_heap(heap_.begin(), heap_.end());
    Scored top = heap_.back();
    heap_.pop_back();
    return top;
  }

 private:
  std::vector<Scored> heap_;
};

/** Walks one graph for one query after another. One thread. */
class GraphWalk {
 public:
  GraphWalk(const faiss::IndexHNSW& index, const SearchRequest& request, std::size_t breadth, faiss::VisitedTable& visited)
      : graph_(index.hnsw), request_(request), scorer_(*index.storage), best_(breadth), visited_(visited) {}

  void search(const float* query, float* scores, idx_t* labels) {
    scorer_.set_query(query);
    Scored start = descend();
    search_bottom(start);
    visited_.advance();
    if (best_.size() < static_cast<std::size_t>(request_.k)) {
      // Parts of the graph were out of reach.
      score_all();
    }
    best_.write(request_.k, scores, labels);
  }

  void search_exhaustively(const float* query, float* scores, idx_t* labels) {
    scorer_.set_query(query);
    score_all();
    best_.write(request_.k, scores, labels);
  }

 private:
  /** Climbs greedily on every level but the bottom one. */
  Scored descend() {
    Scored at{scorer_(graph_.entry_point), graph_.entry_point};
    for (int level = graph_.max_level; level > 0; --level) {
      bool moved = true;
      while (moved) {
        moved = false;
        gather(at.second, level);
        for (node_t node : neighbours_) {
          float score = scorer_(node);
          if (score > at.first) {
            at = {score, node};
            moved = true;
          }
        }
      }
    }
    return at;
  }

  void search_bottom(const Scored& start) {
    best_.clear();
    frontier_.clear();
    visited_.set(start.second);
    meet(start.first, start.second);
    while (!frontier_.empty()) {
      Scored next = frontier_.pop();
      if (best_.full() && next.first < best_.worst()) {
        return;
      }
      gather(next.second, 0);
      auto unseen = std::remove_if(neighbours_.begin(), neighbours_.end(), [this](node_t node) {
        bool seen = visited_.get(node);
        visited_.set(node);
        return seen;
      });
      neighbours_.erase(unseen, neighbours_.end());
      for (node_t node : neighbours_) {
        scorer_.prefetch(node);
      }
      for (node_t node : neighbours_) {
        meet(scorer_(node), node);
      }
    }
  }

  void meet(float score, node_t node) {
    if (best_.welcomes(score)) {
      frontier_.push(score, node);
      if (request_.passes(node)) {
        best_.offer(score, node);
      }
    }
  }

  void score_all() {
    best_.clear();
    auto size = static_cast<node_t>(graph_.levels.size());
    for (node_t node = 0; node < size; ++node) {
      if (request_.passes(node)) {
        best_.offer(scorer_(node), node);
      }
    }
  }

  void gather(node_t node, int level) {
    std::size_t begin = 0;
    std::size_t end = 0;
    graph_.neighbor_range(node, level, &begin, &end);
    neighbours_.clear();
    for (std::size_t i = begin; i < end && graph_.neighbors[i] >= 0; ++i) {
      neighbours_.push_back(graph_.neighbors[i]);
    }
  }

  const faiss::HNSW& graph_;
  const SearchRequest& request_;
  Scorer scorer_;
  BestNodes best_;
  Frontier frontier_;
  faiss::VisitedTable& visited_;
  std::vector<node_t> neighbours_;
};

}  // namespace

void check_graph(const faiss::IndexHNSW& index) {
  const faiss::HNSW& graph = index.hnsw;
  auto size = static_cast<std::size_t>(index.ntotal);
  require(
      index.storage != nullptr && index.storage->ntotal == index.ntotal && index.storage->d == index.d,
      "the graph and its vectors differ in size");
  require(
      graph.levels.size() == size && graph.offsets.size() == size + 1 && graph.offsets.front() == 0 &&
          graph.offsets.back() == graph.neighbors.size(),
      "the graph's tables differ in size");
  if (size == 0) {
    return;
  }
  const std::vector<int>& width = graph.cum_nneighbor_per_level;
  require(
      !width.empty() && width.front() == 0 && std::is_sorted(width.begin(), width.end()), "the graph's widths are not ordered");
  require(
      graph.entry_point >= 0 && static_cast<std::size_t>(graph.entry_point) < size &&
          graph.max_level < graph.levels[static_cast<std::size_t>(graph.entry_point)],
      "the graph's entry point lies outside");
  for (std::size_t node = 0; node < size; ++node) {
    int levels = graph.levels[node];
    require(
        levels >= 1 && static_cast<std::size_t>(levels) < width.size() && graph.offsets[node] <= graph.offsets[node + 1] &&
            graph.offsets[node + 1] - graph.offsets[node] ==
                static_cast<std::size_t>(width[static_cast<std::size_t>(levels)]),
        "a node's links lie outside the graph");
    for (int level = 1; level < levels; ++level) {
      std::size_t begin = 0;
      std::size_t end = 0;
      graph.neighbor_range(static_cast<idx_t>(node), level, &begin, &end);
      for (std::size_t i = begin; i < end && graph.neighbors[i] >= 0; ++i) {
        auto target = static_cast<std::size_t>(graph.neighbors[i]);
        require(target < size && graph.levels[target] > level, "a link leads to a node of a lower level");
      }
    }
  }
  require(
      std::all_of(
          graph.neighbors.begin(), graph.neighbors.end(),
          [size](node_t node) { return node < 0 || static_cast<std::size_t>(node) < size; }),
      "a link leads outside the graph");
}

void search_graph(
    const faiss::IndexHNSW& index, VisitedPool& pool, const SearchRequest& request, float* scores, idx_t* labels) {
  std::size_t breadth = request.breadth > 0 ? request.breadth : static_cast<std::size_t>(index.hnsw.efSearch);
  breadth = std::min(std::max(breadth, static_cast<std::size_t>(request.k)), static_cast<std::size_t>(index.ntotal));
  bool exhaustive = request.passing / kScoredPerResult <= static_cast<idx_t>(breadth);
  std::unique_ptr<faiss::VisitedTable> visited = pool.take(index.ntotal);
  GraphWalk walk(index, request, breadth, *visited);
  for (idx_t q = 0; q < request.query_count; ++q) {
    const float* query = request.queries + q * index.d;
    if (exhaustive) {
      walk.search_exhaustively(query, scores + q * request.k, labels + q * request.k);
    } else {
      walk.search(query, scores + q * request.k, labels + q * request.k);
    }
  }
  pool.give_back(std::move(visited));
}

}  // namespace unipin
