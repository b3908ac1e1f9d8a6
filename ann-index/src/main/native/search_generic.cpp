#include <faiss/IndexHNSW.h>
#include <faiss/IndexIVF.h>

#include "index_search.hpp"

/*
 * Searches the same structures with FAISS's own code, as the Linux distribution compiled it.
 * Benchmarks compare this search with the search of search.cpp.
 */
namespace unipin {

/**
 * Searches with the breadth set in the index itself, so only one search may run at a time. Accepts
 * no filter.
 */
void search(const IndexHandle& handle, Scratch&, const SearchRequest& request, float* scores, idx_t* labels) {
  faiss::Index& index = *handle.index;
  require(request.bitmap == nullptr, "a search without a filter expected in the generic build, got one with a filter");
  if (auto* graph = dynamic_cast<faiss::IndexHNSW*>(&index)) {
    graph->hnsw.efSearch = static_cast<int>(std::max(request.breadth, static_cast<std::size_t>(request.k)));
  } else if (auto* lists = dynamic_cast<faiss::IndexIVF*>(&index)) {
    lists->nprobe = request.breadth > 0 ? request.breadth : lists->nprobe;
  }
  index.search(request.query_count, request.queries, request.k, scores, labels);
}

}  // namespace unipin
