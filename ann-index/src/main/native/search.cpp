#include "index_search.hpp"

namespace unipin {

void search(const IndexHandle& handle, Scratch& scratch, const SearchRequest& request, float* scores, idx_t* labels) {
  search_index(*handle.index, scratch, request, scores, labels);
}

}  // namespace unipin
