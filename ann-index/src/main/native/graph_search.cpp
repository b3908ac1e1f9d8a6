#include "graph_search.hpp"

#include <algorithm>

#include "row_search.hpp"

/*
 * Search in a hierarchical navigable small world graph (HNSW).
 *
 * - Without a filter, one ordered list of `breadth` nodes holds the found nodes and the nodes to
 *   expand. Once the list is full, a node that scores below the last node of the list is neither
 *   found nor expanded.
 * - With a filter, the walk expands nodes whether they pass or not, but collects only nodes that
 *   pass.
 * - If few items pass, a walk would score at least as many nodes as there are passing items. In
 *   this case the passing items are scored one by one instead, which is exact and no slower.
 *
 * IndexHNSW::search of FAISS 1.7.3 accepts neither a breadth (efSearch) per call nor a filter.
 * efSearch is a field of the index, and all threads share the index. So the search is written here.
 *
 * Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using Hierarchical
 * Navigable Small World graphs", algorithms 2 (SEARCH-LAYER) and 5 (K-NN-SEARCH). The search with a
 * single list is algorithm 1 of Subramanya et al., "DiskANN".
 */
namespace unipin {
namespace {

using node_t = faiss::HNSW::storage_idx_t;

/**
 * A walk of breadth b scores about b times this number of nodes. Scoring a row outside of a walk
 * takes about half as long as scoring it in a walk.
 */
constexpr double kScoredPerResult = 16;

/**
 * The best nodes in order of their scores. Their number is at most the breadth. A mark says whether
 * a node was expanded: whether the walk has visited the node's neighbours. Not thread-safe.
 */
class Beam {
 public:
  Beam(std::vector<std::uint64_t>& nodes, std::size_t breadth) : nodes_(nodes), breadth_(breadth) {
    nodes_.clear();
    nodes_.reserve(breadth + 1);
  }

  bool welcomes(float score) const { return score >= worst_; }

  void insert(float score, node_t node) {
    std::uint64_t key = mark(key_of(score, node), false);
    auto place = std::upper_bound(nodes_.begin(), nodes_.end(), key, std::greater<>());
    std::size_t position = static_cast<std::size_t>(place - nodes_.begin());
    if (position == breadth_) {
      return;
    }
    if (nodes_.size() == breadth_) {
      nodes_.pop_back();
    }
    nodes_.insert(nodes_.begin() + static_cast<std::ptrdiff_t>(position), key);
    if (nodes_.size() == breadth_) {
      worst_ = score_of(nodes_.back());
    }
    next_ = std::min(next_, position);
  }

  /**
   * Marks the best unexpanded node as expanded and returns it. Returns -1 if all nodes are
   * expanded.
   */
  node_t take() {
    while (next_ < nodes_.size() && walked(nodes_[next_])) {
      ++next_;
    }
    if (next_ == nodes_.size()) {
      return -1;
    }
    std::uint64_t key = nodes_[next_];
    nodes_[next_] = mark(key, true);
    ++next_;
    return node(key);
  }

  /** Returns the node that the next take() will return, or -1. */
  node_t peek() const {
    for (std::size_t i = next_; i < nodes_.size(); ++i) {
      if (!walked(nodes_[i])) {
        return node(nodes_[i]);
      }
    }
    return -1;
  }

  std::size_t size() const { return nodes_.size(); }

  void write(idx_t k, float* scores, idx_t* labels) const {
    for (idx_t i = 0; i < k; ++i) {
      std::uint64_t key = nodes_[static_cast<std::size_t>(i)];
      scores[i] = score_of(key);
      labels[i] = node(key);
    }
  }

 private:
  // An ordinal takes 31 of the 32 bits that a key has for it. The mark is the lowest bit of the
  // key: 1 if the node is not expanded, else 0. The mark never changes the order of two nodes.
  static std::uint64_t mark(std::uint64_t key, bool walked) {
    if (walked) {
      return key & ~std::uint64_t{1};
    }
    return (key & 0xffffffff00000000U) | ((key << 1) & 0xffffffffU) | 1U;
  }
  static bool walked(std::uint64_t key) { return (key & 1U) == 0; }
  static node_t node(std::uint64_t key) {
    return static_cast<node_t>(~(static_cast<std::uint32_t>(key) >> 1) & 0x7fffffffU);
  }

  std::vector<std::uint64_t>& nodes_;
  const std::size_t breadth_;
  std::size_t next_ = 0;
  float worst_ = -std::numeric_limits<float>::infinity();
};

/** A walk through one graph, for one query after another. Not thread-safe. */
class GraphWalk {
 public:
  GraphWalk(const faiss::IndexHNSW& index, Scratch& scratch, const SearchRequest& request, std::size_t breadth)
      : index_(index),
        graph_(index.hnsw),
        scratch_(scratch),
        request_(request),
        breadth_(breadth),
        scorer_(scratch.scorer(*index.storage)) {
    scratch_.scores.resize(std::max<std::size_t>(scratch_.scores.size(), static_cast<std::size_t>(graph_.nb_neighbors(0))));
  }

  void search(const float* query, float* scores, idx_t* labels) {
    scorer_.set_query(query);
    node_t start = descend();
    bool found = request_.bitmap == nullptr ? walk(start, scores, labels) : walk_filtered(start, scores, labels);
    if (!found) {
      // The walk found too few results, because it could not reach all parts of the graph.
      search_exhaustively(query, scores, labels);
    }
  }

  void search_exhaustively(const float* query, float* scores, idx_t* labels) {
    scorer_.set_query(query);
    Best& best = scratch_.bests(1, static_cast<std::size_t>(request_.k)).front();
    gather_passing(request_, index_.ntotal, scratch_);
    score_places(scorer_, scratch_, best);
    best.write(static_cast<std::size_t>(request_.k), scores, labels);
  }

 private:
  /**
   * Descends greedily through all levels above the bottom level. Returns the node from which the
   * walk on the bottom level starts.
   */
  node_t descend() {
    node_t at = graph_.entry_point;
    float height = scorer_.at(at);
    for (int level = graph_.max_level; level > 0; --level) {
      bool moved = true;
      while (moved) {
        moved = false;
        scratch_.places.clear();
        each_neighbour(at, level, [this](node_t node) { scratch_.places.push_back(node); });
        score_neighbours();
        for (std::size_t i = 0; i < scratch_.places.size(); ++i) {
          if (scratch_.scores[i] > height) {
            height = scratch_.scores[i];
            at = scratch_.places[i];
            moved = true;
          }
        }
      }
    }
    return at;
  }

  bool walk(node_t start, float* scores, idx_t* labels) {
    faiss::VisitedTable& visited = scratch_.visited(index_);
    Beam beam(scratch_.nodes, breadth_);
    visited.set(start);
    offer(beam, scorer_.at(start), start);
    for (node_t node = beam.take(); node >= 0; node = beam.take()) {
      gather_unseen(node, visited);
      node_t next = beam.peek();
      if (next >= 0) {
        prefetch_links(next);
      }
      score_neighbours();
      for (std::size_t i = 0; i < scratch_.places.size(); ++i) {
        offer(beam, scratch_.scores[i], scratch_.places[i]);
      }
    }
    if (beam.size() < static_cast<std::size_t>(request_.k)) {
      return false;
    }
    beam.write(request_.k, scores, labels);
    return true;
  }

  bool walk_filtered(node_t start, float* scores, idx_t* labels) {
    faiss::VisitedTable& visited = scratch_.visited(index_);
    Beam found(scratch_.nodes, breadth_);
    std::vector<std::uint64_t>& frontier = scratch_.frontier;
    frontier.clear();
    visited.set(start);
    meet(scorer_.at(start), start, found);
    while (!frontier.empty()) {
      std::pop_heap(frontier.begin(), frontier.end());
      std::uint64_t next = frontier.back();
      frontier.pop_back();
      if (!found.welcomes(score_of(next))) {
        break;
      }
      gather_unseen(ordinal_of(next), visited);
      if (!frontier.empty()) {
        prefetch_links(ordinal_of(frontier.front()));
      }
      score_neighbours();
      for (std::size_t i = 0; i < scratch_.places.size(); ++i) {
        meet(scratch_.scores[i], scratch_.places[i], found);
      }
    }
    if (found.size() < static_cast<std::size_t>(request_.k)) {
      return false;
    }
    found.write(request_.k, scores, labels);
    return true;
  }

  static void offer(Beam& beam, float score, node_t node) {
    if (beam.welcomes(score)) {
      beam.insert(score, node);
    }
  }

  void meet(float score, node_t node, Beam& found) {
    if (found.welcomes(score)) {
      scratch_.frontier.push_back(key_of(score, node));
      std::push_heap(scratch_.frontier.begin(), scratch_.frontier.end());
      if (request_.passes(node)) {
        found.insert(score, node);
      }
    }
  }

  void gather_unseen(node_t node, faiss::VisitedTable& visited) {
    scratch_.places.clear();
    each_neighbour(node, 0, [this, &visited](node_t neighbour) {
      if (!visited.get(neighbour)) {
        visited.set(neighbour);
        scorer_.prefetch(neighbour);
        scratch_.places.push_back(neighbour);
      }
    });
  }

  void score_neighbours() { scorer_.at(scratch_.places.data(), scratch_.places.size(), scratch_.scores.data()); }

  template <typename Body>
  void each_neighbour(node_t node, int level, Body&& body) {
    std::size_t begin = 0;
    std::size_t end = 0;
    graph_.neighbor_range(node, level, &begin, &end);
    const node_t* links = graph_.neighbors.data();
    for (std::size_t i = begin; i < end && links[i] >= 0; ++i) {
      body(links[i]);
    }
  }

  void prefetch_links(node_t node) const {
    const node_t* links = graph_.neighbors.data() + graph_.offsets[static_cast<std::size_t>(node)];
    for (int i = 0; i < graph_.nb_neighbors(0); i += 16) {
      __builtin_prefetch(links + i);
    }
  }

  const faiss::IndexHNSW& index_;
  const faiss::HNSW& graph_;
  Scratch& scratch_;
  const SearchRequest& request_;
  const std::size_t breadth_;
  RowScorer& scorer_;
};

}  // namespace

void check_graph(const faiss::IndexHNSW& index) {
  const faiss::HNSW& graph = index.hnsw;
  auto size = static_cast<std::size_t>(index.ntotal);
  require(
      index.storage != nullptr && index.storage->ntotal == index.ntotal && index.storage->d == index.d,
      "a graph of its vectors' size and dimension expected, got another");
  require(
      graph.levels.size() == size && graph.offsets.size() == size + 1 && graph.offsets.front() == 0 &&
          graph.offsets.back() == graph.neighbors.size(),
      "tables of the graph's size expected, got others");
  if (size == 0) {
    return;
  }
  const std::vector<int>& width = graph.cum_nneighbor_per_level;
  require(
      !width.empty() && width.front() == 0 && std::is_sorted(width.begin(), width.end()),
      "ascending widths of levels expected, got others");
  for (std::size_t level = 1; level < width.size(); ++level) {
    // A walk has room for as many scores as a node can have links on the bottom level.
    require(
        width[level] - width[level - 1] <= graph.nb_neighbors(0),
        "levels no wider than the bottom one expected, got a wider one");
  }
  require(
      graph.entry_point >= 0 && static_cast<std::size_t>(graph.entry_point) < size &&
          graph.max_level < graph.levels[static_cast<std::size_t>(graph.entry_point)],
      "an entry point inside the graph expected, got one outside");
  for (std::size_t node = 0; node < size; ++node) {
    int levels = graph.levels[node];
    require(
        levels >= 1 && static_cast<std::size_t>(levels) < width.size() && graph.offsets[node] <= graph.offsets[node + 1] &&
            graph.offsets[node + 1] - graph.offsets[node] ==
                static_cast<std::size_t>(width[static_cast<std::size_t>(levels)]),
        "a node's links inside the table expected, got some outside");
    for (int level = 1; level < levels; ++level) {
      std::size_t begin = 0;
      std::size_t end = 0;
      graph.neighbor_range(static_cast<idx_t>(node), level, &begin, &end);
      for (std::size_t i = begin; i < end && graph.neighbors[i] >= 0; ++i) {
        auto target = static_cast<std::size_t>(graph.neighbors[i]);
        require(
            target < size && graph.levels[target] > level,
            "links between nodes of a level expected, got one to a lower node");
      }
    }
  }
  require(
      std::all_of(
          graph.neighbors.begin(), graph.neighbors.end(),
          [size](node_t node) { return node < 0 || static_cast<std::size_t>(node) < size; }),
      "links inside the graph expected, got one outside");
}

void search_graph(
    const faiss::IndexHNSW& index, Scratch& scratch, const SearchRequest& request, float* scores, idx_t* labels) {
  std::size_t breadth = request.breadth > 0 ? request.breadth : static_cast<std::size_t>(index.hnsw.efSearch);
  breadth = std::min(std::max(breadth, static_cast<std::size_t>(request.k)), static_cast<std::size_t>(index.ntotal));
  // With a filter, one of every (size / passing) nodes passes. So a walk scores (size / passing)
  // times as many nodes as without a filter.
  auto passing = static_cast<double>(request.passing);
  auto walked = kScoredPerResult * static_cast<double>(breadth) * static_cast<double>(index.ntotal) / std::max(1.0, passing);
  bool exhaustive = passing / 2 <= walked;
  GraphWalk walk(index, scratch, request, breadth);
  for (idx_t q = 0; q < request.query_count; ++q) {
    const float* query = request.queries + q * index.d;
    if (exhaustive) {
      walk.search_exhaustively(query, scores + q * request.k, labels + q * request.k);
    } else {
      walk.search(query, scores + q * request.k, labels + q * request.k);
    }
  }
}

}  // namespace unipin
