package io.unipin.feedlog.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnpackedTest {
  private static final byte[] TEXT = text();

  @TempDir private Path temporary;

  private static byte[] text() {
    StringBuilder text = new StringBuilder();
    Random random = new Random(1);
    for (int line = 0; line < 20_000; line++) {
      text.append(random.nextInt(1_000_000)).append(',').append(line).append('\n');
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private interface Packer {
    OutputStream on(OutputStream out) throws IOException;
  }

  private static byte[] packed(Packer packer, byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = packer.on(bytes)) {
      out.write(content);
    }
    return bytes.toByteArray();
  }

  private static byte[] packed(String kind, byte[] content) throws IOException {
    return switch (kind) {
      case "gzip" -> packed(GZIPOutputStream::new, content);
      case "bzip2" -> packed(BZip2CompressorOutputStream::new, content);
      case "zstd" -> Zstd.compress(content);
      default -> zipped("a.csv", content);
    };
  }

  private static byte[] zipped(String name, byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry("__MACOSX/._a.csv"));
      for (String each : name.split(" ", -1)) {
        zip.putNextEntry(new ZipEntry(each));
        zip.write(content);
      }
    }
    return bytes.toByteArray();
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      bytes.writeBytes(part);
    }
    return bytes.toByteArray();
  }

  private byte[] read(byte[] file) throws IOException {
    return read(file, 1 << 30);
  }

  private byte[] read(byte[] file, long maxBytes) throws IOException {
    Path path = Files.write(temporary.resolve("any name.txt"), file);
    try (Unpacked content = Unpacked.open(path, maxBytes)) {
      return content.readAllBytes();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "bzip2", "zstd", "zip"})
  void read_packed_isWholeWhateverItsName(String kind) throws IOException {
    assertThat(read(packed(kind, TEXT))).isEqualTo(TEXT);
    assertThat(read(packed(kind, new byte[0]))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "bzip2", "zstd"})
  void read_severalMembers_areAllRead(String kind) throws IOException {
    byte[] none = packed(kind, new byte[0]);
    byte[] one = packed(kind, TEXT);
    assertThat(read(joined(one, none, one, one))).isEqualTo(joined(TEXT, TEXT, TEXT));
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "bzip2", "zstd", "zip"})
  void read_cutAnywhere_isRefused(String kind) throws IOException {
    byte[] whole = packed(kind, TEXT);
    for (int length = 16; length < whole.length; length += whole.length / 40) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> read(cut))
          .as("%s of %s bytes", length, whole.length)
          .isInstanceOf(SourceException.class)
          .hasMessageContaining("whole " + kind + " expected");
    }
    byte[] last = Arrays.copyOf(whole, whole.length - 1);
    assertThatThrownBy(() -> read(last)).isInstanceOf(SourceException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "bzip2", "zip"})
  void read_damagedAnywhere_isRefusedOrWhole(String kind) throws IOException {
    byte[] whole = packed(kind, TEXT);
    for (int at = 40; at < whole.length; at += whole.length / 40) {
      byte[] damaged = whole.clone();
      damaged[at] ^= 0x55;
      try {
        assertThat(read(damaged)).isEqualTo(TEXT); // the changed byte does not affect the content
      } catch (SourceException e) {
        assertThat(e).hasMessageContaining(kind);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "bzip2", "zstd"})
  void read_followedByAnythingElse_isRefused(String kind) throws IOException {
    byte[] mixed = joined(packed(kind, TEXT), "1,2\n".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> read(mixed)).isInstanceOf(SourceException.class);
    byte[] half = packed(kind, TEXT);
    byte[] second = joined(half, Arrays.copyOf(half, half.length / 2));
    assertThatThrownBy(() -> read(second)).isInstanceOf(SourceException.class);
  }

  @Test
  void read_moreThanAllowed_isRefused() throws IOException {
    byte[] bomb = packed("bzip2", new byte[20_000_000]);
    assertThat(bomb.length).isLessThan(1_000);
    assertThatThrownBy(() -> read(bomb, 10_000_000))
        .hasMessage("at most 10000000 bytes unpacked expected (max_unpacked_bytes), got more");
  }

  @Test
  void open_severalFilesInAZip_areNamed() throws IOException {
    assertThatThrownBy(() -> read(zipped("a.csv b.csv", TEXT)))
        .hasMessage("one file in the zip expected, got 2 (a.csv, b.csv); unpack it");
    assertThatThrownBy(() -> read(zipped("[Content_Types].xml", TEXT)))
        .hasMessageContaining("office document");
  }

  @Test
  void open_packedTwice_isNamed() throws IOException {
    byte[] twice = packed("gzip", packed("gzip", TEXT));
    assertThatThrownBy(() -> read(twice)).hasMessage("text inside gzip expected, got gzip");
  }

  @Test
  void open_kindThatIsNotRead_isNamed() {
    byte[] xz =
        joined(new byte[] {(byte) 0xFD}, "7zXZ\0 and more of it".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> read(xz))
        .hasMessage("plain, gzip, bzip2, zstd or zip of one file expected, got xz");
  }
}
