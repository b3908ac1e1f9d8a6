#pragma once

#include <faiss/IndexIVF.h>

#include "index_search.hpp"

namespace unipin {

/**
 * Searches inverted lists: more and more of them, until a query has its k results or all lists were
 * seen. See search().
 */
void search_lists(const faiss::IndexIVF& index, Scratch& scratch, const SearchRequest& request, float* scores, idx_t* labels);

/** Refuses lists that name rows or centres which the index does not have. */
void check_lists(const faiss::IndexIVF& index);

}  // namespace unipin
