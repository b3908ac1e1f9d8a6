#pragma once

#include <faiss/IndexHNSW.h>

#include "index_search.hpp"

namespace unipin {

/** Throws if a link, an offset or the entry point lies outside the graph. */
void check_graph(const faiss::IndexHNSW& index);

/** Searches an HNSW graph. Parameters and results are as in search(). */
void search_graph(
    const faiss::IndexHNSW& index, Scratch& scratch, const SearchRequest& request, float* scores, idx_t* labels);

}  // namespace unipin
