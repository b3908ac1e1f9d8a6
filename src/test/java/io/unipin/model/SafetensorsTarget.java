package io.unipin.model;

import io.unipin.model.features.ModelException;
import io.unipin.model.files.FloatTensor;
import io.unipin.model.files.Safetensors;
import io.unipin.tests.fuzz.FuzzTarget;
import io.unipin.tests.fuzz.ScratchFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Reads arbitrary files as safetensors files. Reads every byte of every tensor. */
public final class SafetensorsTarget implements FuzzTarget {
  private final ScratchFolder scratch;

  private SafetensorsTarget(ScratchFolder scratch) {
    this.scratch = scratch;
  }

  public static FuzzTarget create() throws IOException {
    return new SafetensorsTarget(ScratchFolder.create());
  }

  @Override
  public Map<String, byte[]> seeds() {
    return Map.of(
        "none", file("{}", 0),
        "one", file("{\"a\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}}", 24),
        "scalar", file("{\"s\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}", 4),
        "two",
            file(
                "{\"__metadata__\":{\"k\":\"v\"},"
                    + "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                    + "\"b\":{\"dtype\":\"F32\",\"shape\":[0,4],\"data_offsets\":[4,4]}}",
                4));
  }

  private static byte[] file(String header, int data) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(Long.BYTES + json.length + data)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(json.length)
        .put(json)
        .array();
  }

  @Override
  public void run(byte[] input) throws IOException {
    try {
      for (FloatTensor tensor : Safetensors.read(scratch.write("t.safetensors", input)).values()) {
        ByteBuffer bytes = tensor.bytes().duplicate();
        while (bytes.hasRemaining()) {
          bytes.get();
        }
      }
    } catch (ModelException e) {
      // The reader refuses the file.
    }
  }

  @Override
  public void close() throws IOException {
    scratch.close();
  }
}
