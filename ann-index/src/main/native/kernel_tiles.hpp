/*
 * Inner products of tiles of Q queries by R rows, computed with a vector type of the including
 * file.
 *
 * The file is compiled once per instruction set. So it uses nothing of the standard library.
 * Otherwise the linker could take an inline function that was compiled for this instruction set,
 * and use it in code for other processors.
 *
 * The including file first defines kLanes, kQueriesInTile, Vec, zero(), multiply_add(),
 * load(pointer), load_first(pointer, count), and Sums<R>::write(const Vec*, float*) for R = 1 and
 * 4.
 */
namespace {

/**
 * Computes one inner product per pair of a query and a row. The order of additions does not depend
 * on Q or R, so all tile shapes give the same bits.
 */
template <std::size_t Q, std::size_t R, typename Row>
inline void tile(const float* const* queries, const Row* const* rows, std::size_t d, float* const* out) {
  Vec sum[Q][R];
  for (std::size_t q = 0; q < Q; ++q) {
    for (std::size_t r = 0; r < R; ++r) {
      sum[q][r] = zero();
    }
  }
  std::size_t i = 0;
  for (; i + kLanes <= d; i += kLanes) {
    Vec row[R];
    for (std::size_t r = 0; r < R; ++r) {
      row[r] = load(rows[r] + i);
    }
    for (std::size_t q = 0; q < Q; ++q) {
      Vec query = load(queries[q] + i);
      for (std::size_t r = 0; r < R; ++r) {
        sum[q][r] = multiply_add(query, row[r], sum[q][r]);
      }
    }
  }
  if (i < d) {
    for (std::size_t r = 0; r < R; ++r) {
      Vec rest = load_first(rows[r] + i, d - i);
      for (std::size_t q = 0; q < Q; ++q) {
        sum[q][r] = multiply_add(load_first(queries[q] + i, d - i), rest, sum[q][r]);
      }
    }
  }
  for (std::size_t q = 0; q < Q; ++q) {
    Sums<R>::write(sum[q], out[q]);
  }
}

template <typename Row>
float one(const float* query, const Row* row, std::size_t d) {
  float sum = 0;
  float* out = &sum;
  tile<1, 1>(&query, &row, d, &out);
  return sum;
}

/**
 * Computes the inner products of one row after the other. With several rows at a time, the
 * processor would read several streams of memory. Its prefetching follows several streams less well
 * than one stream.
 */
template <typename Row>
void rows(const float* query, const Row* table, std::size_t n, std::size_t d, float* out) {
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = one(query, table + i * d, d);
  }
}

template <std::size_t Q, typename Row>
inline void rows_of(const float* queries, const Row* table, std::size_t n, std::size_t d, float* out) {
  const float* query[Q];
  for (std::size_t q = 0; q < Q; ++q) {
    query[q] = queries + q * d;
  }
  float* place[Q];
  std::size_t i = 0;
  for (; i < n; i += i + 4 <= n ? 4 : 1) {
    const Row* first = table + i * d;
    for (std::size_t q = 0; q < Q; ++q) {
      place[q] = out + q * n + i;
    }
    if (i + 4 <= n) {
      const Row* row[4] = {first, first + d, first + 2 * d, first + 3 * d};
      tile<Q, 4>(query, row, d, place);
    } else {
      tile<Q, 1>(query, &first, d, place);
    }
  }
}

/**
 * Scores several queries in one pass over the rows: as many as fit into the processor's registers.
 */
template <typename Row>
void rows_of_four(const float* queries, const Row* table, std::size_t n, std::size_t d, float* out) {
  for (std::size_t q = 0; q < 4; q += kQueriesInTile) {
    rows_of<kQueriesInTile>(queries + q * d, table, n, d, out + q * n);
  }
}

template <typename Row>
void at(const float* query, const Row* table, const std::int32_t* places, std::size_t n, std::size_t d, float* out) {
  std::size_t i = 0;
  for (; i + 4 <= n; i += 4) {
    const Row* row[4];
    for (std::size_t r = 0; r < 4; ++r) {
      row[r] = table + static_cast<std::size_t>(places[i + r]) * d;
    }
    float* place = out + i;
    tile<1, 4>(&query, row, d, &place);
  }
  for (; i < n; ++i) {
    out[i] = one(query, table + static_cast<std::size_t>(places[i]) * d, d);
  }
}

template <typename Row>
constexpr unipin::RowKernels<Row> row_kernels_here() {
  return {one<Row>, rows<Row>, rows_of_four<Row>, at<Row>};
}

}  // namespace
