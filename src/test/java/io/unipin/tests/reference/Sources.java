package io.unipin.tests.reference;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The files of the repository from which pages are made. */
final class Sources {
  private static final Path ROOT = Path.of(System.getProperty("unipin.root", "."));
  private static final Pattern CONSTANT =
      Pattern.compile("/\\*\\*(.*?)\\*/\\s+([A-Z][A-Z_]*)[,;\\s(]", Pattern.DOTALL);
  private static final Pattern TAG = Pattern.compile("\\{@\\w+ ([^}]*)}");

  private Sources() {}

  static Path path(String file) {
    return ROOT.resolve(file);
  }

  static String read(String file) {
    return read(path(file));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the texts of all Java files in a folder, in the order of their names. */
  static List<String> javaIn(String folder) {
    try (Stream<Path> files = Files.list(path(folder))) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .sorted()
          .map(Sources::read)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the comment of each constant of the enum that a Java file declares last. */
  static Map<String, String> comments(String file, String type) {
    String text = read(file);
    int begin = text.indexOf("enum " + type);
    Matcher constant = CONSTANT.matcher(text.substring(begin));
    Map<String, String> comments = new LinkedHashMap<>();
    while (constant.find()) {
      String comment = constant.group(1).replaceAll("\\n\\s*\\*", " ");
      comments.put(
          constant.group(2), TAG.matcher(comment).replaceAll("$1").replaceAll("\\s+", " ").strip());
    }
    return comments;
  }
}
