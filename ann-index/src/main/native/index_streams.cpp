#include "index_streams.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace unipin {
namespace {

constexpr jsize kChunkBytes = 1 << 20;

void check(JNIEnv* env) {
  if (env->ExceptionCheck() == JNI_TRUE) {
    throw JavaExceptionPending{};
  }
}

jmethodID method(JNIEnv* env, const char* type, const char* name, const char* signature) {
  jclass owner = env->FindClass(type);
  check(env);
  jmethodID found = env->GetMethodID(owner, name, signature);
  check(env);
  env->DeleteLocalRef(owner);
  return found;
}

jbyteArray chunk(JNIEnv* env) {
  jbyteArray array = env->NewByteArray(kChunkBytes);
  check(env);
  return array;
}

}  // namespace

StreamReader::StreamReader(JNIEnv* env, jobject stream)
    : env_(env), stream_(stream), read_(method(env, "java/io/InputStream", "readNBytes", "([BII)I")), chunk_(chunk(env)) {}

bool StreamReader::refill() {
  jint got = env_->CallIntMethod(stream_, read_, chunk_, jint{0}, kChunkBytes);
  check(env_);
  buffer_.resize(static_cast<std::size_t>(got));
  position_ = 0;
  env_->GetByteArrayRegion(chunk_, 0, got, buffer_.data());
  check(env_);
  return got > 0;
}

std::size_t StreamReader::operator()(void* target, std::size_t size, std::size_t count) {
  if (size == 0 || count > std::numeric_limits<std::size_t>::max() / size) {
    return 0;
  }
  std::size_t wanted = size * count;
  std::size_t done = 0;
  while (done < wanted && (position_ < buffer_.size() || refill())) {
    std::size_t step = std::min(wanted - done, buffer_.size() - position_);
    std::memcpy(static_cast<char*>(target) + done, buffer_.data() + position_, step);
    position_ += step;
    done += step;
  }
  return done / size;
}

StreamWriter::StreamWriter(JNIEnv* env, jobject stream)
    : env_(env), stream_(stream), write_(method(env, "java/io/OutputStream", "write", "([BII)V")), chunk_(chunk(env)) {
  buffer_.reserve(static_cast<std::size_t>(kChunkBytes));
}

std::size_t StreamWriter::operator()(const void* source, std::size_t size, std::size_t count) {
  std::size_t left = size * count;
  const auto* from = static_cast<const jbyte*>(source);
  while (left > 0) {
    std::size_t step = std::min(left, static_cast<std::size_t>(kChunkBytes) - buffer_.size());
    buffer_.insert(buffer_.end(), from, from + step);
    from += step;
    left -= step;
    if (buffer_.size() == static_cast<std::size_t>(kChunkBytes)) {
      flush();
    }
  }
  return count;
}

void StreamWriter::flush() {
  auto length = static_cast<jsize>(buffer_.size());
  env_->SetByteArrayRegion(chunk_, 0, length, buffer_.data());
  check(env_);
  env_->CallVoidMethod(stream_, write_, chunk_, jint{0}, length);
  check(env_);
  buffer_.clear();
}

}  // namespace unipin
