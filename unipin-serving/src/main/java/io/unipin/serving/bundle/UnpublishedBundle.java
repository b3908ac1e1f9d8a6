package io.unipin.serving.bundle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A bundle that is whole, and could not be put in its place: it is kept, for hours of work may be in it. */
final class UnpublishedBundle {
  private UnpublishedBundle() {}

  /**
   * Moves a whole bundle to a folder of its own beside its place.
   *
   * @return the end of a message: where it is and the command that publishes it
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
