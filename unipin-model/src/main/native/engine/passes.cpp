#include "passes.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <initializer_list>

namespace unipin {
namespace {

/**
 * The largest number of rows that a pass takes through the layers together, which bounds the working memory. A longer
 * call is cut into equal parts, which changes no bit of its results.
 */
constexpr std::size_t kMostRows = 640;

/** The largest number of candidates of one dense pass. For a longer slate, several passes encode the history again. */
constexpr std::size_t kMostCandidates = 2048;

/** Returns the number of parts into which rows are cut if a part has at most `most` rows. */
std::size_t parts_of(std::size_t rows, std::size_t most) { return (rows + most - 1) / most; }

std::size_t largest_part(std::size_t rows, std::size_t most) {
  return (rows + parts_of(rows, most) - 1) / parts_of(rows, most);
}

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

/** One pass through the layers over one block. A dense pass has no block: the memory of its block is null. */
class Pass {
 public:
  Pass(const Model& model, Scratch& scratch, const Block& block)
      : model_(model),
        shape_(model.shape),
        kernels_(model.kernels),
        bytes_(model.arithmetic.bytes),
        halves_(model.arithmetic.attention),
        s_(scratch),
        block_(block),
        d_(shape_.width),
        head_(shape_.head_width()),
        stride_(stride_of(d_)),
        fresh_stride_(stride_of(2 * shape_.kv_width())) {}

  /** Writes the embeddings of new rows [begin, end) into x. If `first` is true, new row 0 is the first token. */
  void put_tokens(const Tokens& tokens, bool first, std::size_t begin, std::size_t end) {
    float* x = s_.x;
    std::size_t action = begin;
    if (first) {
      if (begin == 0) {
        std::copy_n(table(kTokenFirst, 0), d_, x);
        x += stride_;
      }
      action = begin == 0 ? 0 : begin - 1;
      end -= 1;
    }
    put_items(tokens.items + action, end - action, x);
    for (std::size_t i = action; i < end; ++i, x += stride_) {
      for (std::size_t c = 0; c < shape_.actions; ++c) {
        add_scaled(tokens.actions[i * shape_.actions + c], table(kTokenAction, c), x);
      }
      add(table(kTokenSurface, at(tokens.surfaces[i])), x);
      add(table(kTokenGap, at(tokens.gaps[i])), x);
    }
  }

  /** Writes the embeddings of candidates [begin, end) into x. The first one becomes row `first`. */
  void put_candidates(const Slate& slate, std::size_t begin, std::size_t end, std::size_t first) {
    float* x = s_.x + first * stride_;
    put_items(slate.items + begin, end - begin, x);
    for (std::size_t i = begin; i < end; ++i, x += stride_) {
      add(table(kTokenMask, 0), x);
      add(table(kTokenSurface, at(slate.surface)), x);
      add(table(kCandidateGap, at(slate.gap)), x);
      add(table(kCandidatePosition, at(slate.positions[slate.position_count == 1 ? 0 : i])), x);
    }
  }

  /** Encodes the rows of x after the first `start` rows of the block. If `whole`, x's last row becomes its state. */
  void encode(std::size_t rows, std::size_t start, bool whole) {
    for (std::size_t l = 0; l < shape_.layers; ++l) {
      const Model::Layer& layer = model_.layers[l];
      bool last = l + 1 == shape_.layers;
      // In the last layer, only the last row needs more than keys and values.
      std::size_t from = !last ? 0 : whole ? rows - 1 : rows;
      project(layer, rows, from);
      for (std::size_t i = 0; i < rows; ++i) {
        const float* rotation = model_.rotation(start + i);
        turn_heads(s_.fresh + i * fresh_stride_, shape_.kv_heads, rotation);
        if (i >= from) {
          turn_heads(s_.queries + i * stride_, shape_.heads, rotation);
        }
        store(l, start + i, s_.fresh + i * fresh_stride_);
      }
      if (from == rows) {
        return;
      }
      attend_history(l, start, from, rows);
      finish(layer, from, rows);
    }
  }

  /** Takes candidates in x through the layers, against the first `seen` rows of the block. */
  void rank(std::size_t rows, std::size_t seen) {
    for (std::size_t l = 0; l < shape_.layers; ++l) {
      const Model::Layer& layer = model_.layers[l];
      project(layer, rows, 0);
      for (std::size_t i = 0; i < rows; ++i) {
        turn_heads(s_.queries + i * stride_, shape_.heads, model_.rotation(seen));
        turn_heads(s_.fresh + i * fresh_stride_, shape_.kv_heads, model_.rotation(seen));
      }
      Attention attention;
      attention.rows = rows;
      attention.seen = seen;
      attend(l, {0, 0, seen}, {{attention, 0, true}});
      finish(layer, 0, rows);
    }
  }

  /** Takes x through the layers: `history` rows of a history, followed by the candidates. Computes all rows in full. */
  void rank_dense(std::size_t history, std::size_t candidates) {
    std::size_t rows = history + candidates;
    for (std::size_t l = 0; l < shape_.layers; ++l) {
      const Model::Layer& layer = model_.layers[l];
      project(layer, rows, 0);
      for (std::size_t i = 0; i < rows; ++i) {
        const float* rotation = model_.rotation(std::min(i, history));
        turn_heads(s_.queries + i * stride_, shape_.heads, rotation);
        turn_heads(s_.fresh + i * fresh_stride_, shape_.kv_heads, rotation);
      }
      Attention causal;
      causal.rows = history;
      causal.seen = 1;
      causal.causal = true;
      causal.square = rows;
      Attention slate;
      slate.rows = candidates;
      slate.seen = history;
      slate.square = rows;
      if (l < shape_.window_layers) {
        attend_history(l, 0, 0, history);
        attend(l, {0, 0, rows}, {{slate, history, true}});
      } else {
        attend(l, {0, 0, rows}, {{causal, 0, false}, {slate, history, true}});
      }
      finish(layer, 0, rows);
    }
  }

  /** Writes the calibrated probabilities (rows, C) of candidates in x, from row `first` on. Their items are given. */
  void judge(std::size_t first, std::size_t rows, const std::int64_t* items, float* out) {
    for (std::size_t i = 0; i < rows; i += kRowsAtOnce) {
      std::size_t some = std::min(kRowsAtOnce, rows - i);
      bool path = shape_.path_width > 0;
      kernels_.norm(some, d_, s_.x + (first + i) * stride_, stride_, s_.normal, stride_);
      kernels_.product(some, s_.normal, stride_, model_.head_in, s_.wide, stride_, path ? Then::kStore : Then::kGelu);
      if (path) {
        std::size_t width = gather(model_.paths, shape_.path_width, items + i, some);
        kernels_.product(some, s_.normal, width, model_.path_out, s_.wide, stride_, Then::kAdd);
        kernels_.gelu(some * stride_, s_.wide);
      }
      std::size_t columns = stride_of(shape_.actions);
      float* logits = s_.attended;  // columns are at most a row of it, since there are at most 64 actions
      kernels_.product(some, s_.wide, stride_, model_.head_out, logits, columns, Then::kStore);
      for (std::size_t j = 0; j < some; ++j) {
        for (std::size_t c = 0; c < shape_.actions; ++c) {
          float logit = logits[j * columns + c] + model_.tables[kHeadBias][c];
          const float* calibration = model_.tables[kCalibration];
          float z = logit * calibration[c] + calibration[shape_.actions + c];
          out[(i + j) * shape_.actions + c] = 1 / (1 + std::exp(-z));
        }
      }
    }
  }

  const float* row(std::size_t i) const { return s_.x + i * stride_; }

 private:
  const float* table(Tensor tensor, std::size_t row) const { return model_.tables[tensor] + row * d_; }

  void add(const float* from, float* to) const {
    for (std::size_t j = 0; j < d_; ++j) {
      to[j] += from[j];
    }
  }

  void add_scaled(float scale, const float* from, float* to) const {
    if (scale != 0) {
      for (std::size_t j = 0; j < d_; ++j) {
        to[j] += scale * from[j];
      }
    }
  }

  /** Copies rows of a table to s_.normal. Returns their stride. */
  std::size_t gather(const float* from, std::size_t width, const std::int64_t* rows, std::size_t count) const {
    std::size_t stride = stride_of(width);
    for (std::size_t i = 0; i < count; ++i) {
      std::copy_n(from + at(rows[i]) * width, width, s_.normal + i * stride);
    }
    return stride;
  }

  void put_items(const std::int64_t* items, std::size_t count, float* x) const {
    for (std::size_t i = 0; i < count; i += kRowsAtOnce) {
      std::size_t some = std::min(kRowsAtOnce, count - i);
      std::size_t stride = gather(model_.items, shape_.item_width, items + i, some);
      kernels_.product(some, s_.normal, stride, model_.token_item, x + i * stride_, stride_, Then::kStore);
    }
  }

  /** Rows that matrices of a layer multiply: floats, or in int8 the bytes to which the floats are rounded. */
  struct Rows {
    std::size_t count;
    const float* floats;
    std::uint8_t* bytes;  // null if layers compute in float32
    std::size_t stride;

    Rows after(std::size_t skipped) const {
      std::uint8_t* rest = bytes == nullptr ? nullptr : bytes + skipped * stride;
      return {count - skipped, floats + skipped * stride, rest, stride};
    }
  };

  /**
   * In int8, rounds the floats of rows. The matrix can then multiply them, and so can other matrices with the same input.
   */
  Rows rounded(const Rows& rows, const Model::Weights& w) const {
    if (bytes_ != nullptr) {
      bytes_->round(rows.count, w.bytes.columns, rows.floats, rows.stride, w.bytes.inverse, rows.bytes, rows.stride);
    }
    return rows;
  }

  /** Multiplies rows by a matrix of a layer. In int8, `then` must not be kGelu. */
  void product(const Rows& rows, const Model::Weights& w, float* c, std::size_t c_stride, Then then) const {
    if (bytes_ != nullptr) {
      bytes_->product(rows.count, rows.bytes, rows.stride, w.bytes, c, c_stride, then);
    } else {
      kernels_.product(rows.count, rows.floats, rows.stride, w.floats, c, c_stride, then);
    }
  }

  /** Computes the keys and values of all rows, and the queries of rows from `from` on. */
  void project(const Model::Layer& layer, std::size_t rows, std::size_t from) const {
    for (std::size_t i = 0; i < rows; i += kRowsAtOnce) {
      std::size_t some = std::min(kRowsAtOnce, rows - i);
      kernels_.norm(some, d_, s_.x + i * stride_, stride_, s_.normal, stride_);
      Rows normal = rounded({some, s_.normal, s_.rounded, stride_}, layer.keys_values);
      product(normal, layer.keys_values, s_.fresh + i * fresh_stride_, fresh_stride_, Then::kStore);
      std::size_t skipped = from > i ? std::min(from - i, some) : 0;
      if (skipped < some) {
        product(normal.after(skipped), layer.queries, s_.queries + (i + skipped) * stride_, stride_, Then::kStore);
      }
    }
  }

  void turn_heads(float* x, std::size_t heads, const float* rotation) const {
    for (std::size_t h = 0; h < heads; ++h) {
      kernels_.turn(head_, rotation, x + h * head_);
    }
  }

  /** Returns the index of a plane (capacity, D) of the block. */
  std::size_t plane(std::size_t layer, std::size_t which, std::size_t head) const {
    return (layer * 2 + which) * shape_.kv_heads + head;
  }

  std::uint8_t* elements(std::size_t plane, std::size_t row) const {
    return block_.memory + (plane * block_.capacity + row) * head_ * bytes_of(block_.type);
  }

  std::uint16_t* steps(std::size_t plane, std::size_t row) const {
    std::size_t all = shape_.layers * 2 * shape_.kv_heads * block_.capacity * head_ * bytes_of(block_.type);
    return reinterpret_cast<std::uint16_t*>(block_.memory + all) + plane * block_.capacity + row;
  }

  void store(std::size_t layer, std::size_t row, const float* fresh) const {
    for (std::size_t which = 0; which < 2; ++which) {
      for (std::size_t g = 0; g < shape_.kv_heads; ++g) {
        std::size_t place = plane(layer, which, g);
        const float* x = fresh + which * shape_.kv_width() + g * head_;
        kernels_.store(block_.type, head_, x, elements(place, row), steps(place, row));
      }
    }
  }

  /** The rows of a history to which rows attend: the first `global` rows, and the rows [begin, end). */
  struct Range {
    std::size_t global;
    std::size_t begin;
    std::size_t end;

    std::size_t count() const { return global + end - begin; }
  };

  /**
   * Returns rows of the keys of a head (`which` 0), or of its values (`which` 1), as floats, one row after the other. They
   * lie in the block's own memory, or in s_.widened. Without a block, they are copies of the rows of s_.fresh.
   */
  const float* floats(std::size_t layer, std::size_t which, std::size_t head, const Range& range) const {
    if (block_.memory != nullptr && block_.type == KvType::kFloat32 && range.global == 0) {
      return reinterpret_cast<const float*>(elements(plane(layer, which, head), range.begin));
    }
    copy_floats(layer, which, head, 0, range.global, s_.widened);
    copy_floats(layer, which, head, range.begin, range.end, s_.widened + range.global * head_);
    return s_.widened;
  }

  /** Copies rows [begin, end) of the keys or values of a head as floats. */
  void copy_floats(
      std::size_t layer, std::size_t which, std::size_t head, std::size_t begin, std::size_t end, float* to) const {
    if (block_.memory != nullptr) {
      std::size_t place = plane(layer, which, head);
      kernels_.widen(block_.type, end - begin, head_, elements(place, begin), steps(place, begin), to);
      return;
    }
    const float* x = s_.fresh + which * shape_.kv_width() + head * head_;
    for (std::size_t i = begin; i < end; ++i, to += head_) {
      std::copy_n(x + i * fresh_stride_, head_, to);
    }
  }

  /**
   * The rows that begin at `from`. `attention` says which keys each row attends to. If `own`, each row also attends to itself.
   */
  struct Attending {
    Attention attention;
    std::size_t from;
    bool own;
  };

  /**
   * Lets rows [from, rows) of x, which follow the first `start` rows of a history, attend to the history's rows up to
   * themselves, or in the lower layers to their windows. The program's file parts.py explains windows.
   *
   * All rows of a block see rows from the same one on. So a row's keys and their order follow from its place alone.
   */
  void attend_history(std::size_t layer, std::size_t start, std::size_t from, std::size_t rows) const {
    bool local = layer < shape_.window_layers;
    std::size_t half = shape_.window / 2;
    std::size_t end = start + rows;
    for (std::size_t place = start + from; place < end;) {
      Range range{0, 0, end};
      if (local && place < shape_.window) {
        range.end = std::min(end, shape_.window);
      } else if (local) {
        std::size_t block = place / half;
        range = {shape_.global_rows, (block - 1) * half, std::min(end, (block + 1) * half)};
      }
      Attention attention;
      attention.rows = range.end - place;
      attention.seen = range.global + place - range.begin + 1;
      attention.causal = true;
      attend(layer, range, {{attention, place - start, false}});
      place = range.end;
    }
  }

  /** Lets groups of rows attend to rows of a layer. */
  void attend(std::size_t layer, const Range& range, std::initializer_list<Attending> groups) const {
    std::size_t keys = range.count();
    std::size_t shared_by = shape_.heads / shape_.kv_heads;
    auto* half_keys = reinterpret_cast<std::uint16_t*>(s_.panels);
    std::uint16_t* half_values = half_keys + s_.keys * head_;  // both fit into the s_.keys * head_ floats of s_.panels
    for (std::size_t g = 0; g < shape_.kv_heads; ++g) {
      const float* values = nullptr;
      if (halves_ == nullptr) {
        kernels_.turn_keys(keys, head_, floats(layer, 0, g, range), s_.panels);
        values = floats(layer, 1, g, range);
      } else {
        halves_->turn_keys(keys, head_, floats(layer, 0, g, range), half_keys);
        halves_->turn_values(keys, head_, floats(layer, 1, g, range), half_values);
      }
      for (const Attending& group : groups) {
        Attention attention = group.attention;
        attention.width = head_;
        attention.query_stride = attention.out_stride = stride_;
        attention.keys = s_.panels;
        attention.values = values;
        attention.scores = s_.scores;
        if (group.own) {
          attention.own_stride = fresh_stride_;
          attention.own_keys = s_.fresh + group.from * fresh_stride_ + g * head_;
          attention.own_values = attention.own_keys + shape_.kv_width();
        }
        for (std::size_t h = g * shared_by; h < (g + 1) * shared_by; ++h) {
          attention.queries = s_.queries + group.from * stride_ + h * head_;
          attention.out = s_.attended + group.from * stride_ + h * head_;
          if (halves_ == nullptr) {
            kernels_.attend(attention);
          } else {
            halves_->attend(attention, half_keys, half_values);
          }
        }
      }
    }
  }

  /** Computes the rest of a layer for rows [from, to) of x from their attention. */
  void finish(const Model::Layer& layer, std::size_t from, std::size_t to) const {
    std::size_t wide = stride_of(shape_.forward);
    for (std::size_t i = from; i < to; i += kRowsAtOnce) {
      std::size_t some = std::min(kRowsAtOnce, to - i);
      float* x = s_.x + i * stride_;
      Rows attended = rounded({some, s_.attended + i * stride_, s_.rounded, stride_}, layer.out);
      product(attended, layer.out, x, stride_, Then::kAdd);
      kernels_.norm(some, d_, x, stride_, s_.normal, stride_);
      Rows normal = rounded({some, s_.normal, s_.rounded, stride_}, layer.up);
      Rows hidden{some, s_.wide, s_.hidden, wide};
      if (shape_.gated) {
        product(normal, layer.up, s_.wide, wide, Then::kStore);
        product(normal, layer.gates, s_.gates, wide, Then::kStore);
        kernels_.gate(some * wide, s_.gates, s_.wide);
        rounded(hidden, layer.down);
      } else if (bytes_ != nullptr) {
        bytes_->product_gelu(
            some, normal.bytes, stride_, layer.up.bytes, layer.down.bytes.inverse, hidden.bytes, wide);
      } else {
        product(normal, layer.up, s_.wide, wide, Then::kGelu);
      }
      product(hidden, layer.down, x, stride_, Then::kAdd);
    }
  }

  const Model& model_;
  const Shape& shape_;
  const Kernels& kernels_;
  const ByteKernels* const bytes_;     // null if the layers multiply floats
  const HalfAttention* const halves_;  // null if rows attend in float32
  Scratch& s_;
  const Block& block_;
  const std::size_t d_;
  const std::size_t head_;
  const std::size_t stride_;
  const std::size_t fresh_stride_;
};

}  // namespace

std::size_t bytes_of(const Shape& shape, KvType type, std::size_t capacity) {
  std::size_t row = shape.head_width() * bytes_of(type) + (type == KvType::kInt8 ? sizeof(std::uint16_t) : 0);
  return shape.layers * 2 * shape.kv_heads * capacity * row;
}

void extend(const Model& model, const Tokens& tokens, std::size_t from, const Block& block, float* state) {
  std::size_t count = tokens.count + (from == 0 ? 1 : 0);
  std::size_t parts = parts_of(count, kMostRows);
  Model::Lease scratch(model, largest_part(count, kMostRows), from + count);
  Pass pass(model, *scratch, block);
  for (std::size_t part = 0; part < parts; ++part) {
    std::size_t begin = count * part / parts;
    std::size_t end = count * (part + 1) / parts;
    pass.put_tokens(tokens, from == 0, begin, end);
    pass.encode(end - begin, from + begin, end == count);
    if (end == count) {
      std::copy_n(pass.row(end - begin - 1), model.shape.width, state);
    }
  }
}

void score(const Model& model, const Slate& slate, const Block& block, std::size_t rows, float* out) {
  std::size_t parts = parts_of(slate.count, kMostRows);
  Model::Lease scratch(model, largest_part(slate.count, kMostRows), rows);
  Pass pass(model, *scratch, block);
  for (std::size_t part = 0; part < parts; ++part) {
    std::size_t begin = slate.count * part / parts;
    std::size_t end = slate.count * (part + 1) / parts;
    pass.put_candidates(slate, begin, end, 0);
    pass.rank(end - begin, rows);
    pass.judge(0, end - begin, slate.items + begin, out + begin * model.shape.actions);
  }
}

void score_dense(const Model& model, const Tokens& tokens, const Slate& slate, float* out) {
  std::size_t history = tokens.count + 1;
  std::size_t parts = parts_of(slate.count, kMostCandidates);
  std::size_t rows = history + largest_part(slate.count, kMostCandidates);
  Model::Lease scratch(model, rows, rows);
  Block none{KvType::kFloat32, 0, nullptr};
  Pass pass(model, *scratch, none);
  for (std::size_t part = 0; part < parts; ++part) {
    std::size_t begin = slate.count * part / parts;
    std::size_t end = slate.count * (part + 1) / parts;
    pass.put_tokens(tokens, true, 0, history);
    pass.put_candidates(slate, begin, end, history);
    pass.rank_dense(history, end - begin);
    pass.judge(history, end - begin, slate.items + begin, out + begin * model.shape.actions);
  }
}

void queries(const Model& model, const Wishes& wishes, float* out) {
  const Shape& shape = model.shape;
  const Kernels& kernels = model.kernels;
  std::size_t d = shape.width;
  std::size_t e = shape.item_width;
  std::size_t stride = stride_of(d);
  std::size_t e_stride = stride_of(e);
  Model::Lease lease(model, kRowsAtOnce, 1);
  Scratch& s = *lease;
  std::copy_n(wishes.state, d, s.x);
  kernels.norm(1, d, s.x, stride, s.normal, stride);
  float* shared = s.normal + std::max(stride, e_stride);  // what all queries share
  kernels.product(1, s.normal, stride, model.query_in, s.queries, stride, Then::kStore);
  kernels.product(1, s.normal, stride, model.query_direct, shared, e_stride, Then::kStore);
  const float* surface = model.tables[kQuerySurface] + at(wishes.surface) * d;
  const float* gap = model.tables[kQueryGap] + at(wishes.gap) * d;
  for (std::size_t begin = 0; begin < wishes.count; begin += kRowsAtOnce) {
    std::size_t some = std::min(kRowsAtOnce, wishes.count - begin);
    for (std::size_t i = 0; i < some; ++i) {
      const float* outcomes = wishes.outcomes + (begin + i) * shape.actions;
      const float* offset = model.tables[kQueryOffset] + at(wishes.offsets[begin + i]) * d;
      float* u = s.attended + i * stride;
      for (std::size_t j = 0; j < d; ++j) {
        float sum = 0;
        for (std::size_t c = 0; c < shape.actions; ++c) {
          sum += outcomes[c] * model.tables[kQueryAction][c * d + j];
        }
        u[j] = s.queries[j] + sum + surface[j] + gap[j] + offset[j];
      }
    }
    kernels.gelu(some * stride, s.attended);
    kernels.product(some, s.attended, stride, model.query_out, s.wide, e_stride, Then::kStore);
    for (std::size_t i = 0; i < some; ++i) {
      float squares = 0;
      float* query = s.wide + i * e_stride;
      for (std::size_t j = 0; j < e; ++j) {
        query[j] += shared[j];
        squares += query[j] * query[j];
      }
      float length = std::sqrt(squares + 1e-12F);
      for (std::size_t j = 0; j < e; ++j) {
        out[(begin + i) * e + j] = query[j] / length;
      }
    }
  }
}

}  // namespace unipin
