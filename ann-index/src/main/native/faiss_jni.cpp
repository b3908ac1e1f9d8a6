#include <faiss/Index.h>
#include <faiss/impl/FaissException.h>
#include <faiss/index_factory.h>
#include <faiss/index_io.h>
#include <omp.h>
#include <sched.h>
#include <time.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "index_search.hpp"
#include "index_streams.hpp"
#include "io_unipin_ann_FaissNative.h"

extern "C" void openblas_set_num_threads(int threads);

namespace {

using unipin::IndexHandle;
using unipin::JavaExceptionPending;

/** The number of rows that a yielding build adds between two looks at the clock. */
constexpr jint kYieldingStep = 2048;
/**
 * If a yielding build has got less than this share of a processor after some seconds, it goes on
 * without yielding.
 */
constexpr double kLeastShare = 0.1;
constexpr double kPatience = 2;

void throw_java(JNIEnv* env, const std::string& message) {
  if (env->ExceptionCheck() == JNI_TRUE) {
    return;
  }
  jclass type = env->FindClass("io/unipin/ann/AnnException");
  if (type != nullptr) {
    env->ThrowNew(type, message.c_str());
  }
}

/**
 * Returns a message of FAISS on one line. Removes the function, file and line number with which the
 * message starts.
 */
std::string plain(const std::string& message) {
  std::string text = message;
  std::size_t place = text.find("Error in ");
  std::size_t source = text.find(".cpp:");
  if (place == 0 && source != std::string::npos) {
    std::size_t colon = text.find(": ", source + 5);
    text = colon == std::string::npos ? text : text.substr(colon + 2);
  }
  for (char& c : text) {
    c = c == '\n' || c == '\r' ? ' ' : c;
  }
  return text;
}

/**
 * Runs the body of a native method. Every C++ exception becomes a Java exception, so no C++
 * exception reaches the JVM.
 */
template <typename Result, typename Body>
Result guarded(JNIEnv* env, Result otherwise, Body&& body) noexcept {
  try {
    return body();
  } catch (const JavaExceptionPending&) {
    return otherwise;
  } catch (const faiss::FaissException& e) {
    throw_java(env, plain(e.msg));
  } catch (const std::bad_alloc&) {
    throw_java(env, "not enough native memory");
  } catch (const std::exception& e) {
    throw_java(env, plain(e.what()));
  } catch (...) {
    throw_java(env, "unknown native error");
  }
  return otherwise;
}

/** Sets the number of OpenMP threads of the calling thread, while this object lives. */
class Threads {
 public:
  explicit Threads(int count) : before_(omp_get_max_threads()) { omp_set_num_threads(count); }
  ~Threads() { omp_set_num_threads(before_); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

 private:
  const int before_;
};

void check(JNIEnv* env) {
  if (env->ExceptionCheck() == JNI_TRUE) {
    throw JavaExceptionPending{};
  }
}

void copy(JNIEnv* env, jfloatArray from, std::vector<float>& to) {
  jsize length = env->GetArrayLength(from);
  to.resize(static_cast<std::size_t>(length));
  env->GetFloatArrayRegion(from, 0, length, to.data());
  check(env);
}

/** Copies and returns the bits of a filter, or returns null when there is none. */
const std::uint8_t* copy_bitmap(JNIEnv* env, jbyteArray bitmap, unipin::Scratch& scratch) {
  if (bitmap == nullptr) {
    return nullptr;
  }
  jsize length = env->GetArrayLength(bitmap);
  scratch.bitmap.resize(static_cast<std::size_t>(length));
  env->GetByteArrayRegion(bitmap, 0, length, reinterpret_cast<jbyte*>(scratch.bitmap.data()));
  check(env);
  return scratch.bitmap.data();
}

std::string utf8(JNIEnv* env, jstring text) {
  const char* chars = env->GetStringUTFChars(text, nullptr);
  check(env);
  std::string copy(chars);
  env->ReleaseStringUTFChars(text, chars);
  return copy;
}

double seconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/**
 * Adds rows (count, dimension) on a separate thread. This thread gets only processor time that no other thread of the
 * machine wants. Returns the number of added rows, which is less than count if the thread got too little time.
 *
 * The caller keeps its own priority, because a Java thread with so little processor time could delay all Java threads,
 * for example before a garbage collection. If the system does not allow the low priority, the rows are added with the
 * usual priority.
 */
jint add_yielding(faiss::Index& index, int threads, jint count, const float* rows) {
  jint added = 0;
  std::exception_ptr failure;
  std::thread worker([&] {
    sched_param none{};
    sched_setscheduler(0, SCHED_IDLE, &none);
    try {
      Threads scope(threads);
      double begin = seconds(CLOCK_MONOTONIC);
      bool starves = false;
      while (added < count && !starves) {
        jint step = std::min(kYieldingStep, count - added);
        index.add(step, rows + static_cast<std::size_t>(added) * static_cast<std::size_t>(index.d));
        added += step;
        double passed = seconds(CLOCK_MONOTONIC) - begin;
        starves = passed > kPatience && seconds(CLOCK_THREAD_CPUTIME_ID) < kLeastShare * passed;
      }
    } catch (...) {
      failure = std::current_exception();
    }
  });
  worker.join();
  if (failure) {
    std::rethrow_exception(failure);
  }
  return added;
}

/** Trains an index on rows (count, dimension) and adds the rows to it. */
void fill(faiss::Index& index, int threads, bool yields, jint count, const std::vector<float>& rows) {
  Threads scope(threads);
  if (!index.is_trained) {
    index.train(count, rows.data());
  }
  jint added = yields ? add_yielding(index, threads, count, rows.data()) : 0;
  if (added < count || count == 0) {
    index.add(count - added, rows.data() + static_cast<std::size_t>(added) * static_cast<std::size_t>(index.d));
  }
}

IndexHandle& at(jlong address) { return *reinterpret_cast<IndexHandle*>(address); }

jlong give(std::unique_ptr<IndexHandle> handle) { return reinterpret_cast<jlong>(handle.release()); }

}  // namespace

jint JNI_OnLoad(JavaVM*, void*) {
  openblas_set_num_threads(1);
  return JNI_VERSION_1_8;
}

jlong Java_io_unipin_ann_FaissNative_build(
    JNIEnv* env, jclass, jstring factory, jfloatArray vectors, jint dimension, jint count, jint seed, jint threads,
    jboolean yields) {
  return guarded<jlong>(env, 0, [&] {
    auto handle = std::make_unique<IndexHandle>();
    handle->index.reset(faiss::index_factory(dimension, utf8(env, factory).c_str(), faiss::METRIC_INNER_PRODUCT));
    faiss::Index& index = *handle->index;
    unipin::prepare(index, seed);
    std::vector<float> rows;
    copy(env, vectors, rows);
    fill(index, threads, yields == JNI_TRUE, count, rows);
    rows = {};
    unipin::check_searchable(index);
    unipin::settle(index);
    return give(std::move(handle));
  });
}

jlong Java_io_unipin_ann_FaissNative_read(JNIEnv* env, jclass, jobject stream) {
  return guarded<jlong>(env, 0, [&] {
    Threads scope(1);
    unipin::StreamReader reader(env, stream);
    auto handle = std::make_unique<IndexHandle>();
    handle->index.reset(faiss::read_index(&reader));
    unipin::check_searchable(*handle->index);
    unipin::settle(*handle->index);
    return give(std::move(handle));
  });
}

void Java_io_unipin_ann_FaissNative_write(JNIEnv* env, jclass, jlong address, jobject stream) {
  guarded<bool>(env, false, [&] {
    unipin::StreamWriter writer(env, stream);
    faiss::write_index(at(address).index.get(), &writer);
    writer.flush();
    return true;
  });
}

jint Java_io_unipin_ann_FaissNative_dimension(JNIEnv*, jclass, jlong address) { return at(address).index->d; }

jlong Java_io_unipin_ann_FaissNative_size(JNIEnv*, jclass, jlong address) { return at(address).index->ntotal; }

void Java_io_unipin_ann_FaissNative_search(
    JNIEnv* env, jclass, jlong address, jfloatArray queries, jint query_count, jint k, jint breadth, jbyteArray bitmap,
    jint passing, jintArray ordinals, jfloatArray scores) {
  guarded<bool>(env, false, [&] {
    Threads scope(1);
    IndexHandle& handle = at(address);
    unipin::ScratchPool::Lease scratch(handle.scratch);
    auto cells = static_cast<std::size_t>(query_count) * static_cast<std::size_t>(k);
    copy(env, queries, scratch->queries);
    scratch->found_scores.resize(cells);
    scratch->found.resize(cells);
    unipin::SearchRequest request{
        query_count, scratch->queries.data(), k, static_cast<std::size_t>(breadth), copy_bitmap(env, bitmap, *scratch), passing};
    unipin::search(handle, *scratch, request, scratch->found_scores.data(), scratch->found.data());
    scratch->ordinals.assign(scratch->found.begin(), scratch->found.end());
    env->SetIntArrayRegion(ordinals, 0, static_cast<jsize>(cells), scratch->ordinals.data());
    check(env);
    env->SetFloatArrayRegion(scores, 0, static_cast<jsize>(cells), scratch->found_scores.data());
    check(env);
    return true;
  });
}

void Java_io_unipin_ann_FaissNative_free(JNIEnv*, jclass, jlong address) { delete &at(address); }
