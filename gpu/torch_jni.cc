// The native methods of DJL's class PyTorchLibrary that UniPin calls. DJL's own native library fits
// only one version of torch. Therefore gpu/java.sh compiles this file against the headers of the
// machine's torch. Each native method does the same as in DJL 0.35.1. If UniPin calls a native
// method that is not in this file, the call fails with an UnsatisfiedLinkError that names the
// method.
//
// A handle is the address of an object on the C++ heap: of a Tensor, an IValue, a Module or a list
// of indices. The caller that gets a handle deletes the object by the matching torchDelete method.
// A device is passed as an array {type, index}. A data type is passed as the number that DJL uses
// for this type.
#include <ATen/Parallel.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/InferenceMode.h>
#include <jni.h>
#include <torch/csrc/jit/python/update_graph_executor_opt.h>
#include <torch/cuda.h>
#include <torch/script.h>

#include <optional>
#include <string>
#include <vector>

using torch::IValue;
using torch::Tensor;
using torch::indexing::Slice;
using torch::indexing::TensorIndex;
using torch::jit::Module;

namespace {

const torch::ScalarType TYPES[] = {torch::kFloat32, torch::kFloat64, torch::kFloat16,
    torch::kUInt8, torch::kInt32, torch::kInt8, torch::kInt64, torch::kBool, torch::kComplexFloat};
const jint UNKNOWN = 8;

void fail(JNIEnv* env, const char* message) {
  env->ThrowNew(env->FindClass("ai/djl/engine/EngineException"), message);
}

// Runs a function, and turns a C++ exception that it throws into a Java exception.
template <class Body>
auto guarded(JNIEnv* env, Body body) -> decltype(body()) {
  try {
    return body();
  } catch (const std::exception& e) {
    fail(env, e.what());
  } catch (...) {
    fail(env, "the engine failed with an exception without a message");
  }
  return decltype(body())();
}

template <class T>
T& object(jlong handle) {
  return *reinterpret_cast<T*>(handle);
}

Tensor& tensor(jlong handle) { return object<Tensor>(handle); }

template <class T>
jlong handle(T value) {
  return reinterpret_cast<jlong>(new T(std::move(value)));
}

std::string text(JNIEnv* env, jstring from) {
  const char* characters = env->GetStringUTFChars(from, nullptr);
  std::string result(characters);
  env->ReleaseStringUTFChars(from, characters);
  return result;
}

std::vector<int64_t> longs(JNIEnv* env, jlongArray from) {
  std::vector<int64_t> result(env->GetArrayLength(from));
  env->GetLongArrayRegion(from, 0, result.size(), reinterpret_cast<jlong*>(result.data()));
  return result;
}

jlongArray longs(JNIEnv* env, const std::vector<int64_t>& from) {
  jlongArray result = env->NewLongArray(from.size());
  env->SetLongArrayRegion(result, 0, from.size(), reinterpret_cast<const jlong*>(from.data()));
  return result;
}

template <class T>
jlongArray handles(JNIEnv* env, const std::vector<T>& values) {
  std::vector<int64_t> result;
  for (const T& value : values) result.push_back(handle(value));
  return longs(env, result);
}

template <class T>
std::vector<T> objects(JNIEnv* env, jlongArray from) {
  std::vector<T> result;
  for (int64_t one : longs(env, from)) result.push_back(object<T>(one));
  return result;
}

torch::ScalarType number_type(jint type) {
  TORCH_CHECK(type >= 0 && type <= 8, "a known type of numbers expected, got ", type);
  return TYPES[type];
}

torch::Device device(JNIEnv* env, jintArray from) {
  jint parts[2];
  env->GetIntArrayRegion(from, 0, 2, parts);
  auto type = static_cast<torch::DeviceType>(parts[0]);
  return torch::Device(type, type == torch::kCPU ? -1 : parts[1]);
}

// The shape, type and device of a new tensor, from the arguments of a native method. Layout 0 is
// dense.
struct Form {
  std::vector<int64_t> shape;
  torch::TensorOptions options;

  Form(JNIEnv* env, jlongArray sizes, jint type, jint layout, jintArray place, jboolean gradient)
      : shape(longs(env, sizes)) {
    TORCH_CHECK(layout == 0, "a dense layout expected, got layout ", layout);
    options = options.device(device(env, place)).requires_grad(gradient == JNI_TRUE);
    if (type != UNKNOWN) options = options.dtype(number_type(type));
  }
};

using Indices = std::vector<TensorIndex>;

}  // namespace

#define NATIVE(type, name, ...)                                                \
  extern "C" JNIEXPORT type JNICALL Java_ai_djl_pytorch_jni_PyTorchLibrary_##name( \
      JNIEnv* env, jobject, ##__VA_ARGS__)
// A native method that returns the value of one expression.
#define VALUE(type, name, value, ...) \
  NATIVE(type, name, ##__VA_ARGS__) { return guarded(env, [&] { return type(value); }); }
#define ACTION(name, action, ...) \
  NATIVE(void, name, ##__VA_ARGS__) { guarded(env, [&] { action; }); }
#define FORM jlongArray shape, jint type, jint layout, jintArray place, jboolean gradient
#define FORM_OF_ARGUMENTS form(env, shape, type, layout, place, gradient)

// ---- the engine

VALUE(jboolean, torchIsGradMode, c10::GradMode::is_enabled())
ACTION(torchSetGradMode, c10::GradMode::set_enabled(on), jboolean on)
VALUE(jint, torchGetNumThreads, at::get_num_threads())
VALUE(jint, torchGetNumInteropThreads, at::get_num_interop_threads())
ACTION(torchSetNumThreads, at::set_num_threads(count), jint count)
ACTION(torchSetNumInteropThreads, at::set_num_interop_threads(count), jint count)
ACTION(torchManualSeed, torch::manual_seed(seed), jlong seed)
ACTION(setGraphExecutorOptimize, torch::jit::setGraphExecutorOptimize(on), jboolean on)

NATIVE(void, torchCudaEmptyCache) {
  guarded(env, [&] {
    if (torch::cuda::is_available()) c10::getDeviceAllocator(torch::kCUDA)->emptyCache();
  });
}

NATIVE(void, torchShowConfig, jobject set) {
  guarded(env, [&] {
    jmethodID add = env->GetMethodID(env->GetObjectClass(set), "add", "(Ljava/lang/Object;)Z");
    auto put = [&](const char* name, bool there) {
      if (there) env->CallBooleanMethod(set, add, env->NewStringUTF(name));
    };
    put("CUDA", torch::cuda::is_available());
    put("CUDNN", torch::cuda::cudnn_is_available());
    put("MKL", torch::hasMKL());
    put("MKLDNN", torch::hasMKLDNN());
    put("OPENMP", torch::hasOpenMP());
  });
}

// ---- what a tensor is

VALUE(jlongArray, torchSizes, longs(env, tensor(a).sizes().vec()), jlong a)
VALUE(jint, torchLayout, tensor(a).is_sparse() ? 1 : tensor(a).is_mkldnn() ? 2 : 0, jlong a)
VALUE(jboolean, torchIsContiguous, tensor(a).is_contiguous(), jlong a)
VALUE(jboolean, torchRequiresGrad, tensor(a).requires_grad(), jlong a)

NATIVE(jint, torchDType, jlong a) {
  for (jint type = 0; type < UNKNOWN; type++) {
    if (TYPES[type] == tensor(a).scalar_type()) return type;
  }
  return UNKNOWN;
}

NATIVE(jintArray, torchDevice, jlong a) {
  jint parts[] = {static_cast<jint>(tensor(a).device().type()), tensor(a).device().index()};
  jintArray result = env->NewIntArray(2);
  env->SetIntArrayRegion(result, 0, 2, parts);
  return result;
}

NATIVE(jbyteArray, torchDataPtr, jlong a) {
  return guarded(env, [&] {
    Tensor whole = tensor(a).cpu().contiguous();
    jbyteArray result = env->NewByteArray(whole.nbytes());
    env->SetByteArrayRegion(
        result, 0, whole.nbytes(), static_cast<const jbyte*>(whole.data_ptr()));
    return result;
  });
}

NATIVE(jobject, torchDirectByteBuffer, jlong a) {
  return guarded(env, [&] {
    TORCH_CHECK(tensor(a).is_cpu() && tensor(a).is_contiguous(),
        "a contiguous tensor on the processor expected");
    return env->NewDirectByteBuffer(tensor(a).data_ptr(), tensor(a).nbytes());
  });
}

// ---- making and deleting tensors

// On the processor the tensor shares the memory of the buffer. On another device it is a copy.
NATIVE(jlong, torchFromBlob, jobject buffer, FORM) {
  return guarded(env, [&] {
    Form FORM_OF_ARGUMENTS;
    Tensor over = torch::from_blob(env->GetDirectBufferAddress(buffer), form.shape,
        form.options.device(torch::kCPU));
    return handle(over.to(form.options.device()));
  });
}

#define FACTORY(name, make)                          \
  NATIVE(jlong, name, FORM) {                        \
    return guarded(env, [&] {                        \
      Form FORM_OF_ARGUMENTS;                        \
      return handle(make(form.shape, form.options)); \
    });                                              \
  }
FACTORY(torchEmpty, torch::empty)
FACTORY(torchZeros, torch::zeros)
FACTORY(torchOnes, torch::ones)

NATIVE(jlong, torchFull, jlongArray shape, jdouble value, jint type, jint layout, jintArray place,
    jboolean gradient) {
  return guarded(env, [&] {
    Form FORM_OF_ARGUMENTS;
    return handle(torch::full(form.shape, value, form.options));
  });
}

NATIVE(jlong, tensorUniform, jdouble from, jdouble to, FORM) {
  return guarded(env, [&] {
    Form FORM_OF_ARGUMENTS;
    return handle(torch::empty(form.shape, form.options).uniform_(from, to));
  });
}

NATIVE(jlong, torchTo, jlong a, jint type, jintArray place) {
  return guarded(env, [&] {
    torch::NoGradGuard guard;
    return handle(tensor(a).to(device(env, place), number_type(type)));
  });
}

NATIVE(jlong, tensorClone, jlong a) {
  return guarded(env, [&] {
    torch::NoGradGuard guard;
    return handle(tensor(a).clone());
  });
}

ACTION(torchDeleteTensor, delete &tensor(a), jlong a)
ACTION(torchDeleteIValue, delete &object<IValue>(a), jlong a)
ACTION(torchDeleteModule, delete &object<Module>(a), jlong a)
ACTION(torchDeleteIndex, delete &object<Indices>(a), jlong a)

// ---- arithmetic, and parts of tensors

VALUE(jlong, torchAdd, handle(tensor(a) + tensor(b)), jlong a, jlong b)
VALUE(jlong, torchSub, handle(tensor(a) - tensor(b)), jlong a, jlong b)
VALUE(jlong, torchMul, handle(tensor(a) * tensor(b)), jlong a, jlong b)
VALUE(jboolean, contentEqual, tensor(a).equal(tensor(b)), jlong a, jlong b)
VALUE(jlong, torchMatmul, handle(tensor(a).matmul(tensor(b))), jlong a, jlong b)
VALUE(jlong, torchToContiguous, handle(tensor(a).contiguous()), jlong a)
VALUE(jlong, torchReshape, handle(tensor(a).reshape(longs(env, to))), jlong a, jlongArray to)
VALUE(jlong, torchStack, handle(torch::stack(objects<Tensor>(env, all), axis)), jlongArray all,
    jlong axis)
VALUE(jlong, torchCat, handle(torch::cat(objects<Tensor>(env, all), axis)), jlongArray all,
    jlong axis)

// torchIndexInit makes an empty list of indices. The torchIndexAppend methods add one index each.
VALUE(jlong, torchIndexInit, handle(Indices()), jint)
VALUE(jlong, torchIndexAdvGet, handle(tensor(a).index(object<Indices>(list))), jlong a, jlong list)
ACTION(torchIndexAppendFixed, object<Indices>(list).emplace_back(at), jlong list, jlong at)
ACTION(torchIndexAppendArray, object<Indices>(list).emplace_back(tensor(a)), jlong list, jlong a)

// Bit 1 of "open" says that the slice has no begin. Bit 0 says that it has no end. With both bits
// the slice is the whole axis; its step is 1, whatever the argument says.
NATIVE(void, torchIndexAppendSlice, jlong list, jlong from, jlong to, jlong step, jint open) {
  using Bound = std::optional<c10::SymInt>;
  Bound begin = open & 2 ? Bound() : Bound(from);
  Bound end = open & 1 ? Bound() : Bound(to);
  object<Indices>(list).emplace_back(Slice(begin, end, c10::SymInt(open == 3 ? 1 : step)));
}

NATIVE(void, torchIndexAdvPut, jlong a, jlong list, jlong value) {
  guarded(env, [&] { tensor(a).index_put_(object<Indices>(list), tensor(value)); });
}

// ---- gradients

ACTION(torchAttachGrad, tensor(a).requires_grad_(on), jlong a, jboolean on)
VALUE(jlong, torchGrad, tensor(a).grad().defined() ? handle(tensor(a).grad()) : 0, jlong a)
ACTION(torchBackward, tensor(a).backward(tensor(gradient), keep, create), jlong a, jlong gradient,
    jboolean keep, jboolean create)

NATIVE(void, zeroGrad, jlong a) {
  guarded(env, [&] {
    torch::NoGradGuard guard;
    if (tensor(a).grad().defined()) tensor(a).mutable_grad().zero_();
  });
}

// ---- modules

// UniPin asks for no extra files, so those arguments are ignored. The weights of a module that is
// not loaded for training are inference tensors.
NATIVE(jlong, moduleLoad__Ljava_lang_String_2_3IZ_3Ljava_lang_String_2_3Ljava_lang_String_2Z,
    jstring path, jintArray place, jboolean, jobjectArray, jobjectArray, jboolean training) {
  return guarded(env, [&] {
    std::optional<c10::InferenceMode> guard;
    if (!training) guard.emplace();
    Module module = torch::jit::load(text(env, path), device(env, place));
    module.eval();
    return handle(std::move(module));
  });
}

NATIVE(jlong, moduleRunMethod, jlong module, jstring name, jlongArray arguments,
    jboolean training, jboolean own_stream) {
  return guarded(env, [&] {
    TORCH_CHECK(!own_stream, "the default stream expected, got a stream of its own for a call");
    std::optional<c10::InferenceMode> guard;
    if (!training) guard.emplace();
    auto method = object<Module>(module).get_method(text(env, name));
    return handle(method(objects<IValue>(env, arguments)));
  });
}

NATIVE(jlongArray, moduleGetParams, jlong module) {
  return guarded(env, [&] {
    std::vector<Tensor> parameters;
    for (const auto& one : object<Module>(module).named_parameters()) {
      parameters.push_back(one.value);
    }
    return handles(env, parameters);
  });
}

NATIVE(jobjectArray, moduleGetParamNames, jlong module) {
  return guarded(env, [&] {
    auto parameters = object<Module>(module).named_parameters();
    jclass element = env->FindClass("java/lang/String");
    jobjectArray names = env->NewObjectArray(parameters.size(), element, nullptr);
    jsize at = 0;
    for (const auto& one : parameters) {
      jstring name = env->NewStringUTF(one.name.c_str());
      env->SetObjectArrayElement(names, at++, name);
      env->DeleteLocalRef(name);
    }
    return names;
  });
}

// ---- arguments and results of methods

VALUE(jlong, iValueFromTensor, handle(IValue(tensor(a))), jlong a)
VALUE(jlong, iValueFromBool, handle(IValue(value == JNI_TRUE)), jboolean value)
VALUE(jlong, iValueFromLong, handle(IValue(int64_t(value))), jlong value)
VALUE(jlong, iValueFromDouble, handle(IValue(value)), jdouble value)
VALUE(jlong, iValueFromString, handle(IValue(text(env, value))), jstring value)
VALUE(jlong, iValueFromLongList, handle(IValue(longs(env, list))), jlongArray list)
VALUE(jlong, iValueFromTensorList, handle(IValue(objects<Tensor>(env, list))), jlongArray list)

NATIVE(jlong, iValueFromDoubleList, jdoubleArray list) {
  std::vector<double> values(env->GetArrayLength(list));
  env->GetDoubleArrayRegion(list, 0, values.size(), values.data());
  return handle(IValue(values));
}

VALUE(jlong, iValueToTensor, handle(object<IValue>(a).toTensor()), jlong a)
VALUE(jboolean, iValueToBool, object<IValue>(a).toBool(), jlong a)
VALUE(jlong, iValueToLong, object<IValue>(a).toInt(), jlong a)
VALUE(jdouble, iValueToDouble, object<IValue>(a).toDouble(), jlong a)
VALUE(jlongArray, iValueToTensorList, handles(env, object<IValue>(a).toTensorVector()), jlong a)
VALUE(jlongArray, iValueToIValueList, handles(env, object<IValue>(a).toListRef().vec()), jlong a)
VALUE(jlongArray, iValueToIValueTuple,
    handles(env, object<IValue>(a).toTupleRef().elements().vec()), jlong a)

VALUE(jboolean, iValueIsTensor, object<IValue>(a).isTensor(), jlong a)
VALUE(jboolean, iValueIsTensorList, object<IValue>(a).isTensorList(), jlong a)
VALUE(jboolean, iValueIsList, object<IValue>(a).isList(), jlong a)
VALUE(jboolean, iValueIsTuple, object<IValue>(a).isTuple(), jlong a)
VALUE(jboolean, iValueIsMap, object<IValue>(a).isGenericDict(), jlong a)
