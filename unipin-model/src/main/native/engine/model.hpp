#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "arithmetic.hpp"
#include "kernels.hpp"
#include "memory.hpp"

namespace unipin {

/** The sizes of a model. The program's file parts.py explains the letters. */
struct Shape {
  std::size_t table_rows;  // N + 1 + V
  std::size_t item_width;  // E
  std::size_t path_width;  // X, 0 without a content path
  std::size_t width;       // d
  std::size_t layers;      // L
  std::size_t heads;       // H
  std::size_t kv_heads;    // G
  std::size_t forward;     // W
  bool gated;
  std::size_t actions;    // C
  std::size_t surfaces;
  std::size_t gaps;
  std::size_t positions;  // on a page
  std::size_t offsets;
  std::size_t rotations;  // places in a history, from 0 on: one more than a block has rows
  std::size_t window;         // rows of a window, an even number; 0 without windows
  std::size_t global_rows;    // first rows of a history, which all its rows see; at most half a window
  std::size_t window_layers;  // lower layers with windows, fewer than L

  std::size_t head_width() const { return width / heads; }
  std::size_t kv_width() const { return kv_heads * head_width(); }
};

/** The tensors of a model in the program's layout, in the order of EngineTensors.java. */
enum Tensor : std::size_t {
  kTokenItem, kTokenAction, kTokenMask, kTokenFirst, kTokenSurface, kTokenGap, kCandidateGap, kCandidatePosition,
  kAttentionNorm, kAttentionIn, kAttentionOut, kForwardNorm, kForwardIn, kForwardOut,
  kQueryNorm, kQueryIn, kQueryAction, kQuerySurface, kQueryGap, kQueryOffset, kQueryDirect, kQueryOut,
  kHeadNorm, kHeadIn, kPathOut, kHeadOut, kHeadBias, kCalibration, kActivationRange,
  kTensors
};

using Tensors = std::vector<std::vector<float>>;

/** The working memory of one call. It is kept for later calls. Not thread-safe. */
struct Scratch {
  std::size_t rows = 0;
  std::size_t keys = 0;
  std::unique_ptr<Memory> memory;
  float* x = nullptr;         // (rows, d) the rows themselves
  float* queries = nullptr;   // (rows, H D)
  float* fresh = nullptr;     // (rows, 2 G D) new keys and values
  float* attended = nullptr;  // (rows, H D)
  float* normal = nullptr;    // (kRowsAtOnce, max(d, E, X)) normalised rows, or gathered rows of tables
  float* wide = nullptr;      // (kRowsAtOnce, max(W, d, E, C))
  float* gates = nullptr;     // (kRowsAtOnce, W), if the model is gated
  float* panels = nullptr;    // turned keys of one head
  float* widened = nullptr;   // (keys, D) keys, or values, of one head as floats
  float* scores = nullptr;
  std::uint8_t* rounded = nullptr;  // (kRowsAtOnce, d) rows that enter a product, if layers compute in int8
  std::uint8_t* hidden = nullptr;   // (kRowsAtOnce, W) rows inside the feed-forward part, if layers compute in int8
};

/** Rows that go through norms and the feed-forward part together, so that their numbers stay in the second-level cache. */
constexpr std::size_t kRowsAtOnce = 96;

/** One loaded model. Its matrices are folded and packed. Immutable, except for the pool of working memory. Thread-safe. */
class Model {
 public:
  /** A matrix of a layer: floats, or bytes if the layers compute in int8. */
  struct Weights {
    Matrix floats;
    ByteMatrix bytes;
  };

  struct Layer {
    Weights queries;      // (H D, d), with the norm's weights and the scale; halves of a head interleaved
    Weights keys_values;  // (2 G D, d), with the norm's weights; halves of a key interleaved
    Weights out;          // (d, H D)
    Weights gates;        // (W, d), with the norm's weights, if the model is gated
    Weights up;           // (W, d), with the norm's weights
    Weights down;         // (d, W)
  };

  /**
   * Creates a model.
   *
   * If the arithmetic has kernels for bytes, layers compute in int8, as the program does. Each row of a matrix has the step
   * (largest absolute element) / 127. The rows that a matrix multiplies have the step range / 127. The ranges are those of
   * kActivationRange.
   *
   * @param tensors all tensors; throws std::invalid_argument if one has another size than `shape` says, or if layers
   *     compute in int8 and a range is not positive
   * @param rotation cosines (rotations, D / 2), then sines
   * @param items table (table_rows, E), which must outlive the model
   * @param paths table (table_rows, X), or null if X is 0
   * Throws std::runtime_error if a product with a packed matrix is wrong.
   */
  Model(
      const Arithmetic& arithmetic, const Shape& shape, const Tensors& tensors, const std::vector<float>& rotation,
      const float* items, const float* paths);

  const Arithmetic arithmetic;
  const Kernels& kernels;  // those of the arithmetic
  const Shape shape;
  const float* const items;
  const float* const paths;
  std::vector<Layer> layers;
  Matrix token_item, query_in, query_direct, query_out, head_in, path_out, head_out;
  const float* tables[kTensors] = {};  // tensors that are not matrices, unchanged

  /** Returns the rotation (2, D) of a position in a history, as Kernels::turn takes it. */
  const float* rotation(std::size_t place) const { return rotations_ + place * 2 * shape.head_width(); }

  /** A scratch that returns to the pool at the end of its scope. */
  class Lease {
   public:
    /** Takes a scratch with room for rows in one pass, and for keys. */
    Lease(const Model& model, std::size_t rows, std::size_t keys);
    ~Lease();
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Scratch& operator*() const { return *scratch_; }

   private:
    const Model& model_;
    std::unique_ptr<Scratch> scratch_;
  };

 private:
  void pack_layers(const Tensors& tensors);
  void turn_rotations(const std::vector<float>& rotation);
  Matrix packed(std::size_t rows, std::size_t columns, const std::vector<float>& elements);
  void check(const Matrix& matrix, const std::vector<float>& elements) const;
  Weights layer_matrix(std::size_t rows, std::size_t columns, const std::vector<float>& elements, float range);
  ByteMatrix rounded(std::size_t rows, std::size_t columns, const std::vector<float>& elements, float range);
  void check(const ByteMatrix& matrix, float range) const;
  void reserve(Scratch& scratch, std::size_t rows, std::size_t keys) const;

  Memory memory_;
  float* rotations_ = nullptr;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<Scratch>> idle_;
  mutable std::size_t made_ = 0;
};

}  // namespace unipin
