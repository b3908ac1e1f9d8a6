#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "kernels.hpp"
#include "memory.hpp"
#include "model.hpp"
#include "passes.hpp"

/*
 * Tests of the native engine. Every kernel that this processor can run is compared with sums in double precision or with
 * the portable kernel. Passes over random models must give the same bits however a history is split or a slate is cut, and
 * also on two threads. With all kernels they must give nearly the same numbers. Memory that must not be read is NaN.
 *
 * Models in int8 are tested in the same way. Products of bytes are exact, but the numbers that are rounded to bytes differ
 * a little between kernels. One kernel may therefore round up a number near the middle of two steps, and another kernel may
 * round this number down.
 */
namespace {

using unipin::Arithmetic;
using unipin::Attention;
using unipin::Block;
using unipin::ByteKernels;
using unipin::ByteMatrix;
using unipin::HalfAttention;
using unipin::Kernels;
using unipin::KvType;
using unipin::Matrix;
using unipin::Memory;
using unipin::Model;
using unipin::Shape;
using unipin::Then;
using unipin::stride_of;
using std::size_t;

/** Returns the sets of kernels to test. Where AVX-512 is emulated, its kernels run on any processor. */
std::vector<Arithmetic> tested(bool int8) {
#ifdef UNIPIN_EMULATED_AVX512
  if (!int8) {
    return {{"avx512", &unipin::kAvx512Kernels}};
  }
  return {
      {"avx512_vnni_bf16", &unipin::kAvx512Kernels, &unipin::kVnniKernels, &unipin::kBf16Attention},
      {"avx512_vnni", &unipin::kAvx512Kernels, &unipin::kVnniKernels}};
#else
  return unipin::arithmetics(int8);
#endif
}

const Arithmetic kPortable{"portable", &unipin::kPortableKernels};
const Arithmetic kPortableBytes{"portable", &unipin::kPortableKernels, &unipin::kPortableByteKernels};

int failures = 0;
std::mt19937 random_bits(11);

void expect(bool holds, const std::string& what, double expected, double got) {
  if (!holds && ++failures < 40) {
    std::printf("%s: %.9g expected, got %.9g\n", what.c_str(), expected, got);
  }
}

void near(const std::string& what, double expected, double got, double tolerance) {
  expect(std::fabs(expected - got) <= tolerance, what, expected, got);
}

size_t up_to(size_t most) { return 1 + random_bits() % most; }

std::vector<float> normal(size_t n, double scale = 1) {
  std::normal_distribution<float> draw(0.0F, static_cast<float>(scale));
  std::vector<float> numbers(n);
  for (float& x : numbers) {
    x = draw(random_bits);
  }
  return numbers;
}

/** Copies numbers (rows, width) into aligned rows. */
float* aligned(Memory& memory, const std::vector<float>& numbers, size_t rows, size_t width) {
  float* copy = memory.take(rows * stride_of(width));
  for (size_t i = 0; i < rows; ++i) {
    std::memcpy(copy + i * stride_of(width), numbers.data() + i * width, width * sizeof(float));
  }
  return copy;
}

double gelu(double x) { return x * 0.5 * std::erfc(-x / std::sqrt(2.0)); }

void product(const Kernels& kernels) {
  for (int round = 0; round < 60; ++round) {
    size_t m = round < 20 ? static_cast<size_t>(round) + 1 : up_to(40);
    size_t k = up_to(150);
    size_t n = up_to(200);
    Then then = static_cast<Then>(round % 3);
    Memory memory;
    std::vector<float> a = normal(m * k);
    std::vector<float> w = normal(n * k, 1 / std::sqrt(static_cast<double>(k)));
    std::vector<float> before = normal(m * n);
    size_t p = kernels.panel;
    float* panels = memory.take((n + p - 1) / p * p * k);
    for (size_t i = 0; i < n * k; ++i) {
      panels[i / k / p * k * p + i % k * p + i / k % p] = w[i];
    }
    float* x = aligned(memory, a, m, k);
    float* y = aligned(memory, before, m, n);
    kernels.product(m, x, stride_of(k), Matrix{n, k, panels}, y, stride_of(n), then);
    for (size_t i = 0; i < m * n; ++i) {
      double sum = 0;
      for (size_t j = 0; j < k; ++j) {
        sum += static_cast<double>(a[i / n * k + j]) * static_cast<double>(w[i % n * k + j]);
      }
      double expected = then == Then::kAdd ? sum + static_cast<double>(before[i]) : then == Then::kGelu ? gelu(sum) : sum;
      near(std::string(kernels.name) + " product of " + std::to_string(m) + " rows", expected,
           static_cast<double>(y[i / n * stride_of(n) + i % n]), 2e-5);
    }
  }
}

/** Takes memory for `count` bytes. */
std::uint8_t* take_bytes(Memory& memory, size_t count) {
  return reinterpret_cast<std::uint8_t*>(memory.take(count / sizeof(float) + 1));
}

void rounding(const ByteKernels& kernels) {
  std::string name = std::string(kernels.name) + " rounding of ";
  for (size_t width : {16U, 48U, 75U, 256U}) {
    Memory memory;
    std::vector<float> x = normal(3 * width, 3);
    std::vector<float> special = {0,    0.125F,  0.375F, -0.125F, -0.375F, 31.75F, 31.876F,
                                  1e9F, -31.99F, -32.2F, -1e9F,   1e30F,   -1e30F, std::numeric_limits<float>::infinity()};
    std::copy(special.begin(), special.end(), x.begin());
    std::uint8_t* bytes = take_bytes(memory, 3 * stride_of(width));
    kernels.round(3, width, aligned(memory, x, 3, width), stride_of(width), 4, bytes, stride_of(width));
    for (size_t i = 0; i < x.size(); ++i) {
      double expected = std::min(std::max(128 + std::nearbyint(4 * static_cast<double>(x[i])), 0.0), 255.0);
      near(name + std::to_string(x[i]), expected, bytes[i / width * stride_of(width) + i % width], 0);
    }
  }
}

/** Sums of products of bytes are exact. Only the last multiplication, by a float, may differ by rounding. */
void byte_product(const ByteKernels& kernels) {
  for (int round = 0; round < 60; ++round) {
    size_t m = round < 20 ? static_cast<size_t>(round) + 1 : up_to(40);
    size_t k = up_to(150);
    size_t n = up_to(200);
    size_t depth = unipin::byte_depth(k);
    Memory memory;
    std::uint8_t* a = take_bytes(memory, m * stride_of(k));
    auto* panels = reinterpret_cast<std::int8_t*>(take_bytes(memory, stride_of(n) * depth));
    auto* offsets = reinterpret_cast<std::int32_t*>(memory.take(stride_of(n)));
    float* steps = memory.take(stride_of(n));
    // In every fourth round, all bytes have their largest values, so that the sums are as large as they can be.
    bool extreme = round % 4 == 3;
    for (size_t i = 0; i < m * stride_of(k); ++i) {
      a[i] = static_cast<std::uint8_t>(extreme ? 255 : random_bits() % 256);
    }
    std::vector<std::int8_t> w(n * k);
    for (size_t i = 0; i < n * k; ++i) {
      w[i] = static_cast<std::int8_t>(extreme ? 127 : static_cast<int>(random_bits() % 255) - 127);
      panels[i / k / 64 * depth * 64 + i % k / 4 * 256 + i / k % 64 * 4 + i % k % 4] = w[i];
      offsets[i / k] -= 128 * w[i];
      steps[i / k] = 1e-3F / static_cast<float>(1 + i / k);
    }
    ByteMatrix matrix{n, k, panels, steps, offsets, 1};
    std::vector<float> before = normal(m * n);
    float* added = aligned(memory, before, m, n);
    float* stored = memory.take(m * stride_of(n));
    std::uint8_t* rounded = take_bytes(memory, m * stride_of(n));
    kernels.product(m, a, stride_of(k), matrix, stored, stride_of(n), Then::kStore);
    kernels.product(m, a, stride_of(k), matrix, added, stride_of(n), Then::kAdd);
    kernels.product_gelu(m, a, stride_of(k), matrix, 20, rounded, stride_of(n));
    std::string name = std::string(kernels.name) + " byte product of " + std::to_string(m) + " rows";
    for (size_t i = 0; i < m * n; ++i) {
      int sum = 0;
      for (size_t j = 0; j < k; ++j) {
        sum += (a[i / n * stride_of(k) + j] - 128) * w[i % n * k + j];
      }
      float expected = static_cast<float>(sum) * steps[i % n];
      size_t place = i / n * stride_of(n) + i % n;
      near(name, static_cast<double>(expected), static_cast<double>(stored[place]), 0);
      near(name + ", added", static_cast<double>(before[i] + expected), static_cast<double>(added[place]), 0);
      double byte = std::min(std::max(128 + 20 * gelu(static_cast<double>(expected)), 0.0), 255.0);
      near(name + ", GELU", byte, rounded[place], 0.501);
    }
  }
}

void elements(const Kernels& kernels) {
  std::string name = kernels.name;
  Memory memory;
  size_t n = 8192;
  float* x = memory.take(n);
  float* y = memory.take(n);
  float* gates = memory.take(n);
  for (size_t i = 0; i < n; ++i) {
    x[i] = gates[i] = -16 + 32 * static_cast<float>(i) / static_cast<float>(n);
    y[i] = 1;
  }
  kernels.gelu(n, x);
  kernels.gate(n, gates, y);
  for (size_t i = 0; i < n; ++i) {
    double at = static_cast<double>(gates[i]);
    near(name + " gelu of " + std::to_string(at), gelu(at), static_cast<double>(x[i]), 3e-6);
    near(name + " gate of " + std::to_string(at), at / (1 + std::exp(-at)), static_cast<double>(y[i]), 2e-6);
  }
  for (size_t width : {16U, 48U, 64U, 256U}) {
    std::vector<float> rows = normal(3 * width, 4);
    rows[5] += 300;
    float* in = aligned(memory, rows, 3, width);
    float* out = memory.take(3 * stride_of(width));
    kernels.norm(3, width, in, stride_of(width), out, stride_of(width));
    float* reference = memory.take(3 * stride_of(width));
    unipin::kPortableKernels.norm(3, width, in, stride_of(width), reference, stride_of(width));
    for (size_t i = 0; i < 3 * width; ++i) {
      size_t place = i / width * stride_of(width) + i % width;
      near(name + " norm", static_cast<double>(reference[place]), static_cast<double>(out[place]), 2e-5);
    }
  }
}

void heads(const Kernels& kernels) {
  for (size_t width : {16U, 32U, 64U, 128U}) {
    std::string name = std::string(kernels.name) + " head of " + std::to_string(width);
    std::vector<float> x = normal(width);
    std::vector<float> same = x;
    std::vector<float> rotation = normal(2 * width);
    kernels.turn(width, rotation.data(), x.data());
    unipin::kPortableKernels.turn(width, rotation.data(), same.data());
    for (size_t i = 0; i < width; ++i) {
      near(name + " turned", static_cast<double>(same[i]), static_cast<double>(x[i]), 2e-6);
    }
    for (size_t n : {1U, 5U, 16U, 63U, 64U, 65U, 131U}) {
      Memory memory;
      std::vector<float> keys = normal(n * width);
      size_t p = kernels.panel;
      float* panels = memory.take((n + p - 1) / p * p * width);
      kernels.turn_keys(n, width, keys.data(), panels);
      for (size_t j = 0; j < (n + p - 1) / p * p; ++j) {
        for (size_t k = 0; k < width; ++k) {
          float expected = j < n ? keys[j * width + k] : 0;
          expect(panels[j / p * width * p + k * p + j % p] == expected, name + " panels", static_cast<double>(expected),
                 static_cast<double>(panels[j / p * width * p + k * p + j % p]));
        }
      }
    }
    for (int round = 0; round < 40; ++round) {
      bool tiny = round == 0;
      std::vector<float> row = normal(width, tiny ? 1e-7 : std::exp(static_cast<double>(round % 9) - 6));
      for (KvType type : {KvType::kFloat32, KvType::kFloat16, KvType::kInt8}) {
        std::vector<std::uint8_t> one(width * bytes_of(type));
        std::vector<std::uint8_t> two(one);
        std::uint16_t steps[2] = {};
        kernels.store(type, width, row.data(), one.data(), &steps[0]);
        unipin::kPortableKernels.store(type, width, row.data(), two.data(), &steps[1]);
        expect(one == two && steps[0] == steps[1], name + " stored as type " + std::to_string(static_cast<int>(type)), 0, 1);
        std::vector<float> back(width);
        std::vector<float> reference(width);
        kernels.widen(type, 1, width, one.data(), steps, back.data());
        unipin::kPortableKernels.widen(type, 1, width, two.data(), steps, reference.data());
        expect(back == reference, name + " read as type " + std::to_string(static_cast<int>(type)), 0, 1);
        double largest = 0;
        for (float x : row) {
          largest = std::max(largest, std::fabs(static_cast<double>(x)));
        }
        for (size_t i = 0; i < width; ++i) {
          double half_a_step = type == KvType::kInt8 ? 0.502 * largest / 127 + 3.2e-5
              : type == KvType::kFloat16             ? std::fabs(static_cast<double>(row[i])) / 2040 + 3e-8
                                                     : 0;
          near(name + " rounded", static_cast<double>(row[i]), static_cast<double>(back[i]), half_a_step);
        }
      }
    }
  }
}

float bfloat16(float x) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &x, sizeof(bits));
  bits = (bits + 0x7fffU + (bits >> 16 & 1U)) & 0xffff0000U;
  std::memcpy(&x, &bits, sizeof(bits));
  return x;
}

/** Returns the upper 16 bits of a float, which are those of a bfloat16 number. */
std::uint16_t upper_half(float x) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &x, sizeof(bits));
  return static_cast<std::uint16_t>(bits >> 16);
}

void halves(const HalfAttention& kernels) {
  for (size_t width : {16U, 32U, 64U, 128U}) {
    for (size_t n : {1U, 2U, 15U, 64U, 67U, 131U}) {
      Memory memory;
      std::vector<float> rows = normal(n * width);
      auto* panels = reinterpret_cast<std::uint16_t*>(memory.take(stride_of(n) * width));
      auto* pairs = reinterpret_cast<std::uint16_t*>(memory.take(stride_of(n) * width));
      std::fill_n(panels, stride_of(n) * width, std::uint16_t{0xffff});
      std::fill_n(pairs, stride_of(n) * width, std::uint16_t{0xffff});
      kernels.turn_keys(n, width, rows.data(), panels);
      kernels.turn_values(n, width, rows.data(), pairs);
      for (size_t j = 0; j < stride_of(n); ++j) {
        for (size_t k = 0; k < width; ++k) {
          unsigned expected = j < n ? upper_half(bfloat16(rows[j * width + k])) : 0;
          near("keys in bfloat16", expected, panels[j / 64 * 64 * width + k / 2 * 128 + j % 64 * 2 + k % 2], 0);
          if (j < n + n % 2) {
            near("values in bfloat16", expected, pairs[j / 2 * 2 * width + k * 2 + j % 2], 0);
          }
        }
      }
    }
  }
}

/**
 * Compares attention with sums in double precision. Keys that a row does not see must not count, even if `square` asks for
 * their products. For kernels in bfloat16, the test first rounds all numbers except own keys and values. The kernels round
 * the shares.
 */
void attention(const Kernels& kernels, const HalfAttention* in_halves) {
  for (int round = 0; round < 80; ++round) {
    size_t width = size_t{16} << (round % 4);
    size_t rows = up_to(15);
    size_t seen = up_to(round % 5 == 0 ? 400 : 70);
    bool causal = round % 3 == 0;
    bool own = round % 3 == 1;
    size_t square = round / 4 % 2 == 0 ? 0 : seen + rows + up_to(80);
    size_t n = std::max(causal ? seen + rows - 1 : seen, square);
    Memory memory;
    std::vector<float> q = normal(rows * width, 0.5);
    std::vector<float> keys = normal(n * width);
    std::vector<float> values = normal(n * width);
    std::vector<float> own_rows = normal(rows * 2 * width);
    if (in_halves != nullptr) {
      for (std::vector<float>* numbers : {&q, &keys, &values}) {
        std::transform(numbers->begin(), numbers->end(), numbers->begin(), bfloat16);
      }
    }
    Attention call;
    call.rows = rows;
    call.width = width;
    call.seen = seen;
    call.causal = causal;
    call.square = square;
    call.queries = aligned(memory, q, rows, width);
    call.query_stride = call.out_stride = stride_of(width);
    float* panels = memory.take(stride_of(n) * width);
    kernels.turn_keys(n, width, keys.data(), panels);
    call.keys = panels;
    call.values = values.data();
    call.own_stride = stride_of(2 * width);
    call.own_keys = own ? aligned(memory, own_rows, rows, 2 * width) : nullptr;
    call.own_values = own ? call.own_keys + width : nullptr;
    call.scores = memory.take(unipin::scores_for(n));
    float* out = memory.take(rows * stride_of(width));
    call.out = out;
    if (in_halves == nullptr) {
      kernels.attend(call);
    } else {
      auto* half_keys = reinterpret_cast<std::uint16_t*>(memory.take(stride_of(n) * width));
      auto* half_values = reinterpret_cast<std::uint16_t*>(memory.take(stride_of(n) * width));
      in_halves->turn_keys(n, width, keys.data(), half_keys);
      in_halves->turn_values(n, width, values.data(), half_values);
      in_halves->attend(call, half_keys, half_values);
    }
    for (size_t i = 0; i < rows; ++i) {
      size_t sees = causal ? seen + i : seen;
      std::vector<double> shares;
      double total = 0;
      for (size_t j = 0; j < sees + (own ? 1 : 0); ++j) {
        const float* key = j < sees ? keys.data() + j * width : own_rows.data() + i * 2 * width;
        double score = 0;
        for (size_t k = 0; k < width; ++k) {
          score += static_cast<double>(q[i * width + k]) * static_cast<double>(key[k]);
        }
        shares.push_back(std::exp(score));
        total += shares.back();
      }
      for (size_t k = 0; k < width; ++k) {
        double sum = 0;
        for (size_t j = 0; j < shares.size(); ++j) {
          const float* value = j < sees ? values.data() + j * width : own_rows.data() + i * 2 * width + width;
          sum += shares[j] / total * static_cast<double>(value[k]);
        }
        near(std::string(kernels.name) + " attention", sum, static_cast<double>(out[i * stride_of(width) + k]),
             in_halves == nullptr ? 1e-5 : 5e-3);
      }
    }
  }
}

/** A random model, and random inputs of its passes. */
struct World {
  Shape shape;
  unipin::Tensors tensors;
  std::vector<float> rotation, items, paths, actions;
  std::vector<std::int64_t> rows, surfaces, gaps, candidates, positions;
  size_t history;

  /** A `window` other than 0 is the number of rows in a window of the two lower layers. */
  World(size_t head, size_t heads, size_t kv_heads, bool gated, size_t path, size_t history_length, size_t window = 0)
      : history(history_length) {
    size_t d = head * heads;
    size_t global = window / 2 / 3;
    size_t window_layers = window == 0 ? 0 : 2;
    shape = Shape{40, 13, path, d, 3, heads, kv_heads, 75, gated, 3, 2, 7, 5, 4, history + 12, window, global, window_layers};
    auto all = d + 2 * shape.kv_width();
    size_t wide = (gated ? 2 : 1) * shape.forward;
    std::vector<size_t> sizes = {
        d * 13, 3 * d, d, d, 2 * d, 7 * d, 7 * d, 5 * d, 3 * d, 3 * all * d, 3 * d * d, 3 * d, 3 * wide * d, 3 * d * 75,
        d, d * d, 3 * d, 2 * d, 7 * d, 4 * d, 13 * d, 13 * d, d, d * d, d * path, 3 * d, 3, 6, 12};
    for (size_t size : sizes) {
      tensors.push_back(normal(size, size >= d * 13 ? 1 / std::sqrt(static_cast<double>(d)) : 0.5));
    }
    for (size_t l = 0; l < 3; ++l) {
      constexpr float kRanges[] = {4.0F, 1.5F, 4.0F, 3.0F};
      std::copy_n(kRanges, 4, tensors[unipin::kActivationRange].data() + 4 * l);
    }
    for (int part = 0; part < 2; ++part) {
      for (size_t i = 0; i < shape.rotations * head / 2; ++i) {
        double angle = static_cast<double>(i / (head / 2)) * std::exp(-0.3 * static_cast<double>(i % (head / 2)));
        rotation.push_back(static_cast<float>(part == 0 ? std::cos(angle) : std::sin(angle)));
      }
    }
    items = normal(shape.table_rows * 13, 0.3);
    paths = normal(shape.table_rows * path);
    for (size_t i = 0; i < history; ++i) {
      rows.push_back(static_cast<std::int64_t>(random_bits() % 40));
      surfaces.push_back(static_cast<std::int64_t>(random_bits() % 2));
      gaps.push_back(static_cast<std::int64_t>(random_bits() % 7));
      for (int c = 0; c < 3; ++c) {
        actions.push_back(static_cast<float>(random_bits() % 2));
      }
    }
    for (size_t i = 0; i < 150; ++i) {
      candidates.push_back(static_cast<std::int64_t>(random_bits() % 40));
      positions.push_back(static_cast<std::int64_t>(random_bits() % 5));
    }
  }

  Model model(const Arithmetic& arithmetic) const {
    return Model(arithmetic, shape, tensors, rotation, items.data(), shape.path_width == 0 ? nullptr : paths.data());
  }

  /** A block whose bytes are all ones: NaN in every type of floats. */
  std::vector<std::uint8_t> block(KvType type) const {
    return std::vector<std::uint8_t>(unipin::bytes_of(shape, type, history + 9), 0xff);
  }

  Block over(std::vector<std::uint8_t>& memory, KvType type) const { return Block{type, history + 9, memory.data()}; }

  /** Encodes the history in calls of `step` rows, 0 for all at once. Returns the last state. */
  std::vector<float> encode(const Model& model, std::vector<std::uint8_t>& memory, KvType type, size_t step) const {
    std::vector<float> state(shape.width);
    size_t at = 0;
    while (at < history + 1) {
      size_t end = step == 0 ? history + 1 : std::min(at + step, history + 1);
      size_t first = at == 0 ? 0 : at - 1;
      unipin::Tokens tokens{
          end - 1 - first, rows.data() + first, actions.data() + 3 * first, surfaces.data() + first, gaps.data() + first};
      unipin::extend(model, tokens, at, over(memory, type), state.data());
      at = end;
    }
    return state;
  }

  std::vector<float> score(const Model& model, std::vector<std::uint8_t>& memory, KvType type, size_t step) const {
    std::vector<float> out(candidates.size() * 3);
    for (size_t at = 0; at < candidates.size(); at += step) {
      size_t count = std::min(step, candidates.size() - at);
      unipin::Slate slate{count, candidates.data() + at, 1, 3, positions.data() + at, count};
      if (count == 1) {
        slate.position_count = 1;
      }
      unipin::score(model, slate, over(memory, type), history + 1, out.data() + 3 * at);
    }
    return out;
  }

  /** Scores all candidates `times` times in dense passes, with `step` candidates in a call. */
  std::vector<float> score_dense(const Model& model, size_t step, size_t times) const {
    std::vector<std::int64_t> many, places;
    for (size_t i = 0; i < times; ++i) {
      many.insert(many.end(), candidates.begin(), candidates.end());
      places.insert(places.end(), positions.begin(), positions.end());
    }
    unipin::Tokens tokens{history, rows.data(), actions.data(), surfaces.data(), gaps.data()};
    std::vector<float> out(many.size() * 3);
    for (size_t at = 0; at < many.size(); at += step) {
      size_t count = std::min(step, many.size() - at);
      unipin::score_dense(model, tokens, {count, many.data() + at, 1, 3, places.data() + at, count}, out.data() + 3 * at);
    }
    return out;
  }
};

void finite(const std::string& what, const std::vector<float>& numbers) {
  for (float x : numbers) {
    expect(std::isfinite(x), what + " finite", 0, static_cast<double>(x));
  }
}

void same(const std::string& what, const std::vector<float>& a, const std::vector<float>& b) {
  expect(std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0, what + ", the same bits", 0, 1);
}

void bits(const World& world, const Arithmetic& arithmetic, KvType type) {
  std::string name = (arithmetic.bytes != nullptr ? "int8 " : "") + std::string(arithmetic.name) + ", type " +
      std::to_string(static_cast<int>(type)) + ", head " + std::to_string(world.shape.head_width());
  Model model = world.model(arithmetic);
  std::vector<std::uint8_t> whole = world.block(type);
  std::vector<float> state = world.encode(model, whole, type, 0);
  finite(name + " state", state);
  std::vector<float> scores = world.score(model, whole, type, 150);
  finite(name + " scores", scores);
  for (size_t step : {1U, 2U, 3U, 7U, 8U, 9U, 50U}) {
    std::vector<std::uint8_t> split = world.block(type);
    same(name + " state by " + std::to_string(step), state, world.encode(model, split, type, step));
    expect(whole == split, name + " every byte of a block filled by " + std::to_string(step), 0, 1);
    same(name + " scores by " + std::to_string(step), scores, world.score(model, whole, type, step));
  }
  if (type == KvType::kFloat32) {
    for (size_t step : {150U, 64U, 13U}) {
      same(name + " dense scores by " + std::to_string(step), scores, world.score_dense(model, step, 1));
    }
  }
  std::vector<std::vector<float>> found(2);
  std::vector<std::thread> threads;
  for (std::vector<float>& mine : found) {
    threads.emplace_back([&] {
      std::vector<std::uint8_t> memory = world.block(type);
      for (int i = 0; i < 3; ++i) {
        world.encode(model, memory, type, i == 1 ? 5 : 0);
        mine = world.score(model, memory, type, i == 1 ? 11 : 150);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  same(name + " thread 1", scores, found[0]);
  same(name + " thread 2", scores, found[1]);
}

/** All kernels compute nearly the same numbers, and queries do not depend on the other queries of their call. */
void agreement(const World& world) {
  Model reference = world.model(kPortable);
  std::vector<std::uint8_t> expected_block = world.block(KvType::kFloat32);
  std::vector<float> expected_state = world.encode(reference, expected_block, KvType::kFloat32, 0);
  std::vector<float> expected_scores = world.score(reference, expected_block, KvType::kFloat32, 150);
  std::vector<float> outcomes = normal(5 * 3);
  std::vector<std::int64_t> offsets = {0, 3, 1, 0, 2};
  auto ask = [&](const Model& model, const std::vector<float>& state, size_t from, size_t count) {
    std::vector<float> out(count * 13);
    unipin::queries(model, {count, state.data(), outcomes.data() + 3 * from, 1, 6, offsets.data() + from}, out.data());
    return out;
  };
  std::vector<float> expected_queries = ask(reference, expected_state, 0, 5);
  for (const Arithmetic& arithmetic : tested(false)) {
    std::string name = arithmetic.name;
    Model model = world.model(arithmetic);
    std::vector<std::uint8_t> block = world.block(KvType::kFloat32);
    std::vector<float> state = world.encode(model, block, KvType::kFloat32, 0);
    std::vector<float> scores = world.score(model, block, KvType::kFloat32, 150);
    std::vector<float> queries = ask(model, state, 0, 5);
    for (size_t i = 0; i < state.size(); ++i) {
      near(name + " state", static_cast<double>(expected_state[i]), static_cast<double>(state[i]), 1e-4);
    }
    for (size_t i = 0; i < scores.size(); ++i) {
      near(name + " scores", static_cast<double>(expected_scores[i]), static_cast<double>(scores[i]), 1e-5);
    }
    for (size_t i = 0; i < queries.size(); ++i) {
      near(name + " queries", static_cast<double>(expected_queries[i]), static_cast<double>(queries[i]), 1e-5);
    }
    same(name + " query 3", std::vector<float>(queries.begin() + 39, queries.begin() + 52), ask(model, state, 3, 1));
    auto* rows = reinterpret_cast<const float*>(block.data());
    auto* expected_rows = reinterpret_cast<const float*>(expected_block.data());
    size_t head = world.shape.head_width();
    for (size_t i = 0; i < block.size() / sizeof(float); ++i) {
      bool written = i / head % (world.history + 9) <= world.history;
      if (written) {
        near(name + " row", static_cast<double>(expected_rows[i]), static_cast<double>(rows[i]), 1e-4);
      } else {
        expect(std::isnan(rows[i]), name + " an unwritten row", std::nan(""), static_cast<double>(rows[i]));
      }
    }
  }
}

/** Returns the root of the mean square of the differences. */
double distance(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    double difference = static_cast<double>(a[i]) - static_cast<double>(b[i]);
    sum += difference * difference;
  }
  return std::sqrt(sum / static_cast<double>(a.size()));
}

/** Scores in int8 are near those in float32. The int8 scores of two kernels are much nearer to each other. */
void byte_agreement(const World& world) {
  std::vector<std::uint8_t> block = world.block(KvType::kFloat32);
  Model exact = world.model(kPortable);
  world.encode(exact, block, KvType::kFloat32, 0);
  std::vector<float> exact_scores = world.score(exact, block, KvType::kFloat32, 150);
  Model reference = world.model(kPortableBytes);
  world.encode(reference, block, KvType::kFloat32, 0);
  std::vector<float> scores = world.score(reference, block, KvType::kFloat32, 150);
  double rounding = distance(scores, exact_scores);
  expect(rounding > 1e-5 && rounding < 0.02, "int8 near float32, but not equal", 0.01, rounding);
  for (const Arithmetic& arithmetic : tested(true)) {
    Model model = world.model(arithmetic);
    world.encode(model, block, KvType::kFloat32, 0);
    double apart = distance(world.score(model, block, KvType::kFloat32, 150), scores);
    // Attention in bfloat16 adds about as much error as int8.
    double bound = (arithmetic.attention == nullptr ? 0.5 : 3) * rounding;
    expect(apart <= bound, std::string(arithmetic.name) + " in int8", bound, apart);
  }
}

/** A pass of more rows than go through the layers together gives the bits of shorter passes. */
void long_history(const Arithmetic& arithmetic, size_t window) {
  World world(16, 2, 1, false, 0, 1500, window);
  Model model = world.model(arithmetic);
  std::vector<std::uint8_t> whole = world.block(KvType::kFloat32);
  std::vector<std::uint8_t> split = world.block(KvType::kFloat32);
  same("a long history", world.encode(model, whole, KvType::kFloat32, 0), world.encode(model, split, KvType::kFloat32, 400));
  expect(whole == split, "every byte of a long history", 0, 1);
  std::vector<float> scores = world.score(model, whole, KvType::kFloat32, 150);
  same("dense scores of a long history", scores, world.score_dense(model, 150, 1));
}

/** Returns the rows of history that an encoded block holds: keys and values of `layer`, row by row. */
std::vector<std::vector<float>> layer_rows(const World& world, const std::vector<std::uint8_t>& block, size_t layer) {
  const auto* numbers = reinterpret_cast<const float*>(block.data());
  size_t head = world.shape.head_width();
  size_t planes = 2 * world.shape.kv_heads;
  std::vector<std::vector<float>> found(world.history + 1);
  for (size_t row = 0; row <= world.history; ++row) {
    for (size_t plane = layer * planes; plane < (layer + 1) * planes; ++plane) {
      const float* at = numbers + (plane * (world.history + 9) + row) * head;
      found[row].insert(found[row].end(), at, at + head);
    }
  }
  return found;
}

/**
 * The keys and values of layer 1 come from what rows saw in layer 0. After a change of one action they change in the rows
 * whose windows hold the action, and in no other row. Windows of 12 rows consist of two blocks of 6.
 */
void windows(const Arithmetic& arithmetic) {
  for (size_t changed : {0U, 1U, 7U, 20U}) {
    World world(16, 2, 1, false, 0, 40, 12);
    Model model = world.model(arithmetic);
    std::vector<std::uint8_t> before = world.block(KvType::kFloat32);
    std::vector<std::uint8_t> after = world.block(KvType::kFloat32);
    world.encode(model, before, KvType::kFloat32, 0);
    world.rows[changed] = (world.rows[changed] + 1) % 40;
    world.encode(model, after, KvType::kFloat32, 0);
    std::vector<std::vector<float>> old_rows = layer_rows(world, before, 1);
    std::vector<std::vector<float>> new_rows = layer_rows(world, after, 1);
    size_t row = changed + 1;
    for (size_t i = 0; i <= world.history; ++i) {
      bool sees = i >= row && (row < world.shape.global_rows || i < (row / 6 + 2) * 6);
      expect((old_rows[i] != new_rows[i]) == sees, "row " + std::to_string(i) + " sees row " + std::to_string(row), sees,
             !sees);
    }
  }
}

/** More candidates than one dense pass takes get the same scores as a short slate. */
void long_dense_slate(const Arithmetic& arithmetic) {
  World world(16, 2, 1, false, 0, 3);
  Model model = world.model(arithmetic);
  std::vector<std::uint8_t> block = world.block(KvType::kFloat32);
  world.encode(model, block, KvType::kFloat32, 0);
  std::vector<float> expected;
  for (int i = 0; i < 15; ++i) {
    std::vector<float> scores = world.score(model, block, KvType::kFloat32, 150);
    expected.insert(expected.end(), scores.begin(), scores.end());
  }
  same("dense scores of a long slate", expected, world.score_dense(model, 15 * 150, 15));
}

void refusals() {
  World world(16, 2, 1, false, 0, 4);
  for (int fault = 0; fault < 3; ++fault) {
    World bad = world;
    if (fault == 0) {
      bad.shape.heads = 4;  // heads of 8
    } else if (fault == 1) {
      bad.tensors[unipin::kForwardOut].pop_back();
    } else {
      bad.rotation.pop_back();
    }
    bool refused = false;
    try {
      bad.model(kPortable);
    } catch (const std::invalid_argument&) {
      refused = true;
    }
    expect(refused, "a refusal of fault " + std::to_string(fault), 1, 0);
  }
  // Kernels whose products are wrong are refused when a model is loaded.
  static Kernels wrong = unipin::kPortableKernels;
  wrong.product = [](size_t m, const float* a, size_t a_stride, const Matrix& w, float* c, size_t c_stride, Then then) {
    unipin::kPortableKernels.product(m, a, a_stride, w, c, c_stride, then);
    c[(m - 1) * c_stride] += 1;
  };
  bool refused = false;
  try {
    world.model({"wrong", &wrong});
  } catch (const std::runtime_error&) {
    refused = true;
  }
  expect(refused, "a refusal of wrong products", 1, 0);
  for (float range : {0.0F, -1.0F, std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    World bad = world;
    bad.tensors[unipin::kActivationRange][6] = range;
    bad.model(kPortable);  // float32 reads no ranges
    refused = false;
    try {
      bad.model(kPortableBytes);
    } catch (const std::invalid_argument&) {
      refused = true;
    }
    expect(refused, "a refusal of a range", 1, 0);
  }
  static ByteKernels wrong_bytes;
  for (int fault = 0; fault < 3; ++fault) {
    wrong_bytes = unipin::kPortableByteKernels;
    if (fault == 0) {
      wrong_bytes.round = [](size_t m, size_t width, const float* x, size_t x_stride, float inverse, std::uint8_t* y,
                             size_t y_stride) {
        unipin::kPortableByteKernels.round(m, width, x, x_stride, inverse, y, y_stride);
        y[width - 1] ^= 1;
      };
    } else if (fault == 1) {
      wrong_bytes.product = [](size_t m, const std::uint8_t* a, size_t a_stride, const ByteMatrix& w, float* c,
                               size_t c_stride, Then then) {
        unipin::kPortableByteKernels.product(m, a, a_stride, w, c, c_stride, then);
        c[(m - 1) * c_stride] += w.steps[0];
      };
    } else {
      wrong_bytes.product_gelu = [](size_t m, const std::uint8_t* a, size_t a_stride, const ByteMatrix& w, float inverse,
                                    std::uint8_t* y, size_t y_stride) {
        unipin::kPortableByteKernels.product_gelu(m, a, a_stride, w, inverse, y, y_stride);
        y[(m - 1) * y_stride + w.rows - 1] ^= 2;
      };
    }
    refused = false;
    try {
      world.model({"wrong", &unipin::kPortableKernels, &wrong_bytes});
    } catch (const std::runtime_error&) {
      refused = true;
    }
    expect(refused, "a refusal of wrong products of bytes " + std::to_string(fault), 1, 0);
  }
}

}  // namespace

int main() {
  for (bool int8 : {false, true}) {
    for (const Arithmetic& arithmetic : tested(int8)) {
      if (int8) {
        rounding(*arithmetic.bytes);
        byte_product(*arithmetic.bytes);
        if (arithmetic.attention != nullptr) {
          halves(*arithmetic.attention);
          attention(*arithmetic.kernels, arithmetic.attention);
        }
      } else {
        product(*arithmetic.kernels);
        elements(*arithmetic.kernels);
        heads(*arithmetic.kernels);
        attention(*arithmetic.kernels, nullptr);
      }
      long_history(arithmetic, 0);
      long_history(arithmetic, 250);
      windows(arithmetic);
      long_dense_slate(arithmetic);
      for (KvType type : {KvType::kFloat32, KvType::kFloat16, KvType::kInt8}) {
        bits(World(16, 4, 2, false, 0, 61), arithmetic, type);
        bits(World(32, 2, 2, true, 6, 23), arithmetic, type);
        bits(World(16, 4, 2, false, 0, 61, 14), arithmetic, type);
        bits(World(32, 2, 1, true, 6, 70, 2), arithmetic, type);
      }
      bits(World(64, 2, 1, true, 0, 70), arithmetic, KvType::kFloat32);
      bits(World(128, 1, 1, false, 3, 40), arithmetic, KvType::kInt8);
      std::printf("%s%s: %d failures so far\n", int8 ? "int8 " : "", arithmetic.name, failures);
    }
  }
  byte_agreement(World(16, 4, 2, false, 0, 61));
  byte_agreement(World(32, 2, 1, true, 6, 33));
  byte_agreement(World(64, 2, 2, false, 9, 130));
  byte_agreement(World(128, 2, 1, true, 0, 12));
  agreement(World(16, 4, 2, false, 0, 61));
  agreement(World(16, 4, 2, false, 0, 61, 12));
  agreement(World(32, 2, 1, true, 6, 33));
  agreement(World(64, 2, 2, false, 9, 130));
  agreement(World(128, 2, 1, true, 0, 12));
  refusals();
  if (failures > 0) {
    std::printf("%d failures\n", failures);
    return 1;
  }
  return 0;
}
