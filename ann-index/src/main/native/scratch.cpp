#include "scratch.hpp"

namespace unipin {
namespace {

template <typename Table, typename Make>
auto& found_or_made(Table& table, const faiss::Index& owner, Make&& make) {
  for (auto& [index, value] : table) {
    if (index == &owner) {
      return *value;
    }
  }
  table.emplace_back(&owner, make());
  return *table.back().second;
}

}  // namespace

RowScorer& Scratch::scorer(const faiss::Index& storage) {
  return found_or_made(scorers_, storage, [&] { return std::make_unique<RowScorer>(storage); });
}

RowScorer& Scratch::scorer(const faiss::Index& owner, RowFormat format, const faiss::ScalarQuantizer* quantizer) {
  return found_or_made(scorers_, owner, [&] {
    return std::make_unique<RowScorer>(format, quantizer, static_cast<std::size_t>(owner.d));
  });
}

faiss::VisitedTable& Scratch::visited(const faiss::Index& graph) {
  faiss::VisitedTable& table = found_or_made(
      visited_, graph, [&] { return std::make_unique<faiss::VisitedTable>(static_cast<int>(graph.ntotal)); });
  table.advance();
  return table;
}

std::vector<Best>& Scratch::bests(std::size_t count, std::size_t k) {
  if (best.size() < count) {
    best.resize(count);
  }
  for (std::size_t i = 0; i < count; ++i) {
    best[i].reset(k);
  }
  return best;
}

std::unique_ptr<Scratch> ScratchPool::take() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (idle_.empty()) {
    auto scratch = std::make_unique<Scratch>();
    idle_.reserve(++made_);  // so that give_back never allocates and cannot fail
    return scratch;
  }
  std::unique_ptr<Scratch> scratch = std::move(idle_.back());
  idle_.pop_back();
  return scratch;
}

void ScratchPool::give_back(std::unique_ptr<Scratch> scratch) noexcept {
  std::lock_guard<std::mutex> lock(mutex_);
  idle_.push_back(std::move(scratch));
}

}  // namespace unipin
