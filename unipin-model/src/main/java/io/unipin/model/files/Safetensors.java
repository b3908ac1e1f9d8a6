package io.unipin.model.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.kvcache.OffHeap;
import io.unipin.model.features.ModelException;
import io.unipin.model.features.ModelJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads and writes safetensors files that hold float32 tensors.
 *
 * <p>The reader is strict, because files may be untrusted. The header has a largest size and must
 * be one JSON object without duplicate keys. Names, shapes and offsets are checked against the file
 * before any tensor is created. Tensors follow each other without gaps and cover the file exactly.
 *
 * @see <a href="https://github.com/huggingface/safetensors">safetensors</a>
 */
public final class Safetensors {
  /**
   * The largest header. A model has about 40 tensors, and a checkpoint has three times as many. So
   * their headers have a few thousand bytes. The rest is room for the metadata of other writers.
   */
  private static final int MAX_HEADER_BYTES = 1 << 20;

  private static final int MAX_NAME_LENGTH = 256;
  private static final int MAX_TENSORS = 1000;
  private static final int MAX_DIMENSIONS = 8;
  private static final ObjectMapper JSON = ModelJson.strict();

  private final String name;
  private final Set<String> roomy;
  private final int room;

  private Safetensors(Path file, Set<String> roomy, int room) {
    this.name = String.valueOf(file.getFileName());
    this.roomy = roomy;
    this.room = room;
  }

  /**
   * Returns the tensors of a file by name, in file order. Each tensor is copied into memory outside
   * the heap.
   */
  public static Map<String, FloatTensor> read(Path file) {
    return read(file, Set.of(), 0);
  }

  /**
   * Returns the tensors of a file by name, in file order. The memory of some tensors gets room for
   * more rows ({@link FloatTensor#grown}), which are filled with zeros.
   *
   * @param roomy names of the tensors that get room
   * @param room number of rows for which to leave room
   */
  public static Map<String, FloatTensor> read(Path file, Set<String> roomy, int room) {
    return new Safetensors(file, roomy, room).readFile(file);
  }

  public static void write(Path file, Map<String, FloatTensor> tensors) {
    ObjectNode header = JSON.createObjectNode();
    long offset = 0;
    for (Map.Entry<String, FloatTensor> entry : tensors.entrySet()) {
      ObjectNode description = header.putObject(entry.getKey()).put("dtype", "F32");
      Arrays.stream(entry.getValue().shape()).forEach(description.putArray("shape")::add);
      long end = offset + entry.getValue().bytes().remaining();
      description.putArray("data_offsets").add(offset).add(end);
      offset = end;
    }
    byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
    int padded = (json.length + 7) / 8 * 8;
    ByteBuffer prefix =
        ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN).putLong(padded).put(json);
    while (prefix.hasRemaining()) {
      prefix.put((byte) ' ');
    }
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      writeFully(channel, prefix.flip());
      for (FloatTensor tensor : tensors.values()) {
        writeFully(channel, tensor.bytes().duplicate());
      }
      channel.force(true);
    } catch (IOException e) {
      throw new ModelException(file.getFileName() + ": cannot be written", e);
    }
  }

  private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private Map<String, FloatTensor> readFile(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      if (size < 10) {
        throw broken("at least 10 bytes expected, got " + size);
      }
      ByteBuffer length = read(channel, 0, 8);
      long headerBytes = length.getLong();
      if (headerBytes < 2 || headerBytes > MAX_HEADER_BYTES || headerBytes > size - 8) {
        throw broken(
            "header of 2 to %s bytes expected, got %s"
                .formatted(Math.min(MAX_HEADER_BYTES, size - 8), headerBytes));
      }
      JsonNode header = header(read(channel, 8, (int) headerBytes));
      return tensors(channel, header, 8 + headerBytes, size - 8 - headerBytes);
    } catch (IOException e) {
      throw new ModelException(name + ": cannot be read", e);
    }
  }

  private ByteBuffer read(FileChannel channel, long position, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    fill(bytes, channel, position);
    return bytes;
  }

  /** Fills a buffer with the file's bytes from a position on, then rewinds the buffer. */
  private void fill(ByteBuffer bytes, FileChannel channel, long position) throws IOException {
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, position + bytes.position()) < 0) {
        throw broken("file ended while it was read");
      }
    }
    bytes.flip();
  }

  /**
   * Copies a tensor out of its file. The file is not mapped into memory, because a mapped file that
   * is cut short would end the process.
   */
  private ByteBuffer memory(Entry entry) {
    int bytes = (int) (entry.end - entry.begin);
    int roomBytes = roomy.contains(entry.name) ? roomBytes(entry) : 0;
    try {
      return OffHeap.allocate(bytes + roomBytes).limit(bytes);
    } catch (OutOfMemoryError e) {
      throw new ModelException(
          "%s: memory of %s bytes for tensor %s expected, got none: raise -XX:MaxDirectMemorySize"
              .formatted(name, bytes + roomBytes, entry.name),
          e);
    }
  }

  private int roomBytes(Entry entry) {
    long bytes = entry.end - entry.begin;
    long rowBytes = entry.shape.length == 0 ? 0 : bytes / Math.max(1, entry.shape[0]);
    if (room * rowBytes > Integer.MAX_VALUE - bytes) {
      throw broken(
          "room for at most %s rows behind tensor %s expected, got %s"
              .formatted((Integer.MAX_VALUE - bytes) / rowBytes, entry.name, room));
    }
    return (int) (room * rowBytes);
  }

  private JsonNode header(ByteBuffer bytes) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
      JsonNode header = JSON.readTree(text);
      if (!text.startsWith("{") || !header.isObject()) {
        throw broken("a JSON object expected as header");
      }
      return header;
    } catch (CharacterCodingException e) {
      throw broken("header is not UTF-8");
    } catch (JsonProcessingException e) {
      throw broken("header is no valid JSON: " + ModelJson.reason(e));
    }
  }

  private record Entry(String name, long[] shape, long begin, long end) {}

  private Map<String, FloatTensor> tensors(
      FileChannel channel, JsonNode header, long dataStart, long dataBytes) throws IOException {
    if (header.size() > MAX_TENSORS) {
      throw broken("at most %s tensors expected, got %s".formatted(MAX_TENSORS, header.size()));
    }
    List<Entry> entries =
        header.properties().stream()
            .filter(e -> !e.getKey().equals("__metadata__"))
            .map(e -> entry(e.getKey(), e.getValue()))
            .sorted(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end))
            .toList();
    long position = 0;
    for (Entry entry : entries) {
      if (entry.begin != position) {
        throw broken(
            "tensor %s expected at offset %s, got %s".formatted(entry.name, position, entry.begin));
      }
      position = entry.end;
    }
    if (position != dataBytes) {
      throw broken("%s bytes of tensors expected, got %s".formatted(position, dataBytes));
    }
    Map<String, FloatTensor> tensors = new LinkedHashMap<>();
    for (Entry entry : entries) {
      ByteBuffer bytes = memory(entry).order(ByteOrder.LITTLE_ENDIAN);
      fill(bytes, channel, dataStart + entry.begin);
      tensors.put(entry.name, new FloatTensor(entry.shape, bytes));
    }
    return tensors;
  }

  private Entry entry(String tensor, JsonNode description) {
    if (tensor.length() > MAX_NAME_LENGTH) {
      throw broken("tensor names of at most %s characters expected".formatted(MAX_NAME_LENGTH));
    }
    if (!description.path("dtype").asText().equals("F32")) {
      throw broken(
          "tensor %s: dtype F32 expected, got %s"
              .formatted(tensor, ModelJson.shown(description.path("dtype"))));
    }
    long[] shape = longs(tensor, description.path("shape"));
    long[] offsets = longs(tensor, description.path("data_offsets"));
    if (offsets.length != 2 || offsets[0] > offsets[1]) {
      throw broken(
          "tensor %s: two ascending offsets expected, got %s"
              .formatted(tensor, Arrays.toString(offsets)));
    }
    long bytes;
    try {
      bytes = Math.multiplyExact(FloatTensor.count(shape), Float.BYTES);
    } catch (ArithmeticException e) {
      throw broken("tensor %s: shape %s is too large".formatted(tensor, Arrays.toString(shape)));
    }
    if (bytes != offsets[1] - offsets[0] || bytes > Integer.MAX_VALUE) {
      throw broken(
          "tensor %s: %s bytes expected for shape %s, got %s"
              .formatted(tensor, bytes, Arrays.toString(shape), offsets[1] - offsets[0]));
    }
    return new Entry(tensor, shape, offsets[0], offsets[1]);
  }

  private long[] longs(String tensor, JsonNode array) {
    if (!array.isArray() || array.size() > MAX_DIMENSIONS) {
      throw broken(
          "tensor %s: a list of at most %s numbers expected, got %s"
              .formatted(tensor, MAX_DIMENSIONS, ModelJson.shown(array)));
    }
    long[] values = new long[array.size()];
    for (int i = 0; i < values.length; i++) {
      JsonNode value = array.get(i);
      if (!value.isIntegralNumber() || !value.canConvertToLong() || value.asLong() < 0) {
        throw broken(
            "tensor %s: numbers of 0 or more expected, got %s"
                .formatted(tensor, ModelJson.shown(value)));
      }
      values[i] = value.asLong();
    }
    return values;
  }

  private ModelException broken(String message) {
    return new ModelException(name + ": " + message);
  }
}
