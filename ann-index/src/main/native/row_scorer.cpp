#include "row_scorer.hpp"

#include <faiss/IndexFlat.h>
#include <faiss/IndexScalarQuantizer.h>

#include <algorithm>

namespace unipin {
namespace {

/**
 * The number of bytes of a memory page. The processor's own prefetching ends at the end of each
 * page, so rows are prefetched one page ahead.
 */
constexpr std::size_t kPageBytes = 4096;

const faiss::ScalarQuantizer* quantizer_of(const faiss::Index& storage) {
  const auto* quantized = dynamic_cast<const faiss::IndexScalarQuantizer*>(&storage);
  return quantized == nullptr ? nullptr : &quantized->sq;
}

std::size_t bytes_of(RowFormat format, std::size_t d) {
  switch (format) {
    case RowFormat::kFloat32:
      return d * sizeof(float);
    case RowFormat::kFloat16:
      return d * sizeof(half_t);
    case RowFormat::kCode8:
      return d;
    case RowFormat::kOther:
      return 0;
  }
  return 0;
}

}  // namespace

RowFormat row_format(const faiss::ScalarQuantizer& quantizer) {
  switch (quantizer.qtype) {
    case faiss::ScalarQuantizer::QT_fp16:
      return RowFormat::kFloat16;
    case faiss::ScalarQuantizer::QT_8bit:
      return quantizer.trained.size() == 2 * quantizer.d ? RowFormat::kCode8 : RowFormat::kOther;
    case faiss::ScalarQuantizer::QT_8bit_uniform:
      return quantizer.trained.size() == 2 ? RowFormat::kCode8 : RowFormat::kOther;
    default:
      return RowFormat::kOther;
  }
}

RowFormat row_format(const faiss::Index& storage) {
  if (dynamic_cast<const faiss::IndexFlat*>(&storage) != nullptr) {
    return RowFormat::kFloat32;
  }
  const faiss::ScalarQuantizer* quantizer = quantizer_of(storage);
  return quantizer == nullptr ? RowFormat::kOther : row_format(*quantizer);
}

RowScorer::RowScorer(RowFormat format, const faiss::ScalarQuantizer* quantizer, std::size_t d)
    : format_(format), d_(d), row_bytes_(bytes_of(format, d)) {
  if (format == RowFormat::kCode8) {
    bool uniform = quantizer->qtype == faiss::ScalarQuantizer::QT_8bit_uniform;
    const float* low = quantizer->trained.data();
    const float* range = low + (uniform ? 1 : d);
    scale_.resize(d);
    middle_.resize(d);
    scaled_.resize(d);
    for (std::size_t i = 0; i < d; ++i) {
      scale_[i] = range[uniform ? 0 : i] / 255.0F;
      middle_[i] = low[uniform ? 0 : i] + 0.5F * scale_[i];
    }
  }
}

RowScorer::RowScorer(const faiss::Index& storage)
    : RowScorer(row_format(storage), quantizer_of(storage), static_cast<std::size_t>(storage.d)) {
  if (format_ == RowFormat::kOther) {
    computer_.reset(storage.get_distance_computer());
  } else {
    table_ = reinterpret_cast<const char*>(dynamic_cast<const faiss::IndexFlatCodes&>(storage).codes.data());
  }
}

void RowScorer::set_query(const float* query) {
  query_ = query;
  if (format_ == RowFormat::kCode8) {
    double offset = 0;
    for (std::size_t i = 0; i < d_; ++i) {
      scaled_[i] = query[i] * scale_[i];
      offset += static_cast<double>(query[i]) * static_cast<double>(middle_[i]);
    }
    offset_ = static_cast<float>(offset);
    query_ = scaled_.data();
  } else if (computer_) {
    computer_->set_query(query);
  }
}

void RowScorer::rows(const void* rows, std::size_t n, float* out) const {
  const char* from = static_cast<const char*>(rows);
  std::size_t step = std::max<std::size_t>(1, kPageBytes / row_bytes_);
  for (std::size_t first = 0; first < n; first += step) {
    std::size_t here = std::min(step, n - first);
    prefetch_rows(from + (first + here) * row_bytes_, n - first - here);
    score(from + first * row_bytes_, here, out + first);
  }
}

void RowScorer::prefetch_rows(const void* rows, std::size_t n) const {
  const char* from = static_cast<const char*>(rows);
  std::size_t bytes = std::min(n * row_bytes_, kPageBytes);
  for (std::size_t byte = 0; byte < bytes; byte += 64) {
    __builtin_prefetch(from + byte);
  }
}

void RowScorer::score(const void* rows, std::size_t n, float* out) const {
  switch (format_) {
    case RowFormat::kFloat32:
      row_kernels<float>().rows(query_, static_cast<const float*>(rows), n, d_, out);
      break;
    case RowFormat::kFloat16:
      row_kernels<half_t>().rows(query_, static_cast<const half_t*>(rows), n, d_, out);
      break;
    case RowFormat::kCode8:
      row_kernels<std::uint8_t>().rows(query_, static_cast<const std::uint8_t*>(rows), n, d_, out);
      shift(n, out);
      break;
    case RowFormat::kOther:
      break;
  }
}

void RowScorer::at(const std::int32_t* ordinals, std::size_t n, float* out) {
  if (format_ == RowFormat::kOther) {
    for (std::size_t i = 0; i < n; ++i) {
      out[i] = (*computer_)(ordinals[i]);
    }
  } else {
    at(table_, ordinals, n, out);
  }
}

void RowScorer::at(const void* first, const std::int32_t* places, std::size_t n, float* out) const {
  switch (format_) {
    case RowFormat::kFloat32:
      row_kernels<float>().at(query_, static_cast<const float*>(first), places, n, d_, out);
      break;
    case RowFormat::kFloat16:
      row_kernels<half_t>().at(query_, static_cast<const half_t*>(first), places, n, d_, out);
      break;
    case RowFormat::kCode8:
      row_kernels<std::uint8_t>().at(query_, static_cast<const std::uint8_t*>(first), places, n, d_, out);
      shift(n, out);
      break;
    case RowFormat::kOther:
      break;
  }
}

void RowScorer::shift(std::size_t n, float* out) const {
  for (std::size_t i = 0; i < n; ++i) {
    out[i] += offset_;
  }
}

}  // namespace unipin
