package io.unipin.ann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IndexFileTest {
  private static final int DIMENSION = 16;
  private static final int SIZE = 400;
  private static final float[] VECTORS = TestVectors.clustered(SIZE, DIMENSION, 20, 2);
  private static final float[] QUERIES = TestVectors.clustered(10, DIMENSION, 20, 3);
  private static final long[] IDS = TestVectors.ids(SIZE);

  @TempDir Path folder;

  private Path saved(String factory) {
    Path file = folder.resolve("items.faiss");
    try (FaissIndex index =
        FaissIndex.build(factory, VECTORS, DIMENSION, IDS, FaissBuild.DEFAULT)) {
      index.save(file);
    }
    return file;
  }

  private byte[] small() throws IOException {
    Path file = folder.resolve("small.faiss");
    float[] vectors = TestVectors.clustered(30, 4, 5, 2);
    try (FaissIndex index =
        FaissIndex.build("HNSW4", vectors, 4, TestVectors.ids(30), FaissBuild.DEFAULT)) {
      index.save(file);
    }
    return Files.readAllBytes(file);
  }

  private void assertRefused(byte[] content) throws IOException {
    Path file = folder.resolve("damaged.faiss");
    Files.deleteIfExists(file); // some file systems flush an overwritten file, which is slow
    Files.write(file, content);
    assertThatThrownBy(() -> FaissIndex.load(file).close())
        .isInstanceOf(AnnException.class)
        .hasMessageStartingWith("index file damaged.faiss")
        .hasMessageNotContaining("\n")
        .hasMessageNotContaining(folder.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Flat", "HNSW16", "IVF16,Flat", "IVF8,SQ8", "PCA8,HNSW8,SQ8", "IVF8,PQ4x4,RFlat"})
  void load_saved_answersTheSame(String factory) {
    Path file = folder.resolve("items.faiss");
    AnnSearch search = new AnnSearch(7, 5, ItemFilter.excluding(IDS[3], IDS[8]));
    try (FaissIndex index =
        FaissIndex.build(factory, VECTORS, DIMENSION, IDS, FaissBuild.DEFAULT)) {
      index.save(file);
      index.save(file);
      try (FaissIndex loaded = FaissIndex.load(file)) {
        assertThat(loaded.description()).isEqualTo(factory);
        assertThat(loaded.dimension()).isEqualTo(DIMENSION);
        assertThat(loaded.size()).isEqualTo(SIZE);
        AnnResult expected = index.search(QUERIES, 10, search);
        AnnResult found = loaded.search(QUERIES, 10, search);
        assertThat(found.ids()).isEqualTo(expected.ids());
        assertThat(found.scores()).isEqualTo(expected.scores());
      }
    }
  }

  @Test
  void save_overOlderFiles_replacesThem() throws IOException {
    saved("SQ8");
    saved("Flat");
    saved("HNSW8");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString())).containsExactly("items.faiss");
    }
    try (FaissIndex loaded = FaissIndex.load(folder.resolve("items.faiss"))) {
      assertThat(loaded.description()).isEqualTo("HNSW8");
    }
  }

  @Test
  void save_closedOrIntoNothing_refuses() throws IOException {
    FaissIndex index = FaissIndex.build("Flat", VECTORS, DIMENSION, IDS, FaissBuild.DEFAULT);
    assertThatThrownBy(() -> index.save(folder.resolve("none/items.faiss")))
        .isInstanceOf(AnnException.class)
        .hasMessage("index file items.faiss cannot be written: NoSuchFileException");
    index.close();
    assertThatThrownBy(() -> index.save(folder.resolve("items.faiss")))
        .isInstanceOf(IllegalStateException.class);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void load_truncated_refuses() throws IOException {
    byte[] good = small();
    for (int length = 0; length < good.length; length++) {
      assertRefused(Arrays.copyOf(good, length));
    }
    assertRefused(Arrays.copyOf(good, good.length + 1));
  }

  @Test
  @Tag("long")
  void load_oneBitFlipped_refuses() throws IOException {
    byte[] good = small();
    Random random = new Random(5);
    for (int bit = 0; bit < 64 * 8; bit++) {
      flipAndAssertRefused(good, bit);
    }
    for (int i = 0; i < 10_000; i++) {
      flipAndAssertRefused(good, random.nextInt(good.length * 8));
    }
  }

  private void flipAndAssertRefused(byte[] good, int bit) throws IOException {
    byte[] bad = good.clone();
    bad[bit / 8] ^= (byte) (1 << (bit % 8));
    assertRefused(bad);
  }

  @Test
  void load_foreignOrMissing_refuses() throws IOException {
    assertRefused(
        "just a text file that is long enough to hold a header".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> FaissIndex.load(folder.resolve("missing.faiss")))
        .isInstanceOf(AnnException.class)
        .hasMessage("index file missing.faiss cannot be read: NoSuchFileException");
    assertThatThrownBy(() -> FaissIndex.load(folder)).isInstanceOf(AnnException.class);
  }

  @Test
  void load_otherVersion_namesBoth() throws IOException {
    byte[] content = Files.readAllBytes(saved("Flat"));
    content[8] = 9;
    Path file = Files.write(folder.resolve("new.faiss"), content);
    assertThatThrownBy(() -> FaissIndex.load(file))
        .isInstanceOf(AnnException.class)
        .hasMessage("index file new.faiss: format version 1 expected, got 9");
  }

  /**
   * A payload can be wrong although its checksum is right. It must fit the header, and no link of
   * its graph may point to a node that does not exist.
   */
  @Test
  void load_wrongContentWithRightSum_refuses() throws IOException, NoSuchAlgorithmException {
    byte[] good = Files.readAllBytes(saved("HNSW8"));
    byte[] otherDimension = good.clone();
    ByteBuffer.wrap(otherDimension).order(ByteOrder.LITTLE_ENDIAN).putInt(12, DIMENSION + 1);
    assertRefused(summed(otherDimension));

    int payload = 32 + "HNSW8".length() + SIZE * Long.BYTES;
    byte[] otherType = good.clone();
    otherType[payload] = '?';
    assertRefused(summed(otherType));

    byte[] linkOutside = good.clone();
    int vectors = SIZE * DIMENSION * Float.BYTES;
    int link = lastLink(linkOutside, good.length - 32 - vectors);
    ByteBuffer.wrap(linkOutside).order(ByteOrder.LITTLE_ENDIAN).putInt(link, 1 << 30);
    assertRefused(summed(linkOutside));
  }

  /**
   * Returns the position of the last link of the graph. Searches backwards from the vectors for a
   * valid ordinal that is followed by the padding, -1.
   */
  private static int lastLink(byte[] content, int end) {
    ByteBuffer buffer = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    for (int place = end - 200; ; place--) {
      if (buffer.getInt(place + 4) == -1
          && buffer.getInt(place) >= 0
          && buffer.getInt(place) < SIZE) {
        return place;
      }
    }
  }

  private static byte[] summed(byte[] content) throws NoSuchAlgorithmException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    digest.update(content, 0, content.length - 32);
    System.arraycopy(digest.digest(), 0, content, content.length - 32, 32);
    return content;
  }
}
