#include <exception>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "io_unipin_model_engine_EngineNative.h"
#include "model.hpp"
#include "passes.hpp"

namespace {

using unipin::Block;
using unipin::KvType;
using unipin::Model;
using unipin::Shape;

/** Thrown after a call of the JVM has failed and a Java exception is pending. */
struct JavaExceptionPending {};

void throw_java(JNIEnv* env, const char* type, const std::string& message) {
  if (env->ExceptionCheck() == JNI_TRUE) {
    return;
  }
  jclass found = env->FindClass(type);
  if (found != nullptr) {
    env->ThrowNew(found, message.c_str());
  }
}

/** Runs the body of a native method. Every C++ exception becomes a Java exception, so none reaches the JVM. */
template <typename Result, typename Body>
Result guarded(JNIEnv* env, Result otherwise, Body&& body) noexcept {
  constexpr const char* kFailure = "io/unipin/model/features/ModelException";
  try {
    return body();
  } catch (const JavaExceptionPending&) {
    return otherwise;
  } catch (const std::invalid_argument& e) {
    throw_java(env, "java/lang/IllegalArgumentException", e.what());
  } catch (const std::bad_alloc&) {
    throw_java(env, kFailure, "not enough native memory");
  } catch (const std::exception& e) {
    throw_java(env, kFailure, e.what());
  } catch (...) {
    throw_java(env, kFailure, "unknown native error");
  }
  return otherwise;
}

void check(JNIEnv* env) {
  if (env->ExceptionCheck() == JNI_TRUE) {
    throw JavaExceptionPending{};
  }
}

void require(bool holds, const char* otherwise) {
  if (!holds) {
    throw std::invalid_argument(otherwise);
  }
}

std::size_t size(jint number) {
  require(number >= 0, "a size of at least 0 expected");
  return static_cast<std::size_t>(number);
}

std::size_t length(JNIEnv* env, jarray array) {
  require(array != nullptr, "an array expected, got null");
  return static_cast<std::size_t>(env->GetArrayLength(array));
}

std::vector<float> floats(JNIEnv* env, jfloatArray array) {
  std::vector<float> copy(length(env, array));
  env->GetFloatArrayRegion(array, 0, static_cast<jsize>(copy.size()), copy.data());
  check(env);
  return copy;
}

/** Copies indices, all of which must be below a bound. */
std::vector<std::int64_t> indices(JNIEnv* env, jlongArray array, std::size_t bound) {
  static_assert(sizeof(jlong) == sizeof(std::int64_t), "a long of 64 bits");
  std::vector<std::int64_t> copy(length(env, array));
  env->GetLongArrayRegion(array, 0, static_cast<jsize>(copy.size()), reinterpret_cast<jlong*>(copy.data()));
  check(env);
  for (std::int64_t index : copy) {
    require(index >= 0 && static_cast<std::size_t>(index) < bound, "an index within its table expected");
  }
  return copy;
}

std::int64_t index(jlong value, std::size_t bound) {
  require(value >= 0 && static_cast<std::size_t>(value) < bound, "an index within its table expected");
  return value;
}

const Model& model_at(jlong address) {
  require(address != 0, "an open model expected, got a closed one");
  return *reinterpret_cast<const Model*>(address);
}

/** Returns the memory of a direct buffer, which must have at least `bytes` bytes. */
void* memory(JNIEnv* env, jobject buffer, std::size_t bytes, std::size_t alignment) {
  void* address = buffer == nullptr ? nullptr : env->GetDirectBufferAddress(buffer);
  require(address != nullptr, "a direct buffer expected");
  jlong capacity = env->GetDirectBufferCapacity(buffer);
  require(capacity >= 0 && static_cast<std::size_t>(capacity) >= bytes, "a larger direct buffer expected");
  require(reinterpret_cast<std::uintptr_t>(address) % alignment == 0, "an aligned direct buffer expected");
  return address;
}

Block block_of(JNIEnv* env, const Model& model, jobject buffer, jint capacity, jint type) {
  require(type >= 0 && type <= 2, "a type of keys and values from 0 to 2 expected");
  auto kv = static_cast<KvType>(type);
  std::size_t bytes = unipin::bytes_of(model.shape, kv, size(capacity));
  std::size_t alignment = kv == KvType::kFloat32 ? alignof(float) : alignof(std::uint16_t);
  return Block{kv, size(capacity), static_cast<std::uint8_t*>(memory(env, buffer, bytes, alignment))};
}

/** Copies of actions, whose indices have been checked. */
struct ActionCopies {
  std::vector<std::int64_t> items;
  std::vector<float> actions;
  std::vector<std::int64_t> surfaces;
  std::vector<std::int64_t> gaps;

  unipin::Tokens tokens() const { return {items.size(), items.data(), actions.data(), surfaces.data(), gaps.data()}; }
};

ActionCopies action_copies(
    JNIEnv* env, const Shape& shape, jlongArray items, jfloatArray actions, jlongArray surfaces, jlongArray gaps) {
  ActionCopies copies{
      indices(env, items, shape.table_rows), floats(env, actions), indices(env, surfaces, shape.surfaces),
      indices(env, gaps, shape.gaps)};
  std::size_t count = copies.items.size();
  require(
      copies.surfaces.size() == count && copies.gaps.size() == count && copies.actions.size() == count * shape.actions,
      "features of as many actions as there are items expected");
  return copies;
}

void give(JNIEnv* env, jfloatArray to, const std::vector<float>& numbers) {
  require(length(env, to) == numbers.size(), "room for the result expected");
  env->SetFloatArrayRegion(to, 0, static_cast<jsize>(numbers.size()), numbers.data());
  check(env);
}

Shape shape_of(JNIEnv* env, jintArray array) {
  jint n[18] = {};
  require(length(env, array) == 18, "a shape of 18 numbers expected");
  env->GetIntArrayRegion(array, 0, 18, n);
  check(env);
  Shape shape{};
  shape.table_rows = size(n[0]);
  shape.item_width = size(n[1]);
  shape.path_width = size(n[2]);
  shape.width = size(n[3]);
  shape.layers = size(n[4]);
  shape.heads = size(n[5]);
  shape.kv_heads = size(n[6]);
  shape.forward = size(n[7]);
  shape.gated = n[8] != 0;
  shape.actions = size(n[9]);
  shape.surfaces = size(n[10]);
  shape.gaps = size(n[11]);
  shape.positions = size(n[12]);
  shape.offsets = size(n[13]);
  shape.rotations = size(n[14]);
  shape.window = size(n[15]);
  shape.global_rows = size(n[16]);
  shape.window_layers = size(n[17]);
  return shape;
}

}  // namespace

jobjectArray Java_io_unipin_model_engine_EngineNative_instructionSets(JNIEnv* env, jclass, jboolean int8) {
  return guarded<jobjectArray>(env, nullptr, [&]() -> jobjectArray {
    std::vector<unipin::Arithmetic> arithmetics = unipin::arithmetics(int8 == JNI_TRUE);
    jclass type = env->FindClass("java/lang/String");
    check(env);
    jobjectArray result = env->NewObjectArray(static_cast<jsize>(arithmetics.size()), type, nullptr);
    check(env);
    for (std::size_t i = 0; i < arithmetics.size(); ++i) {
      jstring name = env->NewStringUTF(arithmetics[i].name);
      check(env);
      env->SetObjectArrayElement(result, static_cast<jsize>(i), name);
      check(env);
      env->DeleteLocalRef(name);
    }
    return result;
  });
}

jlong Java_io_unipin_model_engine_EngineNative_create(
    JNIEnv* env, jclass, jboolean int8, jint instruction_set, jintArray shape, jobjectArray tensors, jfloatArray rotation,
    jobject items, jobject paths) {
  return guarded<jlong>(env, 0, [&] {
    Shape sizes = shape_of(env, shape);
    std::vector<unipin::Arithmetic> arithmetics = unipin::arithmetics(int8 == JNI_TRUE);
    require(size(instruction_set) < arithmetics.size(), "an instruction set of this processor expected");
    unipin::Tensors copies;
    for (std::size_t i = 0; i < length(env, tensors); ++i) {
      auto tensor = static_cast<jfloatArray>(env->GetObjectArrayElement(tensors, static_cast<jsize>(i)));
      check(env);
      copies.push_back(floats(env, tensor));
      env->DeleteLocalRef(tensor);
    }
    std::size_t row = sizeof(float) * sizes.table_rows;
    auto* table = static_cast<const float*>(memory(env, items, row * sizes.item_width, alignof(float)));
    auto* path = sizes.path_width == 0
        ? nullptr
        : static_cast<const float*>(memory(env, paths, row * sizes.path_width, alignof(float)));
    auto model = std::make_unique<Model>(
        arithmetics[size(instruction_set)], sizes, copies, floats(env, rotation), table, path);
    return reinterpret_cast<jlong>(model.release());
  });
}

void Java_io_unipin_model_engine_EngineNative_extend(
    JNIEnv* env, jclass, jlong address, jlongArray items, jfloatArray actions, jlongArray surfaces, jlongArray gaps, jint from,
    jobject buffer, jint capacity, jint type, jfloatArray state) {
  guarded<bool>(env, false, [&] {
    const Model& model = model_at(address);
    const Shape& shape = model.shape;
    ActionCopies copies = action_copies(env, shape, items, actions, surfaces, gaps);
    Block block = block_of(env, model, buffer, capacity, type);
    std::size_t start = size(from);
    std::size_t end = start + copies.items.size() + (start == 0 ? 1 : 0);
    require(end > start && end <= block.capacity && end < shape.rotations, "new rows within the block expected");
    std::vector<float> result(shape.width);
    unipin::extend(model, copies.tokens(), start, block, result.data());
    give(env, state, result);
    return true;
  });
}

void Java_io_unipin_model_engine_EngineNative_score(
    JNIEnv* env, jclass, jlong address, jlongArray candidates, jlong surface, jlong gap, jlongArray positions, jobject buffer,
    jint capacity, jint type, jint rows, jfloatArray out) {
  guarded<bool>(env, false, [&] {
    const Model& model = model_at(address);
    const Shape& shape = model.shape;
    std::vector<std::int64_t> item_rows = indices(env, candidates, shape.table_rows);
    std::vector<std::int64_t> places = indices(env, positions, shape.positions);
    std::size_t count = item_rows.size();
    require(places.size() == 1 || places.size() == count, "one position, or one for each candidate expected");
    Block block = block_of(env, model, buffer, capacity, type);
    require(
        size(rows) > 0 && size(rows) <= block.capacity && size(rows) < shape.rotations, "rows within the block expected");
    std::vector<float> result(count * shape.actions);
    unipin::Slate slate{
        count, item_rows.data(), index(surface, shape.surfaces), index(gap, shape.gaps), places.data(), places.size()};
    if (count > 0) {
      unipin::score(model, slate, block, size(rows), result.data());
    }
    give(env, out, result);
    return true;
  });
}

void Java_io_unipin_model_engine_EngineNative_scoreDense(
    JNIEnv* env, jclass, jlong address, jlongArray items, jfloatArray actions, jlongArray surfaces, jlongArray gaps,
    jlongArray candidates, jlong surface, jlong gap, jfloatArray out) {
  guarded<bool>(env, false, [&] {
    const Model& model = model_at(address);
    const Shape& shape = model.shape;
    ActionCopies copies = action_copies(env, shape, items, actions, surfaces, gaps);
    std::vector<std::int64_t> item_rows = indices(env, candidates, shape.table_rows);
    std::size_t count = item_rows.size();
    require(copies.items.size() + 1 < shape.rotations, "a history within the model's window expected");
    std::vector<float> result(count * shape.actions);
    std::int64_t first_position = 0;
    unipin::Slate slate{
        count, item_rows.data(), index(surface, shape.surfaces), index(gap, shape.gaps), &first_position, 1};
    if (count > 0) {
      unipin::score_dense(model, copies.tokens(), slate, result.data());
    }
    give(env, out, result);
    return true;
  });
}

void Java_io_unipin_model_engine_EngineNative_queries(
    JNIEnv* env, jclass, jlong address, jfloatArray state, jfloatArray outcomes, jlong surface, jlong gap, jlongArray offsets,
    jfloatArray out) {
  guarded<bool>(env, false, [&] {
    const Model& model = model_at(address);
    const Shape& shape = model.shape;
    std::vector<float> last = floats(env, state);
    std::vector<float> weights = floats(env, outcomes);
    std::vector<std::int64_t> ahead = indices(env, offsets, shape.offsets);
    require(last.size() == shape.width, "a state as wide as the model expected");
    require(weights.size() == ahead.size() * shape.actions, "weights of all actions for every query expected");
    std::vector<float> result(ahead.size() * shape.item_width);
    unipin::Wishes wishes{
        ahead.size(), last.data(), weights.data(), index(surface, shape.surfaces), index(gap, shape.gaps), ahead.data()};
    unipin::queries(model, wishes, result.data());
    give(env, out, result);
    return true;
  });
}

void Java_io_unipin_model_engine_EngineNative_destroy(JNIEnv*, jclass, jlong address) {
  delete reinterpret_cast<Model*>(address);
}
