package io.unipin.ann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
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
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests of valid files in which some bytes were changed and the checksum was computed again. Each
 * file must be refused, or be searched without access outside its memory. {@link NativeToolsTest}
 * runs {@link #mutate} under a sanitizer as well.
 */
@Timeout(300)
class IndexFileMutationTest {
  static final String[] FACTORIES = {
    "Flat",
    "SQ8",
    "SQ4",
    "SQ6",
    "SQfp16",
    "PQ4x4",
    "HNSW4",
    "HNSW4,SQ8",
    "IVF4,Flat",
    "IVF4,SQ8",
    "IVF4,PQ4x4",
    "IVF300,Flat",
    "IVF8_HNSW4,Flat",
    "IVF8_HNSW4,PQ4x4",
    "IVF8(PCA4,HNSW4),Flat",
    "IVF8(RR8,HNSW4),Flat",
    "IVF8(HNSW4,RFlat),Flat",
    "IVF8(IVF4(HNSW4),Flat),Flat",
    "PCA4,IVF4,SQ8",
    "OPQ4,IVF4,PQ4x4",
    "IVF4,PQ4x4,RFlat",
    "RR8,HNSW4"
  };

  private static final int DIMENSION = 8;
  private static final int SIZE = 400;
  private static final float[] VECTORS = TestVectors.clustered(SIZE, DIMENSION, 20, 2);
  private static final float[] QUERIES = TestVectors.clustered(3, DIMENSION, 20, 3);
  private static final long[] IDS = TestVectors.ids(SIZE);

  /** Numbers that a careless reader is likely to handle wrongly as a length or an id. */
  private static final long[] ODD = {
    -1,
    0,
    1,
    2,
    SIZE - 1,
    SIZE,
    SIZE + 1,
    255,
    1 << 20,
    Integer.MAX_VALUE,
    1L << 32,
    1L << 44,
    Long.MIN_VALUE
  };

  /** Bytes of an index before its own data: a tag, the dimension, the size and other fields. */
  private static final int HEAD = 37;

  /** The table of links among the tables of a graph, and what follows this table. */
  private static final int LINKS = 4;

  private static final int END = 5;

  private static final int MANY = Integer.MAX_VALUE - 1;

  @TempDir Path folder;

  @ParameterizedTest
  @Tag("long")
  @ValueSource(
      ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21})
  void load_bytesChangedAndSumRenewed_refusesOrSearches(int factory) throws IOException {
    assertThat(FACTORIES).hasSize(22);
    mutate(folder, FACTORIES[factory], 400);
  }

  /** Asserts that a file with this content, but with a sound checksum, is refused. */
  private AbstractThrowableAssert<?, ? extends Throwable> assertRefused(byte[] content)
      throws IOException {
    Path file = Files.write(folder.resolve("bad.faiss"), summed(content));
    return assertThatThrownBy(() -> FaissIndex.load(file).close()).isInstanceOf(AnnException.class);
  }

  @Test
  void load_idOutsideAList_isRefused() throws IOException {
    byte[] content = saved(folder, "IVF4,Flat");
    // The payload ends with the ids of the last list.
    long id = little(content).getLong(content.length - 32 - Long.BYTES);
    assertThat(id).isBetween(0L, SIZE - 1L);
    little(content).putLong(content.length - 32 - Long.BYTES, 1L << 44);
    assertRefused(content)
        .hasMessage(
            "index file bad.faiss is damaged: ordinal in a list of 0 to 399 expected, got"
                + " 17592186044416");
  }

  /** The graph that ranks the lists may be behind a transform, or inside another index. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "IVF8_HNSW4,Flat",
        "IVF8(PCA4,HNSW4),Flat",
        "IVF8(RR8,HNSW4),Flat",
        "IVF8(HNSW4,RFlat),Flat",
        "IVF8(IVF4(HNSW4),Flat),Flat"
      })
  void load_linkOutsideAGraphOfLists_isRefused(String factory) throws IOException {
    byte[] content = saved(folder, factory);
    int links = graph(content)[LINKS];
    little(content).putInt(links + Long.BYTES, MANY);
    assertRefused(content)
        .hasMessage(
            "index file bad.faiss cannot be loaded: links inside the graph expected, got one"
                + " outside");
  }

  /** FAISS searches the graph of lists of codes, and allocates memory by these settings. */
  @ParameterizedTest
  @CsvSource({
    "12, 2147483647, breadth of search of 1 to 1048576 expected",
    "16, 0, breadth of the upper levels 1 expected"
  })
  void load_oddSettingOfAGraphOfLists_isRefused(int offset, int value, String message)
      throws IOException {
    byte[] content = saved(folder, "IVF8_HNSW4,PQ4x4");
    little(content).putInt(graph(content)[END] + offset, value);
    assertRefused(content).hasMessageContaining(message + ", got " + value);
  }

  /** FAISS searches the refined index of lists, and reads as many candidates as the file says. */
  @ParameterizedTest
  @ValueSource(floats = {0, -1, 0.5f, 1e9f, Float.NaN})
  void load_oddCandidatesOfARefinedIndexOfLists_areRefused(float factor) throws IOException {
    byte[] content = saved(folder, "IVF8(HNSW4,RFlat),Flat");
    // The setting is the last of the lists' quantizer, behind the table of its 8 centres.
    int centres = place(content, "IxFI", place(content, "IxFI", 0) + 1);
    int setting = centres + HEAD + Long.BYTES + 8 * DIMENSION * Float.BYTES;
    assertThat(little(content).getFloat(setting)).isEqualTo(1);
    little(content).putFloat(setting, factor);
    assertRefused(content).hasMessageContaining("1 candidate per result expected, got " + factor);
  }

  /**
   * The reader must not allocate memory for more vectors than the file can contain, whatever number
   * of vectors the file states.
   */
  @Test
  void load_moreVectorsThanTheFileHas_isRefusedAtTheHead() throws IOException {
    byte[] content = saved(folder, "IVF4,Flat");
    little(content).putLong(payload("IVF4,Flat") + 2 * Integer.BYTES, MANY);
    assertRefused(content).hasMessageContaining("number of vectors 400 expected, got " + MANY);
  }

  @Test
  void check_moreVectorsThanBytesFollow_isRefusedBeforeItsListsAreRead() throws IOException {
    byte[] content = saved(folder, "IVF4,Flat");
    int payload = payload("IVF4,Flat");
    little(content).putLong(payload + 2 * Integer.BYTES, MANY);
    byte[] index = Arrays.copyOfRange(content, payload, content.length - 32);
    FaissFormatReader reader = new FaissFormatReader(new ByteArrayInputStream(index), index.length);
    assertThatThrownBy(() -> FaissFormatCheck.run(reader, DIMENSION, MANY))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("number of vectors of 0 to 400 expected, got " + MANY);
  }

  /**
   * Makes {@code changes} changed files, and loads and searches each of them. File i is changed
   * with random seed i.
   */
  static void mutate(Path folder, String factory, int changes) throws IOException {
    byte[] good = saved(folder, factory);
    FaissIndex.load(folder.resolve("good.faiss")).close();
    int payload = payload(factory);
    int length = good.length - 32 - payload;
    for (int seed = 0; seed < changes; seed++) {
      Random random = new Random(seed);
      byte[] bad = good.clone();
      for (int i = random.nextInt(2); i >= 0; i--) {
        // Half of the changes hit the first 300 bytes, which hold parameters and lengths of tables.
        int bound = random.nextBoolean() ? length - 8 : Math.min(length - 8, 300);
        change(bad, payload + random.nextInt(bound), random);
      }
      Path file = folder.resolve("bad.faiss");
      Files.deleteIfExists(file);
      Files.write(file, summed(bad));
      try (FaissIndex index = FaissIndex.load(file)) {
        for (ItemFilter filter : new ItemFilter[] {ItemFilter.NONE, ItemFilter.excluding(IDS[3])}) {
          for (int breadth : new int[] {0, 300}) {
            index.search(QUERIES, 3, new AnnSearch(10, breadth, filter));
          }
        }
        index.search(QUERIES, 3, new AnnSearch(SIZE, 0, ItemFilter.NONE));
      } catch (AnnException refused) {
        assertThat(refused)
            .hasMessageStartingWith("index file bad.faiss")
            .hasMessageNotContaining("\n");
      }
    }
  }

  /**
   * Returns the positions of the five tables of the first graph in a file, and of the byte behind
   * them. Each table begins with the number of its elements.
   */
  private static int[] graph(byte[] content) {
    int[] elements = {Double.BYTES, Integer.BYTES, Integer.BYTES, Long.BYTES, Integer.BYTES};
    int[] tables = new int[elements.length + 1];
    tables[0] = place(content, "IHNf", 0) + HEAD;
    for (int i = 0; i < elements.length; i++) {
      long length = little(content).getLong(tables[i]);
      tables[i + 1] = tables[i] + Long.BYTES + (int) length * elements[i];
    }
    return tables;
  }

  /** Returns the first position of a tag at or behind {@code from}. */
  private static int place(byte[] content, String tag, int from) {
    int place = new String(content, StandardCharsets.ISO_8859_1).indexOf(tag, from);
    assertThat(place).isNotNegative();
    return place;
  }

  /** Returns the position of the index within its file. */
  private static int payload(String factory) {
    return 32 + factory.length() + SIZE * Long.BYTES;
  }

  private static void change(byte[] content, int at, Random random) {
    long odd = ODD[random.nextInt(ODD.length)];
    switch (random.nextInt(4)) {
      case 0 -> content[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> content[at] = (byte) odd;
      case 2 -> little(content).putInt(at, (int) odd);
      default -> little(content).putLong(at, odd);
    }
  }

  private static byte[] saved(Path folder, String factory) throws IOException {
    Path file = folder.resolve("good.faiss");
    Files.deleteIfExists(file);
    try (FaissIndex index =
        FaissIndex.build(factory, VECTORS, DIMENSION, IDS, FaissBuild.DEFAULT)) {
      index.save(file);
    }
    return Files.readAllBytes(file);
  }

  private static ByteBuffer little(byte[] content) {
    return ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] summed(byte[] content) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(content, 0, content.length - 32);
      System.arraycopy(digest.digest(), 0, content, content.length - 32, 32);
      return content;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
