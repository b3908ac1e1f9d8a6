#pragma once

#include <cstddef>
#include <cstdint>

#include "model.hpp"

namespace unipin {

/** A user's block: keys and values (L, 2, G, capacity, D). For int8 their steps (L, 2, G, capacity) follow. */
struct Block {
  KvType type;
  std::size_t capacity;
  std::uint8_t* memory;
};

/** Returns the bytes of a block. */
std::size_t bytes_of(const Shape& shape, KvType type, std::size_t capacity);

/** Actions. All indices have been checked. */
struct Tokens {
  std::size_t count;
  const std::int64_t* items;
  const float* actions;  // (count, C)
  const std::int64_t* surfaces;
  const std::int64_t* gaps;
};

/** Candidates. All indices have been checked. */
struct Slate {
  std::size_t count;
  const std::int64_t* items;
  std::int64_t surface;
  std::int64_t gap;
  const std::int64_t* positions;  // (count), or (1) for all
  std::size_t position_count;
};

/** Queries of one user. All indices have been checked. */
struct Wishes {
  std::size_t count;
  const float* state;     // (d)
  const float* outcomes;  // (count, C)
  std::int64_t surface;
  std::int64_t gap;
  const std::int64_t* offsets;  // (count)
};

/**
 * Encodes actions after the first `from` rows of a block and writes their keys and values into the block. If `from` is 0, the
 * learned first token precedes the actions. Writes the state (d) of the last row. There is at least one row to write, and
 * the block has room for it.
 */
void extend(const Model& model, const Tokens& tokens, std::size_t from, const Block& block, float* state);

/** Scores candidates against the first `rows` rows of a block, where `rows` is at least 1. Writes probabilities (count, C). */
void score(const Model& model, const Slate& slate, const Block& block, std::size_t rows, float* out);

/**
 * Scores candidates in one pass over the rows of a history and the rows of the candidates. The pass reads and writes no
 * block. In each layer, it multiplies the query of each row by the keys of all rows, and then masks the keys that the row
 * does not see. Writes probabilities (count, C): the same bits as `extend` and `score` with a block of floats.
 */
void score_dense(const Model& model, const Tokens& tokens, const Slate& slate, float* out);

/** Writes queries (count, E) of unit length. */
void queries(const Model& model, const Wishes& wishes, float* out);

}  // namespace unipin
