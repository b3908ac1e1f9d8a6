#include "index_search.hpp"

/*
 * Search by the loops of this library, whose dispatcher is search_index. The generic build has
 * search_generic.cpp in place of this file.
 */
namespace unipin {

void search(const IndexHandle& handle, Scratch& scratch, const SearchRequest& request, float* scores, idx_t* labels) {
  search_index(*handle.index, scratch, request, scores, labels);
}

}  // namespace unipin
