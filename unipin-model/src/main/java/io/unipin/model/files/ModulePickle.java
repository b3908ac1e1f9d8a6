package io.unipin.model.files;

import io.unipin.model.features.ModelConfig;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The module object of an archive as a Python pickle, protocol 2. It is an instance of
 * {@code __torch__.UniPin}, or of another program's class, with its state. Tensor i is pickled as a call of
 * {@code torch._utils._rebuild_tensor_v2} on the storage {@code data/i}.
 */
final class ModulePickle {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private ModulePickle() {}

  static byte[] of(ModelConfig config, Map<String, FloatTensor> tensors) {
    ModulePickle pickle = new ModulePickle();
    pickle.module(config, tensors);
    return pickle.out.toByteArray();
  }

  /** Returns the pickle of an object that has no attributes. */
  static byte[] empty(String name) {
    return of(name, Map.of(), Map.of());
  }

  /** Returns the pickle of an instance of {@code __torch__.NAME} with these attributes. */
  static byte[] of(String name, Map<String, Integer> numbers, Map<String, FloatTensor> tensors) {
    ModulePickle pickle = new ModulePickle();
    pickle.begin(name);
    numbers.forEach(
        (attribute, number) -> {
          pickle.text(attribute);
          pickle.integer(number);
        });
    pickle.tensors(tensors);
    pickle.end();
    return pickle.out.toByteArray();
  }

  private void begin(String name) {
    out.write(0x80); // PROTO
    out.write(2);
    global("__torch__", name);
    out.write(')'); // EMPTY_TUPLE
    out.write(0x81); // NEWOBJ
    out.write('}'); // EMPTY_DICT
    out.write('('); // MARK
  }

  private void end() {
    out.write('u'); // SETITEMS
    out.write('b'); // BUILD
    out.write('.'); // STOP
  }

  private void module(ModelConfig config, Map<String, FloatTensor> tensors) {
    begin("UniPin");
    text("heads");
    integer(config.heads());
    text("kv_heads");
    integer(config.kvHeads());
    text("head_dim");
    integer(config.headDim());
    text("window");
    integer(config.window().rows());
    text("global_rows");
    integer(config.window().globalRows());
    text("window_layers");
    integer(config.window().layers());
    text("arithmetic");
    integer(0);
    text("kernel");
    integer(0);
    text("matrices");
    emptyList("Tensor");
    text("matrix_steps");
    emptyList("Tensor");
    text("input_steps");
    emptyList("float");
    tensors(tensors);
    end();
  }

  private void tensors(Map<String, FloatTensor> tensors) {
    int index = 0;
    for (Map.Entry<String, FloatTensor> entry : tensors.entrySet()) {
      text(entry.getKey());
      tensor(index++, entry.getValue());
    }
  }

  private void emptyList(String element) {
    global("torch.jit._pickle", "restore_type_tag");
    out.write('('); // MARK
    out.write(']'); // EMPTY_LIST
    text("List[" + element + "]");
    out.write('t'); // TUPLE
    out.write('R'); // REDUCE
  }

  private void tensor(int index, FloatTensor tensor) {
    long[] shape = tensor.shape();
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= Math.max(1, shape[i]);
    }
    global("torch._utils", "_rebuild_tensor_v2");
    out.write('('); // MARK
    out.write('('); // MARK
    text("storage");
    global("torch", "FloatStorage");
    text(Integer.toString(index));
    text("cpu");
    integer(Math.toIntExact(tensor.count()));
    out.write('t'); // TUPLE
    out.write('Q'); // BINPERSID
    integer(0);
    integers(shape);
    integers(strides);
    out.write(0x89); // NEWFALSE: requires no gradient
    global("collections", "OrderedDict");
    out.write(')'); // EMPTY_TUPLE
    out.write('R'); // REDUCE
    out.write('t'); // TUPLE
    out.write('R'); // REDUCE
  }

  private void integers(long[] values) {
    out.write('('); // MARK
    for (long value : values) {
      integer(Math.toIntExact(value));
    }
    out.write('t'); // TUPLE
  }

  private void integer(int value) {
    out.write('J'); // BININT
    littleEndian(value);
  }

  private void text(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    out.write('X'); // BINUNICODE
    littleEndian(bytes.length);
    out.writeBytes(bytes);
  }

  private void global(String module, String name) {
    out.write('c'); // GLOBAL
    out.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private void littleEndian(int value) {
    for (int shift = 0; shift < 32; shift += 8) {
      out.write(value >>> shift);
    }
  }
}
