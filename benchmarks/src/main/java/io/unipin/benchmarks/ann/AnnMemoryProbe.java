package io.unipin.benchmarks.ann;

import io.unipin.ann.AnnSearch;
import io.unipin.ann.FaissIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The main program of a process that loads one index file and prints by how many bytes the process
 * grew. The process's whole heap is resident from the start, so the growth comes from memory
 * outside the heap.
 */
public final class AnnMemoryProbe {
  private AnnMemoryProbe() {}

  public static void main(String[] arguments) throws IOException {
    Path file = Path.of(arguments[0]);
    FaissIndex.load(Path.of(arguments[1])).close(); // loads the native library
    long heapBefore = heapBytes();
    long before = residentBytes();
    try (FaissIndex index = FaissIndex.load(file)) {
      index.search(new float[index.dimension()], 1, AnnSearch.top(10));
      long grown = residentBytes() - before;
      System.out.println(grown + heapBytes() - heapBefore);
    }
  }

  /**
   * Returns the number of used bytes of the heap. Objects on the heap do not increase the resident
   * memory.
   */
  private static long heapBytes() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private static long residentBytes() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("RssAnon:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
        .findFirst()
        .orElseThrow();
  }
}
