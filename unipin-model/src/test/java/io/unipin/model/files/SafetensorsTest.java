package io.unipin.model.files;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.model.features.ModelException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {
  @TempDir Path folder;

  @Test
  void read_written_isEqual() {
    Path file = folder.resolve("a.safetensors");
    Map<String, FloatTensor> tensors = new TreeMap<>();
    tensors.put("a", FloatTensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
    tensors.put("empty", FloatTensor.of(new float[0], 0, 4));
    tensors.put("z", FloatTensor.of(new float[] {-0.5f}, 1));
    Safetensors.write(file, tensors);
    Map<String, FloatTensor> read = Safetensors.read(file);
    assertThat(read.keySet()).containsExactlyInAnyOrder("a", "empty", "z");
    assertThat(requireNonNull(read.get("a")).toArray()).containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(requireNonNull(read.get("a")).shape()).containsExactly(2, 3);
    assertThat(requireNonNull(read.get("z")).toArray()).containsExactly(-0.5f);
  }

  @Test
  void read_withRoom_growsOneTensorInItsMemory() {
    Path file = folder.resolve("a.safetensors");
    Map<String, FloatTensor> tensors = new TreeMap<>();
    tensors.put("a", FloatTensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
    tensors.put("b", FloatTensor.of(new float[] {7}, 1));
    Safetensors.write(file, tensors);
    Map<String, FloatTensor> read = Safetensors.read(file, Set.of("a"), 2);
    FloatTensor tensor = requireNonNull(read.get("a"));
    assertThat(tensor.shape()).containsExactly(2, 3);
    assertThat(tensor.toArray()).containsExactly(1, 2, 3, 4, 5, 6);
    FloatTensor grown = tensor.grown(2);
    assertThat(grown.shape()).containsExactly(4, 3);
    assertThat(grown.toArray()).containsExactly(1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 0, 0);
    grown.floats().put(0, 9);
    assertThat(tensor.toArray()).startsWith(9);
    assertThatThrownBy(() -> tensor.grown(3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("memory of 60 bytes expected, got 48");
    assertThatThrownBy(() -> requireNonNull(read.get("b")).grown(1))
        .hasMessage("memory of 8 bytes expected, got 4");
    assertThatThrownBy(() -> Safetensors.read(file, Set.of("a"), Integer.MAX_VALUE))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith("a.safetensors: room for at most 178956968 rows behind tensor a");
  }

  /**
   * Tests a header that another library may write: it has metadata and spaces, and its tensors are
   * not in the order of their bytes.
   */
  @Test
  void read_fileOfAnotherWriter_isInTheOrderOfItsBytes() throws URISyntaxException {
    Path file = Path.of(requireNonNull(getClass().getResource("foreign.safetensors")).toURI());
    Map<String, FloatTensor> read = Safetensors.read(file);
    assertThat(read.keySet()).containsExactly("first", "second", "scalar", "ünicode.名");
    assertThat(requireNonNull(read.get("first")).shape()).containsExactly(2, 3);
    assertThat(requireNonNull(read.get("first")).toArray()).containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(requireNonNull(read.get("second")).toArray())
        .containsExactly(-0.5f, Float.POSITIVE_INFINITY);
    assertThat(requireNonNull(read.get("scalar")).shape()).isEmpty();
    assertThat(requireNonNull(read.get("scalar")).toArray()).containsExactly(1e-40f);
    assertThat(requireNonNull(read.get("ünicode.名")).shape()).containsExactly(1, 0, 2);
  }

  @Test
  void read_everyTruncation_isRefused() throws IOException {
    Path file = folder.resolve("a.safetensors");
    Safetensors.write(file, Map.of("a", FloatTensor.of(new float[] {1, 2, 3, 4}, 4)));
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, java.util.Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> Safetensors.read(file)).isInstanceOf(ModelException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "{",
        "{} {}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        "{\"a\":7}",
        "{}"
      })
  void read_hostileHeader_isRefusedWithOneLine(String header) throws IOException {
    Path file = file(header);
    assertThatThrownBy(() -> Safetensors.read(file))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith("a.safetensors: ")
        .satisfies(e -> assertThat(String.valueOf(e.getMessage()).lines().count()).isEqualTo(1));
  }

  @ParameterizedTest
  @CsvSource({"0", "1", "9223372036854775807", "-1", "1048577"})
  void read_absurdHeaderLength_isRefused(long length) throws IOException {
    Path file = folder.resolve("a.safetensors");
    Files.write(
        file, ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array());
    assertThatThrownBy(() -> Safetensors.read(file))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("header");
  }

  /** Writes a file with this header and four bytes of data. */
  private Path file(String header) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + 4).order(ByteOrder.LITTLE_ENDIAN);
    return Files.write(
        folder.resolve("a.safetensors"), bytes.putLong(json.length).put(json).array());
  }

  /** A header becomes a tree of JSON in memory, which is many times as large as the header. */
  @Test
  void read_headerOfMoreThanAMebibyte_isRefusedBeforeItIsRead() throws IOException {
    String own = "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}";
    int most = 1 << 20;
    assertThat(Safetensors.read(file(own + " ".repeat(most - own.length())))).hasSize(1);
    Path longer = file(own + " ".repeat(most + 1 - own.length()));
    assertThatThrownBy(() -> Safetensors.read(longer))
        .isInstanceOf(ModelException.class)
        .hasMessage("a.safetensors: header of 2 to 1048576 bytes expected, got 1048577");
  }

  @Test
  void read_tooManyTensors_isRefused() throws IOException {
    StringBuilder header = new StringBuilder("{\"__metadata__\":{}");
    for (int i = 0; i <= 1000; i++) {
      header.append(
          ",\"%s\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}".formatted(i));
    }
    Path file = file(header + "}");
    assertThatThrownBy(() -> Safetensors.read(file))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith("a.safetensors: at most 1000 tensors expected, got ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'a':{'dtype':'F32','shape':[LONG],'data_offsets':[0,4]}}",
        "{'a':{'dtype':'F32','shape':['LONG'],'data_offsets':[0,4]}}",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[LONG]}}",
        "{'a':{'dtype':['LONG'],'shape':[1],'data_offsets':[0,4]}}",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}, LONG}"
      })
  void read_longValue_isShownShortened(String header) throws IOException {
    Path file = file(header.replace('\'', '"').replace("LONG", "7, ".repeat(5000) + "7"));
    assertThatThrownBy(() -> Safetensors.read(file))
        .isInstanceOf(ModelException.class)
        .satisfies(e -> assertThat(String.valueOf(e.getMessage())).hasSizeLessThan(400));
  }
}
