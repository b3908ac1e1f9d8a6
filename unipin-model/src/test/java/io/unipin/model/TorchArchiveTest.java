package io.unipin.model;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.model.features.ModelConfig;
import io.unipin.model.files.Program;
import io.unipin.model.files.TorchArchive;
import io.unipin.model.files.Weights;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;

class TorchArchiveTest {

  private static final ModelConfig CONFIG =
      new ModelConfig(
          3, 1, 2, 4, 1, 2, 1, 4, 4, List.of("click"), List.of("click"), List.of("home"));

  @Test
  void bytes_ofFixedWeights_areGolden() throws IOException {
    byte[] archive = TorchArchive.bytes(Program.Use.SERVING, CONFIG, Weights.random(CONFIG, 7));
    // The program's text may change freely. All other entries, and the order of the entries, must
    // stay the same.
    StringBuilder entries = new StringBuilder();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        byte[] content = zip.readAllBytes();
        boolean code = entry.getName().endsWith(".py");
        entries
            .append(entry.getName())
            .append(' ')
            .append(code ? "" : sha256(content))
            .append('\n');
      }
    }
    String golden;
    try (InputStream in =
        requireNonNull(TorchArchiveTest.class.getResourceAsStream("archive.txt"))) {
      golden = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    assertThat(entries.toString()).isEqualTo(golden);
    assertThat(TorchArchive.bytes(Program.Use.SERVING, CONFIG, Weights.random(CONFIG, 7)))
        .isEqualTo(archive);
  }

  @Test
  void bytes_tensorData_isAligned() {
    byte[] archive = TorchArchive.bytes(Program.Use.SERVING, CONFIG, Weights.random(CONFIG, 7));
    float[] first = Weights.random(CONFIG, 7).get("item_id").toArray();
    int at = indexOf(archive, "unipin/data/0".getBytes(StandardCharsets.UTF_8)) - 30;
    int nameLength = archive[at + 26] & 0xFF;
    int extraLength = (archive[at + 28] & 0xFF) | (archive[at + 29] & 0xFF) << 8;
    int data = at + 30 + nameLength + extraLength;
    assertThat(data % 64).isZero();
    int bits =
        (archive[data] & 0xFF)
            | (archive[data + 1] & 0xFF) << 8
            | (archive[data + 2] & 0xFF) << 16
            | archive[data + 3] << 24;
    assertThat(Float.intBitsToFloat(bits)).isEqualTo(first[0]);
  }

  @Test
  void load_archive_opensInLibtorchWithAllItsTensors() {
    try (TorchModule module =
        TorchModule.load(
            Program.Use.TRAINING, CONFIG, Weights.random(CONFIG, 7), EngineOptions.cpu())) {
      List<String> parameters =
          Program.tensorNames().stream().filter(n -> !Program.BUFFERS.contains(n)).toList();
      assertThat(module.tensors().keySet()).containsExactlyElementsOf(parameters);
      Weights.random(CONFIG, 7)
          .tensors()
          .forEach(
              (name, tensor) -> {
                if (!Program.BUFFERS.contains(name) && tensor.count() > 0) {
                  assertThat(requireNonNull(module.tensors().get(name)).toFloatArray())
                      .as(name)
                      .containsExactly(tensor.toArray());
                }
              });
    }
  }

  @Test
  void tensorNames_ofProgram_areTheConfigurationsShapes() {
    assertThat(Program.tensorNames()).containsExactlyElementsOf(Program.shapes(CONFIG).keySet());
  }

  private static int indexOf(byte[] bytes, byte[] part) {
    for (int i = 0; i < bytes.length - part.length; i++) {
      if (java.util.Arrays.equals(bytes, i, i + part.length, part, 0, part.length)) {
        return i;
      }
    }
    throw new AssertionError("not found");
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
