package io.unipin.cli.check;

import io.unipin.serving.bundle.BundleNames;
import io.unipin.serving.checks.WritablePlace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Checks that an output can be written at a path. The check writes nothing. */
public final class OutputCheck {
  private static final String SCHEMA = "feedlog.yaml";

  private OutputCheck() {}

  /**
   * Refuses a path at which the command could not write its output.
   *
   * @param option the option that names the path, for the message
   */
  public static void require(String option, Output.Kind kind, Path place) {
    Path target = place.toAbsolutePath().normalize();
    switch (kind) {
      case FILE -> requireFile(option, place, target);
      case FOLDER, BUNDLES -> requireFolder(option, place, target);
      case BUNDLE -> requireBundle(option, place, target);
      case FEED_LOG -> requireFeedLog(option, place, target);
      case FILE_OR_BUNDLE -> requireParent(option, place, target);
    }
  }

  private static void requireFile(String option, Path place, Path target) {
    if (Files.isDirectory(target)) {
      throw refused(option, "a file", place + ", which is a folder");
    }
    if (Files.exists(target) && !Files.isWritable(target)) {
      throw refused(option, "a file to write", place + ", which is write-protected");
    }
    if (!Files.exists(target) || Files.isRegularFile(target)) {
      requireParent(option, place, target);
    }
  }

  private static void requireFolder(String option, Path place, Path target) {
    if (!Files.exists(target)) {
      requireParent(option, place, target);
    } else if (!Files.isDirectory(target)) {
      throw refused(option, "a folder", place + ", which is a file");
    } else if (!Files.isWritable(target)) {
      throw refused(option, "a folder to write into", place + ", which is write-protected");
    }
  }

  private static void requireBundle(String option, Path place, Path target) {
    Path name = target.getFileName();
    if (name == null || !BundleNames.isValid(name.toString())) {
      String got = name == null ? place.toString() : "'" + name + "'";
      throw refused(option, "a bundle's name like " + BundleNames.PATTERN, got);
    }
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw refused(option, "a new bundle", place + ", which exists");
    }
    requireParent(option, place, target);
  }

  private static void requireFeedLog(String option, Path place, Path target) {
    boolean there = Files.exists(target, LinkOption.NOFOLLOW_LINKS);
    if (there && !Files.exists(target.resolve(SCHEMA)) && !isEmptyFolder(target)) {
      throw refused(option, "a new folder, an empty one or a feed log", place + ", which is none");
    }
    requireParent(option, place, target);
  }

  /**
   * Checks the nearest existing folder above the target. The command will create the missing
   * folders below that folder.
   */
  private static void requireParent(String option, Path place, Path target) {
    Path parent = target.getParent();
    if (parent == null) {
      throw refused(option, "a place below the root", place.toString());
    }
    WritablePlace.problem(parent)
        .ifPresent(
            problem -> {
              throw refused(
                  option, "a place in a folder that can be written", place + ": " + problem);
            });
  }

  private static boolean isEmptyFolder(Path path) {
    if (!Files.isDirectory(path)) {
      return false;
    }
    try (Stream<Path> entries = Files.list(path)) {
      return entries.findAny().isEmpty();
    } catch (IOException e) {
      return false;
    }
  }

  private static CheckException refused(String option, String expected, String got) {
    return new CheckException("%s: %s expected, got %s".formatted(option, expected, got));
  }
}
