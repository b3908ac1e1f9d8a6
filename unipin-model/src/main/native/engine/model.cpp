#include "model.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>

namespace unipin {
namespace {

/**
 * The number of ranges of a layer. A range belongs to rows that are the input of one or more matrices. The inputs are
 * those of (queries, keys, values), of out, of (gates, up) and of down.
 */
constexpr std::size_t kRanges = 4;

void require(bool holds, const std::string& otherwise) {
  if (!holds) {
    throw std::invalid_argument(otherwise);
  }
}

/** Returns the number of elements of every tensor. */
std::vector<std::size_t> sizes(const Shape& s) {
  std::size_t d = s.width;
  std::size_t all = d + 2 * s.kv_width();
  std::vector<std::size_t> sizes(kTensors);
  sizes[kTokenItem] = d * s.item_width;
  sizes[kTokenAction] = sizes[kQueryAction] = sizes[kHeadOut] = s.actions * d;
  sizes[kTokenMask] = sizes[kTokenFirst] = sizes[kQueryNorm] = sizes[kHeadNorm] = d;
  sizes[kTokenSurface] = sizes[kQuerySurface] = s.surfaces * d;
  sizes[kTokenGap] = sizes[kCandidateGap] = sizes[kQueryGap] = s.gaps * d;
  sizes[kCandidatePosition] = s.positions * d;
  sizes[kAttentionNorm] = sizes[kForwardNorm] = s.layers * d;
  sizes[kAttentionIn] = s.layers * all * d;
  sizes[kAttentionOut] = s.layers * d * d;
  sizes[kForwardIn] = s.layers * (s.gated ? 2 : 1) * s.forward * d;
  sizes[kForwardOut] = s.layers * d * s.forward;
  sizes[kQueryIn] = sizes[kHeadIn] = d * d;
  sizes[kQueryOffset] = s.offsets * d;
  sizes[kQueryDirect] = sizes[kQueryOut] = s.item_width * d;
  sizes[kPathOut] = d * s.path_width;
  sizes[kHeadBias] = s.actions;
  sizes[kCalibration] = 2 * s.actions;
  sizes[kActivationRange] = kRanges * s.layers;
  return sizes;
}

void check_shape(const Shape& s) {
  std::size_t d = s.heads == 0 ? 0 : s.head_width();
  require(d == 16 || d == 32 || d == 64 || d == 128, "a head of 16, 32, 64 or 128 numbers expected, got " + std::to_string(d));
  require(s.width == s.heads * d && s.kv_heads > 0 && s.heads % s.kv_heads == 0, "heads that divide the width expected");
  require(
      s.layers > 0 && s.forward > 0 && s.item_width > 0 && s.actions > 0 && s.surfaces > 0 && s.gaps > 0 &&
          s.positions > 0 && s.offsets > 0 && s.table_rows > 0 && s.rotations > 1,
      "positive sizes expected");
  require(s.actions <= kRowUnit, "at most 64 actions expected, got " + std::to_string(s.actions));
}

/** Returns rows [from, from + rows) of layer l of a tensor, each multiplied by the weights of a norm. */
std::vector<float> part(
    const std::vector<float>& tensor, std::size_t from, std::size_t rows, std::size_t columns, const float* norm) {
  auto begin = tensor.begin() + static_cast<std::ptrdiff_t>(from * columns);
  std::vector<float> result(begin, begin + static_cast<std::ptrdiff_t>(rows * columns));
  for (std::size_t i = 0; norm != nullptr && i < result.size(); ++i) {
    result[i] *= norm[i % columns];
  }
  return result;
}

/** Interleaves the two halves of every head in the first `rows` rows, so that a rotation acts on neighbouring columns. */
void interleave(std::vector<float>& elements, std::size_t rows, std::size_t columns, std::size_t head) {
  std::vector<float> before(elements.begin(), elements.begin() + static_cast<std::ptrdiff_t>(rows * columns));
  for (std::size_t row = 0; row < rows; ++row) {
    std::size_t place = row % head;
    std::size_t from = row - place + place / 2 + (place % 2 == 0 ? 0 : head / 2);
    std::copy_n(before.begin() + static_cast<std::ptrdiff_t>(from * columns), columns,
                elements.begin() + static_cast<std::ptrdiff_t>(row * columns));
  }
}

}  // namespace

Model::Model(
    const Arithmetic& chosen, const Shape& sizes_of_model, const Tensors& tensors, const std::vector<float>& rotation,
    const float* item_table, const float* path_table)
    : arithmetic(chosen), kernels(*chosen.kernels), shape(sizes_of_model), items(item_table), paths(path_table) {
  check_shape(shape);
  std::vector<std::size_t> expected = sizes(shape);
  require(tensors.size() == kTensors, "as many tensors as the engine knows expected");
  for (std::size_t i = 0; i < kTensors; ++i) {
    require(
        tensors[i].size() == expected[i], "tensor " + std::to_string(i) + " of " + std::to_string(expected[i]) +
            " numbers expected, got " + std::to_string(tensors[i].size()));
  }
  turn_rotations(rotation);
  pack_layers(tensors);
  std::size_t d = shape.width;
  std::size_t e = shape.item_width;
  const float* query_norm = tensors[kQueryNorm].data();
  token_item = packed(d, e, tensors[kTokenItem]);
  query_in = packed(d, d, part(tensors[kQueryIn], 0, d, d, query_norm));
  query_direct = packed(e, d, part(tensors[kQueryDirect], 0, e, d, query_norm));
  query_out = packed(e, d, tensors[kQueryOut]);
  head_in = packed(d, d, part(tensors[kHeadIn], 0, d, d, tensors[kHeadNorm].data()));
  head_out = packed(shape.actions, d, tensors[kHeadOut]);
  if (shape.path_width > 0) {
    path_out = packed(d, shape.path_width, tensors[kPathOut]);
  }
  for (Tensor table : {kTokenAction, kTokenMask, kTokenFirst, kTokenSurface, kTokenGap, kCandidateGap, kCandidatePosition,
                       kQueryAction, kQuerySurface, kQueryGap, kQueryOffset, kHeadBias, kCalibration}) {
    float* copy = memory_.take(tensors[table].size());
    std::copy(tensors[table].begin(), tensors[table].end(), copy);
    tables[table] = copy;
  }
}

void Model::pack_layers(const Tensors& tensors) {
  std::size_t d = shape.width;
  std::size_t head = shape.head_width();
  std::size_t kv = shape.kv_width();
  std::size_t w = shape.forward;
  float scale = 1 / std::sqrt(static_cast<float>(head));
  for (std::size_t l = 0; l < shape.layers; ++l) {
    const float* attention_norm = tensors[kAttentionNorm].data() + l * d;
    const float* forward_norm = tensors[kForwardNorm].data() + l * d;
    std::size_t in = l * (d + 2 * kv);
    std::size_t forward = l * (shape.gated ? 2 : 1) * w;
    std::vector<float> queries = part(tensors[kAttentionIn], in, d, d, attention_norm);
    interleave(queries, d, d, head);
    for (float& element : queries) {
      element *= scale;
    }
    std::vector<float> keys_values = part(tensors[kAttentionIn], in + d, 2 * kv, d, attention_norm);
    interleave(keys_values, kv, d, head);
    Layer layer;
    const float* ranges = tensors[kActivationRange].data() + kRanges * l;
    layer.queries = layer_matrix(d, d, queries, ranges[0]);
    layer.keys_values = layer_matrix(2 * kv, d, keys_values, ranges[0]);
    layer.out = layer_matrix(d, d, part(tensors[kAttentionOut], l * d, d, d, nullptr), ranges[1]);
    if (shape.gated) {
      layer.gates = layer_matrix(w, d, part(tensors[kForwardIn], forward, w, d, forward_norm), ranges[2]);
      forward += w;
    }
    layer.up = layer_matrix(w, d, part(tensors[kForwardIn], forward, w, d, forward_norm), ranges[2]);
    layer.down = layer_matrix(d, w, part(tensors[kForwardOut], l * d, d, w, nullptr), ranges[3]);
    layers.push_back(layer);
  }
}

void Model::turn_rotations(const std::vector<float>& rotation) {
  std::size_t half = shape.head_width() / 2;
  std::size_t count = shape.rotations * half;
  require(
      rotation.size() == 2 * count,
      "rotations of " + std::to_string(2 * count) + " numbers expected, got " + std::to_string(rotation.size()));
  rotations_ = memory_.take(4 * count);
  for (std::size_t i = 0; i < count; ++i) {
    float* turn = rotations_ + i / half * 4 * half + i % half * 2;
    turn[0] = turn[1] = rotation[i];
    turn[2 * half] = -rotation[count + i];
    turn[2 * half + 1] = rotation[count + i];
  }
}

Matrix Model::packed(std::size_t rows, std::size_t columns, const std::vector<float>& elements) {
  std::size_t p = kernels.panel;
  float* panels = memory_.take((rows + p - 1) / p * p * columns);
  for (std::size_t n = 0; n < rows; ++n) {
    for (std::size_t k = 0; k < columns; ++k) {
      panels[n / p * columns * p + k * p + n % p] = elements[n * columns + k];
    }
  }
  Matrix matrix{rows, columns, panels};
  check(matrix, elements);
  return matrix;
}

/** Multiplies five rows by a packed matrix and compares the products with plain sums. */
void Model::check(const Matrix& matrix, const std::vector<float>& elements) const {
  constexpr std::size_t kRows = 5;
  Memory memory;
  std::size_t in = stride_of(matrix.columns);
  std::size_t out = stride_of(matrix.rows);
  float* x = memory.take(kRows * in);
  float* y = memory.take(kRows * out);
  for (std::size_t i = 0; i < kRows; ++i) {
    for (std::size_t k = 0; k < matrix.columns; ++k) {
      x[i * in + k] = std::sin(static_cast<float>(i * matrix.columns + k));
    }
  }
  kernels.product(kRows, x, in, matrix, y, out, Then::kStore);
  double largest = 0;
  double wrong = 0;
  for (std::size_t i = 0; i < kRows; ++i) {
    for (std::size_t n = 0; n < matrix.rows; ++n) {
      double sum = 0;
      for (std::size_t k = 0; k < matrix.columns; ++k) {
        sum += static_cast<double>(x[i * in + k]) * static_cast<double>(elements[n * matrix.columns + k]);
      }
      largest = std::max(largest, std::fabs(sum));
      wrong = std::max(wrong, std::fabs(sum - static_cast<double>(y[i * out + n])));
    }
  }
  if (!(wrong <= 1e-3 * largest)) {
    throw std::runtime_error(
        std::string("the kernels ") + kernels.name + " multiply a matrix of " + std::to_string(matrix.rows) + " rows by " +
        std::to_string(matrix.columns) + " columns wrongly");
  }
}

Model::Weights Model::layer_matrix(
    std::size_t rows, std::size_t columns, const std::vector<float>& elements, float range) {
  Weights weights;
  if (arithmetic.bytes == nullptr) {
    weights.floats = packed(rows, columns, elements);
  } else {
    weights.bytes = rounded(rows, columns, elements, range);
  }
  return weights;
}

ByteMatrix Model::rounded(
    std::size_t rows, std::size_t columns, const std::vector<float>& elements, float range) {
  require(range > 0 && std::isfinite(range), "a positive range of activations expected, got " + std::to_string(range));
  require(
      columns <= kMostByteColumns, "at most " + std::to_string(kMostByteColumns) + " columns of a matrix expected, got " +
          std::to_string(columns));
  std::size_t depth = byte_depth(columns);
  std::size_t filled = stride_of(rows);
  auto* panels = reinterpret_cast<std::int8_t*>(memory_.take(filled * depth / sizeof(float)));
  auto* offsets = reinterpret_cast<std::int32_t*>(memory_.take(filled));
  float* steps = memory_.take(filled);
  auto input = static_cast<float>(static_cast<double>(range) / 127.0);
  for (std::size_t n = 0; n < rows; ++n) {
    const float* row = elements.data() + n * columns;
    float largest = 1e-12F;
    for (std::size_t k = 0; k < columns; ++k) {
      largest = std::max(largest, std::fabs(row[k]));
    }
    float step = largest / 127.0F;
    std::int32_t sum = 0;
    for (std::size_t k = 0; k < columns; ++k) {
      auto byte = static_cast<std::int8_t>(std::nearbyint(row[k] / step));
      panels[n / kBytePanel * depth * kBytePanel + k / 4 * 4 * kBytePanel + n % kBytePanel * 4 + k % 4] = byte;
      sum += byte;
    }
    offsets[n] = -128 * sum;
    steps[n] = step * input;
  }
  ByteMatrix matrix{rows, columns, panels, steps, offsets, 1 / input};
  check(matrix, range);
  return matrix;
}

/** Rounds five rows, multiplies them by a rounded matrix, and compares the results with plain sums. */
void Model::check(const ByteMatrix& matrix, float range) const {
  constexpr std::size_t kRows = 5;
  Memory memory;
  std::size_t in = stride_of(matrix.columns);
  std::size_t out = stride_of(matrix.rows);
  std::size_t depth = byte_depth(matrix.columns);
  float* x = memory.take(kRows * in);
  float* y = memory.take(kRows * out);
  auto* bytes = reinterpret_cast<std::uint8_t*>(memory.take(kRows * in / sizeof(float)));
  auto* hidden = reinterpret_cast<std::uint8_t*>(memory.take(kRows * out / sizeof(float)));
  for (std::size_t i = 0; i < kRows; ++i) {
    for (std::size_t k = 0; k < matrix.columns; ++k) {
      x[i * in + k] = range * std::sin(static_cast<float>(i * matrix.columns + k));
    }
  }
  arithmetic.bytes->round(kRows, matrix.columns, x, in, matrix.inverse, bytes, in);
  arithmetic.bytes->product(kRows, bytes, in, matrix, y, out, Then::kStore);
  // The largest result of GELU is at most 127 steps, and a step is much larger than the error of GELU.
  float inverse = 127.0F / std::max(*std::max_element(y, y + kRows * out), 0.1F);
  arithmetic.bytes->product_gelu(kRows, bytes, in, matrix, inverse, hidden, out);
  bool right = true;
  for (std::size_t i = 0; i < kRows; ++i) {
    for (std::size_t k = 0; k < matrix.columns; ++k) {
      right = right && bytes[i * in + k] == 128 + std::nearbyint(x[i * in + k] * matrix.inverse);
    }
    for (std::size_t n = 0; n < matrix.rows; ++n) {
      const std::int8_t* row = matrix.panels + n / kBytePanel * depth * kBytePanel + n % kBytePanel * 4;
      std::int32_t sum = 0;
      for (std::size_t k = 0; k < matrix.columns; ++k) {
        sum += (bytes[i * in + k] - 128) * row[k / 4 * 4 * kBytePanel + k % 4];
      }
      float product = static_cast<float>(sum) * matrix.steps[n];
      float after = 128 + inverse * 0.5F * product * (1 + std::erf(product * 0.70710678F));
      float byte = std::min(std::max(after, 0.0F), 255.0F);
      right = right && y[i * out + n] == product && std::fabs(byte - static_cast<float>(hidden[i * out + n])) <= 0.51F;
    }
  }
  if (!right) {
    throw std::runtime_error(
        std::string("the kernels ") + arithmetic.bytes->name + " multiply a rounded matrix of " +
        std::to_string(matrix.rows) + " rows by " + std::to_string(matrix.columns) + " columns wrongly");
  }
}

void Model::reserve(Scratch& scratch, std::size_t rows, std::size_t keys) const {
  if (scratch.rows >= rows && scratch.keys >= keys) {
    return;
  }
  rows = std::max(stride_of(rows), scratch.rows);
  keys = std::max(stride_of(keys), scratch.keys);
  scratch.rows = scratch.keys = 0;
  scratch.memory.reset();
  auto memory = std::make_unique<Memory>();
  std::size_t d = stride_of(shape.width);
  std::size_t w = stride_of(shape.forward);
  std::size_t e = stride_of(std::max(shape.item_width, shape.path_width));
  scratch.x = memory->take(rows * d);
  scratch.queries = memory->take(rows * d);
  scratch.fresh = memory->take(rows * stride_of(2 * shape.kv_width()));
  scratch.attended = memory->take(rows * d);
  scratch.normal = memory->take(kRowsAtOnce * std::max(d, e));
  scratch.wide = memory->take(kRowsAtOnce * std::max({w, d, e, stride_of(shape.actions)}));
  scratch.gates = memory->take(shape.gated ? kRowsAtOnce * w : 0);
  scratch.panels = memory->take(keys * shape.head_width());
  scratch.widened = memory->take(keys * shape.head_width());
  scratch.scores = memory->take(scores_for(keys));
  if (arithmetic.bytes != nullptr) {
    scratch.rounded = reinterpret_cast<std::uint8_t*>(memory->take(kRowsAtOnce * d / sizeof(float)));
    scratch.hidden = reinterpret_cast<std::uint8_t*>(memory->take(kRowsAtOnce * w / sizeof(float)));
  }
  scratch.memory = std::move(memory);
  scratch.rows = rows;
  scratch.keys = keys;
}

Model::Lease::Lease(const Model& model, std::size_t rows, std::size_t keys) : model_(model) {
  {
    std::lock_guard<std::mutex> lock(model_.mutex_);
    if (model_.idle_.empty()) {
      model_.idle_.reserve(++model_.made_);  // so giving back never allocates and cannot fail
    } else {
      scratch_ = std::move(model_.idle_.back());
      model_.idle_.pop_back();
    }
  }
  if (scratch_ == nullptr) {
    scratch_ = std::make_unique<Scratch>();
  }
  try {
    model_.reserve(*scratch_, rows, keys);
  } catch (...) {
    std::lock_guard<std::mutex> lock(model_.mutex_);
    --model_.made_;
    throw;
  }
}

Model::Lease::~Lease() {
  std::lock_guard<std::mutex> lock(model_.mutex_);
  model_.idle_.push_back(std::move(scratch_));
}

}  // namespace unipin
