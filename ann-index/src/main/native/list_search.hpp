#pragma once

#include <faiss/IndexIVF.h>

#include "index_search.hpp"

namespace unipin {

/**
 * Searches inverted lists. Reads more and more lists until a query has its k results or all lists
 * were read. Parameters and results are as in search().
 */
void search_lists(const faiss::IndexIVF& index, Scratch& scratch, const SearchRequest& request, float* scores, idx_t* labels);

/**
 * Refuses lists that name a row or a centre that the index does not have. Also refuses a quantizer
 * that check_searchable refuses.
 */
void check_lists(const faiss::IndexIVF& index);

}  // namespace unipin
