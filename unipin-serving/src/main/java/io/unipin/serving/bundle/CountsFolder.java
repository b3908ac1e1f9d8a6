package io.unipin.serving.bundle;

import io.unipin.counts.CountedRanking;
import io.unipin.counts.CountsException;
import io.unipin.feedlog.Catalogue;
import io.unipin.model.features.ModelConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Reads folders with tables of counts. The size of a folder is bounded. */
public final class CountsFolder {
  private CountsFolder() {}

  /**
   * Reads the tables of counts and their weights in a folder. Error messages name no path of this
   * machine, because callers may see them.
   *
   * @param config the model whose probabilities the counts change
   * @param catalogue the items of the model
   * @param maxBytes largest number of bytes that the files, and the tables in memory, may take
   * @throws CountsException when the folder is broken, too large, or made for another model
   */
  public static CountedRanking read(
      Path folder, ModelConfig config, Catalogue catalogue, long maxBytes) {
    requireRoom("files", bytes(folder), maxBytes);
    CountedRanking counts;
    try {
      counts = CountedRanking.read(folder, config.actions(), config.surfaces(), catalogue);
    } catch (CountsException e) {
      String message = String.valueOf(e.getMessage()).replace(folder + "/", "");
      throw new CountsException(message.replace(folder.toString(), "the folder"), e);
    }
    requireRoom("tables", counts.tables().bytes(), maxBytes);
    return counts;
  }

  private static long bytes(Path folder) {
    long sum = 0;
    try {
      for (String name : CountedRanking.FILES) {
        Path file = folder.resolve(name);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
          throw new CountsException("a file " + name + " expected, got none");
        }
        sum += Files.size(file);
      }
      return sum;
    } catch (IOException e) {
      throw new CountsException("files expected that can be read: " + BundleVerifier.reason(e), e);
    }
  }

  private static void requireRoom(String what, long bytes, long maxBytes) {
    if (bytes > maxBytes) {
      throw new CountsException(
          "%s of at most %s bytes (counts.maxBytes) expected, got %s"
              .formatted(what, maxBytes, bytes));
    }
  }
}
