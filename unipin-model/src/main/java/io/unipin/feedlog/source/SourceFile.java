package io.unipin.feedlog.source;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A file below a folder.
 *
 * @param path the file
 * @param name path relative to the folder
 * @param partition values of the columns that folders named {@code column=value} provide, outermost
 *     folder first; a value may be null
 */
public record SourceFile(Path path, String name, Map<String, @Nullable String> partition) {
  private static final String NULL = "__HIVE_DEFAULT_PARTITION__";

  public SourceFile {
    partition = Collections.unmodifiableMap(new LinkedHashMap<>(partition));
  }

  /** Returns a file whose folders provide no columns. */
  public static SourceFile alone(Path path) {
    return new SourceFile(path, String.valueOf(path.getFileName()), Map.of());
  }

  static SourceFile of(Path folder, Path path) {
    Path relative = folder.relativize(path);
    Map<String, @Nullable String> partition = new LinkedHashMap<>();
    for (int i = 0; i < relative.getNameCount() - 1; i++) {
      String name = relative.getName(i).toString();
      int equals = name.indexOf('=');
      if (equals > 0) {
        String value = decoded(name.substring(equals + 1));
        partition.put(decoded(name.substring(0, equals)), value.equals(NULL) ? null : value);
      }
    }
    return new SourceFile(path, relative.toString(), partition);
  }

  /** Decodes a folder's name: Hive writes special characters as % and two digits. */
  private static String decoded(String text) {
    if (text.indexOf('%') < 0) {
      return text;
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream decoded = new ByteArrayOutputStream();
    for (int i = 0; i < bytes.length; i++) {
      int high = bytes[i] == '%' && i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
      int low = high < 0 ? -1 : Character.digit(bytes[i + 2], 16);
      if (low < 0) {
        decoded.write(bytes[i]);
      } else {
        decoded.write(high << 4 | low);
        i += 2;
      }
    }
    return decoded.toString(StandardCharsets.UTF_8);
  }
}
