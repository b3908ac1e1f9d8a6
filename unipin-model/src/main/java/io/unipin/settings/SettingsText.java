package io.unipin.settings;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HexFormat;

/**
 * Reads the text of a settings file: UTF-8, with or without a byte-order mark, of at most
 * {@link #MAX_BYTES} bytes.
 */
final class SettingsText {
  static final int MAX_BYTES = 1 << 20;

  private static final String MARK = "\ufeff";

  private SettingsText() {}

  /** Returns a file's text. Errors call the file {@code name}. */
  static String read(String name, Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw tooLong(name, Files.size(file));
      }
      return decode(name, bytes);
    } catch (IOException e) {
      ConfigException refused =
          new ConfigException(Place.of(name), "", "can't be read: " + reason(e));
      refused.initCause(e);
      throw refused;
    }
  }

  static String decode(String name, byte[] bytes) {
    if (bytes.length > MAX_BYTES) {
      throw tooLong(name, bytes.length);
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    CoderResult result = StandardCharsets.UTF_8.newDecoder().decode(in, out, true);
    String text = out.flip().toString();
    if (result.isError()) {
      int line = (int) text.chars().filter(c -> c == '\n').count() + 1;
      int column = text.length() - text.lastIndexOf('\n');
      String got = HexFormat.of().toHexDigits(bytes[in.position()]);
      throw new ConfigException(
          new Place(name, line, column), "", "UTF-8 expected, got the byte 0x" + got);
    }
    return text.startsWith(MARK) ? text.substring(MARK.length()) : text;
  }

  private static ConfigException tooLong(String name, long bytes) {
    return new ConfigException(
        Place.of(name), "", "at most " + MAX_BYTES + " bytes expected, got " + bytes);
  }

  private static String reason(IOException failure) {
    if (failure instanceof NoSuchFileException) {
      return "no such file";
    }
    return failure instanceof AccessDeniedException
        ? "no permission"
        : String.valueOf(failure.getMessage());
  }
}
