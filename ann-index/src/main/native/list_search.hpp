#pragma once

#include <faiss/IndexIVF.h>

#include "index_search.hpp"

namespace unipin {

/** Searches inverted lists: ever more of them, until a query has its k results or all were seen. See search(). */
void search_lists(const faiss::IndexIVF& index, Scratch& scratch, const SearchRequest& request, float* scores, idx_t* labels);

}  // namespace unipin
