package io.unipin.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** The column names in the first line of a delimited text file. */
final class TextHeader {
  private static final int MAX_CHARACTERS = 1 << 16;

  private TextHeader() {}

  static List<String> read(Path file, Charset encoding, String delimiter, String quote) {
    try (InputStream bytes = Files.newInputStream(file);
        InputStream plain = isGzip(file) ? new GZIPInputStream(bytes) : bytes;
        BufferedReader reader = new BufferedReader(new InputStreamReader(plain, encoding))) {
      return split(firstLine(reader, file), delimiter, quote);
    } catch (IOException e) {
      throw new FeedLogException(file.toString(), "cannot be read: " + e.getMessage(), e);
    }
  }

  static boolean isGzip(Path file) {
    return file.toString().endsWith(".gz");
  }

  private static String firstLine(BufferedReader reader, Path file) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = reader.read(); c >= 0 && c != '\n' && c != '\r'; c = reader.read()) {
      if (line.length() == MAX_CHARACTERS) {
        throw new FeedLogException(file.toString(), "a header line expected, found no line end");
      }
      if (c != '\uFEFF') {
        line.append((char) c);
      }
    }
    if (line.isEmpty()) {
      throw new FeedLogException(file.toString(), "a header line expected, the first is empty");
    }
    return line.toString();
  }

  private static List<String> split(String line, String delimiter, String quote) {
    List<String> names = new ArrayList<>();
    StringBuilder name = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      if (!quote.isEmpty() && line.startsWith(quote, i)) {
        quoted = !quoted;
      } else if (!quoted && line.startsWith(delimiter, i)) {
        names.add(name.toString());
        name.setLength(0);
        i += delimiter.length() - 1;
      } else {
        name.append(line.charAt(i));
      }
    }
    names.add(name.toString());
    return names;
  }
}
