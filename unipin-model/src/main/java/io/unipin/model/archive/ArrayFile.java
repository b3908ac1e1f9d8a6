package io.unipin.model.archive;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads and writes small safetensors files that hold float32 and int64 arrays. Only for trusted
 * files. The files of models may be untrusted, so a strict reader reads those files.
 */
public final class ArrayFile {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ArrayFile() {}

  /** Writes arrays by name. Replaces an existing file. */
  public static void write(Path file, Map<String, ArrayValue> arrays) throws IOException {
    ObjectNode header = JSON.createObjectNode();
    long offset = 0;
    for (Map.Entry<String, ArrayValue> entry : arrays.entrySet()) {
      ArrayValue array = entry.getValue();
      ObjectNode description = header.putObject(entry.getKey()).put("dtype", array.type().code());
      Arrays.stream(array.shape()).forEach(description.putArray("shape")::add);
      long end = offset + array.bytes().remaining();
      description.putArray("data_offsets").add(offset).add(end);
      offset = end;
    }
    StringBuilder json = new StringBuilder(header.toString());
    while (json.toString().getBytes(StandardCharsets.UTF_8).length % 8 != 0) {
      json.append(' ');
    }
    byte[] text = json.toString().getBytes(StandardCharsets.UTF_8);
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write(ArrayValue.allocate(Long.BYTES).putLong(text.length).array());
      out.write(text);
      for (ArrayValue array : arrays.values()) {
        byte[] bytes = new byte[array.bytes().remaining()];
        array.bytes().duplicate().get(bytes);
        out.write(bytes);
      }
    }
  }

  /** Returns the arrays of a file by name, in file order. */
  public static Map<String, ArrayValue> read(Path file) throws IOException {
    ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    int header = Math.toIntExact(all.getLong());
    byte[] json = new byte[header];
    all.get(json);
    ByteBuffer data = all.slice();
    Map<String, ArrayValue> arrays = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : JSON.readTree(json).properties()) {
      JsonNode description = entry.getValue();
      long[] shape = longs(description.path("shape"));
      long[] offsets = longs(description.path("data_offsets"));
      ByteBuffer bytes =
          data.slice((int) offsets[0], (int) (offsets[1] - offsets[0]))
              .order(ByteOrder.LITTLE_ENDIAN);
      ArrayValue.Type type = ArrayValue.Type.of(description.path("dtype").asText());
      arrays.put(entry.getKey(), new ArrayValue(type, shape, bytes));
    }
    return arrays;
  }

  private static long[] longs(JsonNode numbers) {
    long[] values = new long[numbers.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = numbers.path(i).asLong();
    }
    return values;
  }
}
