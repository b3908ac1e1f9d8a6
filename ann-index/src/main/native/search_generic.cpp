#include <faiss/IndexHNSW.h>
#include <faiss/IndexIVF.h>

#include "index_search.hpp"

/* The same structures searched by FAISS's own code, in the build of the distribution: what benchmarks compare with. */
namespace unipin {

/** Sets the breadth in the index itself, so one search at a time; knows no filter. */
void search(const IndexHandle& handle, Scratch&, const SearchRequest& request, float* scores, idx_t* labels) {
  faiss::Index& index = *handle.index;
  require(request.bitmap == nullptr, "the generic build searches without a filter");
  if (auto* graph = dynamic_cast<faiss::IndexHNSW*>(&index)) {
    graph->hnsw.efSearch = static_cast<int>(std::max(request.breadth, static_cast<std::size_t>(request.k)));
  } else if (auto* lists = dynamic_cast<faiss::IndexIVF*>(&index)) {
    lists->nprobe = request.breadth > 0 ? request.breadth : lists->nprobe;
  }
  index.search(request.query_count, request.queries, request.k, scores, labels);
}

}  // namespace unipin
