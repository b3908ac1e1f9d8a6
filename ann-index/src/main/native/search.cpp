#include "index_search.hpp"

/*
 * Searches with the code of this library. search_index chooses the code for the kind of index. The
 * generic build has search_generic.cpp in place of this file.
 */
namespace unipin {

void search(const IndexHandle& handle, Scratch& scratch, const SearchRequest& request, float* scores, idx_t* labels) {
  search_index(*handle.index, scratch, request, scores, labels);
}

}  // namespace unipin
