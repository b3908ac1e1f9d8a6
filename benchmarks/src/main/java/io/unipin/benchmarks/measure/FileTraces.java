package io.unipin.benchmarks.measure;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Searches files for texts that must not be in any file, such as ids of erased users. */
public final class FileTraces {
  private static final int CHUNK = 4 << 20;

  private FileTraces() {}

  /** Returns the files below a folder whose content or name contains one of the texts. */
  public static List<String> files(Path folder, List<String> texts) throws IOException {
    List<String> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = folder.relativize(file).toString();
        if (texts.stream().anyMatch(name::contains) || holds(file, texts)) {
          found.add(name);
        }
      }
    }
    return found;
  }

  private static boolean holds(Path file, List<String> texts) throws IOException {
    int longest = texts.stream().mapToInt(String::length).max().orElse(0);
    String before = "";
    try (InputStream in = Files.newInputStream(file)) {
      for (byte[] bytes = in.readNBytes(CHUNK); bytes.length > 0; bytes = in.readNBytes(CHUNK)) {
        String text = before + new String(bytes, StandardCharsets.ISO_8859_1);
        if (texts.stream().anyMatch(text::contains)) {
          return true;
        }
        before = text.substring(Math.max(0, text.length() - longest));
      }
    }
    return false;
  }
}
