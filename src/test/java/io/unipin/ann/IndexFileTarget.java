package io.unipin.ann;

import io.unipin.tests.fuzz.FuzzTarget;
import io.unipin.tests.fuzz.ScratchFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;

/**
 * Reads arbitrary index files whose checksum is correct. Either the reader refuses the file, or a
 * search of the loaded index reads only the index's memory.
 *
 * <p>The target replaces the last 32 bytes of an input by the checksum of the bytes before them,
 * because a malicious file has a correct checksum as well. If the last byte of the input is even,
 * the target first corrects the payload length in the header, so that it fits the length of the
 * input. Most mutations change the length of an input. Without this step, the check of the header
 * would refuse all mutations that change the length.
 */
public final class IndexFileTarget implements FuzzTarget {
  private static final int DIMENSION = 8;
  private static final int VECTORS = 40;
  private static final int HEADER_BYTES = 32;
  private static final int DIGEST_BYTES = 32;
  private static final String[] KINDS = {
    "Flat", "HNSW4", "IVF4,Flat", "IVF4,SQ8", "SQ8", "PQ4x4", "IVF2,PQ4x4", "HNSW4,SQ8"
  };

  private final ScratchFolder scratch;

  private IndexFileTarget(ScratchFolder scratch) {
    this.scratch = scratch;
  }

  public static FuzzTarget create() throws IOException {
    return new IndexFileTarget(ScratchFolder.create());
  }

  @Override
  public Map<String, byte[]> seeds() throws IOException {
    Map<String, byte[]> seeds = new TreeMap<>();
    Random random = new Random(7);
    float[] vectors = new float[VECTORS * DIMENSION];
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = (float) random.nextGaussian();
    }
    long[] ids = LongStream.range(100, 100 + VECTORS).toArray();
    for (String kind : KINDS) {
      Path file = scratch.path().resolve("seed.faiss");
      try (FaissIndex index = FaissIndex.build(kind, vectors, DIMENSION, ids, FaissBuild.DEFAULT)) {
        index.save(file);
      }
      byte[] seed = Files.readAllBytes(file);
      seed[seed.length - 1] = 0;
      seeds.put(kind.replaceAll("\\W", "-"), seed);
      Files.delete(file);
    }
    return seeds;
  }

  @Override
  public void run(byte[] input) throws IOException {
    Path file = scratch.write("items.faiss", sealed(input));
    try (FaissIndex index = FaissIndex.load(file)) {
      if (index.dimension() > 4096) {
        return;
      }
      float[] query = new float[index.dimension()];
      query[0] = 1;
      index.search(query, 1, AnnSearch.top(10));
      long[] ids = LongStream.range(0, 64).map(i -> 100 + 2 * i).toArray();
      index.search(query, 1, new AnnSearch(10, 0, ItemFilter.allowing(ids)));
      index.search(query, 1, new AnnSearch(10, 3, ItemFilter.excluding(ids)));
    } catch (AnnException e) {
      // The reader refuses the file.
    }
  }

  private static byte[] sealed(byte[] input) {
    if (input.length < HEADER_BYTES + DIGEST_BYTES) {
      return input;
    }
    byte[] sealed = input.clone();
    if (input[input.length - 1] % 2 == 0) {
      ByteBuffer header = ByteBuffer.wrap(sealed).order(ByteOrder.LITTLE_ENDIAN);
      long ids = (long) header.getInt(16) * Long.BYTES;
      header.putLong(24, input.length - HEADER_BYTES - header.getInt(20) - ids - DIGEST_BYTES);
    }
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(sealed, 0, sealed.length - DIGEST_BYTES);
      System.arraycopy(digest.digest(), 0, sealed, sealed.length - DIGEST_BYTES, DIGEST_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
    return sealed;
  }

  @Override
  public void close() throws IOException {
    scratch.close();
  }
}
