#pragma once

#include "index_search.hpp"

namespace unipin {

/**
 * Returns whether search_rows can search an index: all its rows are in one table that a kernel
 * reads.
 */
bool has_row_table(const faiss::Index& index);

/** Scores every row that passes. Parameters and results are as in search(). */
void search_rows(const faiss::Index& index, Scratch& scratch, const SearchRequest& request, float* scores, idx_t* labels);

/** Writes the ordinals that pass to scratch.places, in ascending order. */
void gather_passing(const SearchRequest& request, idx_t size, Scratch& scratch);

/** Scores the rows in scratch.places and offers them to best. */
void score_places(RowScorer& scorer, Scratch& scratch, Best& best);

}  // namespace unipin
