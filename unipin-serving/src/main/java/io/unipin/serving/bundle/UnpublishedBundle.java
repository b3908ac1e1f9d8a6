package io.unipin.serving.bundle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A complete bundle that could not be moved to its final path. It is kept, because it may hold
 * hours of work.
 */
final class UnpublishedBundle {
  private UnpublishedBundle() {}

  /**
   * Moves a complete bundle to a folder beside the bundle's intended path.
   *
   * @return end of an error message; it names the folder and the command that publishes the bundle
   */
  static String keep(Path whole, Path bundle, String name) {
    Path folder = bundle.resolveSibling(name + ".unpublished-" + ProcessHandle.current().pid());
    Path kept = folder.resolve(name);
    try {
      Files.createDirectories(folder);
      Files.move(whole, kept);
      Path parent = bundle.toAbsolutePath().normalize().getParent();
      return "; the whole bundle is kept, publish it with: ./unipin bundle publish %s --to %s --name NAME"
          .formatted(kept, parent);
    } catch (IOException e) {
      return "; nor can it be kept: " + e.getMessage();
    }
  }
}
