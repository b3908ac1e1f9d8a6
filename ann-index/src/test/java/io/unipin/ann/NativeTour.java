package io.unipin.ann;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A program that calls every native method in every way. {@link NativeToolsTest} runs it under
 * tools that detect faults of native code.
 */
final class NativeTour {
  private static final int DIMENSION = 17;
  private static final int QUERIES = 5;
  private static final long[] IDS = TestVectors.ids(700);
  private static final float[] VECTORS = TestVectors.clustered(IDS.length, DIMENSION, 20, 2);
  private static final float[] ASKED = TestVectors.clustered(QUERIES, DIMENSION, 20, 3);
  private static final List<ItemFilter> FILTERS =
      List.of(
          ItemFilter.NONE,
          ItemFilter.excluding(Arrays.copyOf(IDS, 400)),
          ItemFilter.allowing(Arrays.copyOf(IDS, 3)),
          ItemFilter.allowing());

  private NativeTour() {}

  private static final int CHANGED_FILES = 30;

  /** Runs the tour. The only argument is the folder to which the program writes. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path folder = Path.of(arguments[0]);
    Path file = folder.resolve("tour.faiss");
    for (String factory : List.of("Flat", "SQ8", "HNSW8", "HNSW8,SQ8", "IVF8,SQ8", "IVF4,SQ4")) {
      try (FaissIndex index =
          FaissIndex.build(factory, VECTORS, DIMENSION, IDS, FaissBuild.DEFAULT)) {
        index.save(file);
        search(index);
      }
      try (FaissIndex index = FaissIndex.load(file)) {
        search(index);
        besideEachOther(index);
      }
    }
    for (String factory : List.of("Flat", "HNSW8", "IVF8,SQ8")) {
      try (FaissIndex index =
          FaissIndex.build(factory, VECTORS, DIMENSION, IDS, FaissBuild.BESIDE_OTHERS)) {
        search(index);
      }
    }
    refusals();
    for (String factory : IndexFileMutationTest.FACTORIES) {
      IndexFileMutationTest.mutate(folder, factory, CHANGED_FILES);
    }
    System.out.println("tour done");
  }

  private static void search(FaissIndex index) {
    for (ItemFilter filter : FILTERS) {
      for (int k : new int[] {1, 10, 800}) {
        AnnSearch search = new AnnSearch(k, 8, filter);
        AnnResult found = index.search(ASKED, QUERIES, search);
        require(found.ids().length == QUERIES * k, "a result of another size");
        require(index.search(new float[0], 0, search).ids().length == 0, "found without a query");
      }
    }
  }

  private static void besideEachOther(FaissIndex index) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Thread thread = new Thread(() -> search(index));
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  /**
   * Calls native methods that must fail. Exceptions come from C++ code, or from Java streams that
   * native code calls.
   */
  private static void refusals() {
    refused(() -> FaissIndex.build("Nonsense", VECTORS, DIMENSION, IDS, FaissBuild.DEFAULT));
    refused(() -> FaissIndex.build("IVF8,Flat", new float[0], 4, new long[0], FaissBuild.DEFAULT));
    byte[] noise = new byte[3_000_000];
    refused(() -> FaissHandle.read("noise", InputStream.nullInputStream()));
    refused(() -> FaissHandle.read("noise", new ByteArrayInputStream(noise)));
    refused(() -> FaissHandle.read("broken", new BrokenInput()));
    try (FaissHandle handle =
        FaissHandle.build("Flat", VECTORS, DIMENSION, IDS.length, FaissBuild.DEFAULT)) {
      refused(() -> handle.write(new BrokenOutput()));
    }
  }

  private static void refused(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException expected) {
      return;
    }
    throw new IllegalStateException("a refusal expected");
  }

  private static final class BrokenInput extends InputStream {
    @Override
    public int read() {
      throw new IllegalStateException("broken");
    }

    @Override
    public int read(byte[] into, int from, int length) {
      throw new IllegalStateException("broken");
    }
  }

  private static final class BrokenOutput extends OutputStream {
    @Override
    public void write(int b) {
      throw new IllegalStateException("broken");
    }
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalStateException(otherwise);
    }
  }
}
