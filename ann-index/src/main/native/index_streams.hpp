#pragma once

#include <faiss/impl/io.h>
#include <jni.h>

#include <vector>

namespace unipin {

/**
 * A C++ exception that is thrown when a Java exception is pending. The Java exception stays
 * pending.
 */
struct JavaExceptionPending {};

/**
 * An adapter through which FAISS reads from a java.io.InputStream. It never returns more bytes than
 * the stream has. Not thread-safe.
 */
class StreamReader final : public faiss::IOReader {
 public:
  StreamReader(JNIEnv* env, jobject stream);
  std::size_t operator()(void* target, std::size_t size, std::size_t count) override;

 private:
  bool refill();

  JNIEnv* const env_;
  const jobject stream_;
  jmethodID read_;
  jbyteArray chunk_;
  std::vector<jbyte> buffer_;
  std::size_t position_ = 0;
};

/** An adapter through which FAISS writes to a java.io.OutputStream. Not thread-safe. */
class StreamWriter final : public faiss::IOWriter {
 public:
  StreamWriter(JNIEnv* env, jobject stream);
  std::size_t operator()(const void* source, std::size_t size, std::size_t count) override;

  /** Writes the buffered bytes to the stream. */
  void flush();

 private:
  JNIEnv* const env_;
  const jobject stream_;
  jmethodID write_;
  jbyteArray chunk_;
  std::vector<jbyte> buffer_;
};

}  // namespace unipin
