package io.unipin.benchmarks.quality;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Renames folders, instead of deleting them, if their content took hours to compute. */
final class KeptFolder {
  private KeptFolder() {}

  /**
   * Renames a folder instead of deleting it, because only the user may delete hours of work.
   *
   * @param say receives a line with the new name
   */
  static void putAside(Path folder, Consumer<String> say) throws IOException {
    int earlier = 1;
    while (Files.exists(aside(folder, earlier))) {
      earlier++;
    }
    Files.move(folder, aside(folder, earlier));
    say.accept("it is kept as " + aside(folder, earlier).getFileName());
  }

  private static Path aside(Path folder, int earlier) {
    return folder.resolveSibling("%s-earlier-%s".formatted(folder.getFileName(), earlier));
  }
}
