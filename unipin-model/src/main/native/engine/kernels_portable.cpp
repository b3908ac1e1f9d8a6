#include <algorithm>
#include <cmath>
#include <cstring>

#include "kernels.hpp"

/* Kernels in plain C++, which run on any processor. Tests compare the results of the other kernels with theirs. */
namespace unipin {
namespace {

constexpr std::size_t kPanel = 16;

float gelu(float x) { return 0.5F * x * (1.0F + std::erf(x * 0.70710678F)); }

void product(
    std::size_t m, const float* a, std::size_t a_stride, const Matrix& w, float* c, std::size_t c_stride, Then then) {
  for (std::size_t n = 0; n < w.rows; n += kPanel) {
    const float* panel = w.panels + n * w.columns;
    for (std::size_t i = 0; i < m; ++i) {
      float sums[kPanel] = {};
      for (std::size_t k = 0; k < w.columns; ++k) {
        for (std::size_t j = 0; j < kPanel; ++j) {
          sums[j] += a[i * a_stride + k] * panel[k * kPanel + j];
        }
      }
      float* out = c + i * c_stride + n;
      for (std::size_t j = 0; j < kPanel; ++j) {
        out[j] = then == Then::kAdd ? out[j] + sums[j] : then == Then::kGelu ? gelu(sums[j]) : sums[j];
      }
    }
  }
}

void norm(std::size_t m, std::size_t width, const float* x, std::size_t x_stride, float* y, std::size_t y_stride) {
  for (std::size_t i = 0; i < m; ++i) {
    const float* in = x + i * x_stride;
    double mean = 0;
    for (std::size_t j = 0; j < width; ++j) {
      mean += static_cast<double>(in[j]);
    }
    mean /= static_cast<double>(width);
    double variance = 0;
    for (std::size_t j = 0; j < width; ++j) {
      variance += (static_cast<double>(in[j]) - mean) * (static_cast<double>(in[j]) - mean);
    }
    double scale = 1 / std::sqrt(variance / static_cast<double>(width) + 1e-5);
    for (std::size_t j = 0; j < width; ++j) {
      y[i * y_stride + j] = static_cast<float>((static_cast<double>(in[j]) - mean) * scale);
    }
  }
}

void gelu_all(std::size_t n, float* x) {
  for (std::size_t i = 0; i < n; ++i) {
    x[i] = gelu(x[i]);
  }
}

void gate(std::size_t n, const float* x, float* y) {
  for (std::size_t i = 0; i < n; ++i) {
    y[i] *= x[i] / (1.0F + std::exp(-x[i]));
  }
}

void turn(std::size_t width, const float* rotation, float* x) {
  for (std::size_t j = 0; j < width; j += 2) {
    float first = x[j] * rotation[j] + x[j + 1] * rotation[width + j];
    float second = x[j + 1] * rotation[j + 1] + x[j] * rotation[width + j + 1];
    x[j] = first;
    x[j + 1] = second;
  }
}

float dot(std::size_t n, const float* a, const float* b, std::size_t b_step) {
  float sum = 0;
  for (std::size_t k = 0; k < n; ++k) {
    sum += a[k] * b[k * b_step];
  }
  return sum;
}

void attend(const Attention& attention) {
  std::size_t d = attention.width;
  for (std::size_t i = 0; i < attention.rows; ++i) {
    const float* q = attention.queries + i * attention.query_stride;
    std::size_t seen = attention.seen + (attention.causal ? i : 0);
    float* scores = attention.scores;
    float largest = -INFINITY;
    for (std::size_t j = 0; j < seen; ++j) {
      scores[j] = dot(d, q, attention.keys + j / kPanel * d * kPanel + j % kPanel, kPanel);
      largest = std::max(largest, scores[j]);
    }
    float own = -INFINITY;
    if (attention.own_keys != nullptr) {
      own = dot(d, q, attention.own_keys + i * attention.own_stride, 1);
      largest = std::max(largest, own);
    }
    float total = 0;
    for (std::size_t j = 0; j < seen; ++j) {
      scores[j] = std::exp(scores[j] - largest);
      total += scores[j];
    }
    float own_share = attention.own_keys == nullptr ? 0 : std::exp(own - largest);
    total += own_share;
    float* out = attention.out + i * attention.out_stride;
    for (std::size_t k = 0; k < d; ++k) {
      float sum = dot(seen, scores, attention.values + k, d);
      if (attention.own_keys != nullptr) {
        sum += own_share * attention.own_values[i * attention.own_stride + k];
      }
      out[k] = sum / total;
    }
  }
}

void turn_keys(std::size_t n, std::size_t width, const float* keys, float* panels) {
  for (std::size_t j = 0; j < (n + kPanel - 1) / kPanel * kPanel; ++j) {
    for (std::size_t k = 0; k < width; ++k) {
      panels[j / kPanel * width * kPanel + k * kPanel + j % kPanel] = j < n ? keys[j * width + k] : 0;
    }
  }
}

/** Rounds to the nearest number of float16 (IEEE 754 binary16); of two equally near numbers, to the even one. */
std::uint16_t half_of(float x) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &x, sizeof(bits));
  std::uint32_t sign = (bits >> 16) & 0x8000U;
  std::uint32_t magnitude = bits & 0x7fffffffU;
  if (magnitude > 0x7f800000U) {
    return static_cast<std::uint16_t>(sign | 0x7e00U | ((magnitude >> 13) & 0x3ffU));
  }
  if (magnitude >= 0x477ff000U) {  // rounds to 65536 or more
    return static_cast<std::uint16_t>(sign | 0x7c00U);
  }
  if (magnitude < 0x38800000U) {  // below 2^-14: a multiple of 2^-24
    float size = 0;
    std::memcpy(&size, &magnitude, sizeof(size));
    return static_cast<std::uint16_t>(sign | static_cast<std::uint32_t>(std::nearbyint(size * 0x1p24F)));
  }
  std::uint32_t odd = (magnitude >> 13) & 1U;
  return static_cast<std::uint16_t>(sign | ((magnitude - 0x38000000U + 0xfffU + odd) >> 13));
}

float float_of(std::uint16_t half) {
  std::uint32_t exponent = (half >> 10) & 0x1fU;
  std::uint32_t fraction = half & 0x3ffU;
  float magnitude = static_cast<float>(fraction) * 0x1p-24F;
  if (exponent != 0) {
    std::uint32_t bits = (exponent == 31 ? 0x7f800000U : (exponent + 112) << 23) | fraction << 13;
    std::memcpy(&magnitude, &bits, sizeof(bits));
  }
  return (half & 0x8000U) == 0 ? magnitude : -magnitude;
}

void store(KvType type, std::size_t width, const float* x, void* row, std::uint16_t* step) {
  if (type == KvType::kFloat32) {
    std::memcpy(row, x, width * sizeof(float));
    return;
  }
  if (type == KvType::kFloat16) {
    for (std::size_t j = 0; j < width; ++j) {
      static_cast<std::uint16_t*>(row)[j] = half_of(x[j]);
    }
    return;
  }
  float largest = 0;
  for (std::size_t j = 0; j < width; ++j) {
    largest = std::max(largest, std::fabs(x[j]));
  }
  *step = half_of(std::max(largest / 127.0F, kSmallestStep));
  for (std::size_t j = 0; j < width; ++j) {
    float multiple = std::nearbyint(x[j] / float_of(*step));
    static_cast<std::int8_t*>(row)[j] = static_cast<std::int8_t>(std::min(std::max(multiple, -127.0F), 127.0F));
  }
}

void widen(KvType type, std::size_t n, std::size_t width, const void* rows, const std::uint16_t* steps, float* out) {
  for (std::size_t i = 0; i < n * width; ++i) {
    if (type == KvType::kFloat32) {
      out[i] = static_cast<const float*>(rows)[i];
    } else if (type == KvType::kFloat16) {
      out[i] = float_of(static_cast<const std::uint16_t*>(rows)[i]);
    } else {
      out[i] = static_cast<float>(static_cast<const std::int8_t*>(rows)[i]) * float_of(steps[i / width]);
    }
  }
}

std::uint8_t byte_of(float x, float inverse) {
  return static_cast<std::uint8_t>(128 + std::nearbyint(std::min(std::max(-128.0F, x * inverse), 127.0F)));
}

void round_all(
    std::size_t m, std::size_t width, const float* x, std::size_t x_stride, float inverse, std::uint8_t* y,
    std::size_t y_stride) {
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t k = 0; k < width; ++k) {
      y[i * y_stride + k] = byte_of(x[i * x_stride + k], inverse);
    }
  }
}

/** Returns element n of the product of a row and a matrix. */
float byte_dot(const std::uint8_t* row, const ByteMatrix& w, std::size_t n) {
  std::size_t depth = byte_depth(w.columns);
  const std::int8_t* weights = w.panels + n / kBytePanel * depth * kBytePanel + n % kBytePanel * 4;
  std::int32_t sum = 0;
  for (std::size_t k = 0; k < depth; ++k) {
    sum += row[k] * weights[k / 4 * 4 * kBytePanel + k % 4];
  }
  return static_cast<float>(sum + w.offsets[n]) * w.steps[n];
}

void byte_product(
    std::size_t m, const std::uint8_t* a, std::size_t a_stride, const ByteMatrix& w, float* c, std::size_t c_stride,
    Then then) {
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t n = 0; n < stride_of(w.rows); ++n) {
      float product = byte_dot(a + i * a_stride, w, n);
      float* out = c + i * c_stride + n;
      *out = then == Then::kAdd ? *out + product : product;
    }
  }
}

void byte_product_gelu(
    std::size_t m, const std::uint8_t* a, std::size_t a_stride, const ByteMatrix& w, float inverse, std::uint8_t* y,
    std::size_t y_stride) {
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t n = 0; n < stride_of(w.rows); ++n) {
      y[i * y_stride + n] = byte_of(gelu(byte_dot(a + i * a_stride, w, n)), inverse);
    }
  }
}

}  // namespace

const Kernels kPortableKernels{
    "portable", kPanel, product, norm, gelu_all, gate, turn, attend, turn_keys, store, widen};

const ByteKernels kPortableByteKernels{"portable", round_all, byte_product, byte_product_gelu};

}  // namespace unipin
