package io.unipin.feedlog.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the characters of a file, with look-ahead. Bytes that the encoding cannot decode become
 * {@link #NOT_TEXT}, so a reader can name the line that holds them. Not thread-safe.
 */
public final class TextInput implements AutoCloseable {
  /** Stands for bytes that are not text. In Unicode this code point is never a character. */
  public static final char NOT_TEXT = '\uFFFF';

  static final char BYTE_ORDER_MARK = '\uFEFF';

  private static final int BYTES = 1 << 16;

  private final InputStream in;
  private final CharsetDecoder decoder;
  private final ByteBuffer bytes = ByteBuffer.allocate(BYTES).limit(0);
  private final CharBuffer characters = CharBuffer.allocate(BYTES).limit(0);
  private boolean ended;
  private boolean drained;

  private TextInput(InputStream in, Charset encoding) {
    this.in = in;
    this.decoder =
        encoding
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
  }

  /**
   * Opens a stream, which must support marks.
   *
   * @param declared the encoding; null to take the encoding from the byte-order mark, or UTF-8
   *     without such a mark
   */
  public static TextInput of(InputStream in, @Nullable Charset declared) throws IOException {
    in.mark(4);
    byte[] head = in.readNBytes(3);
    in.reset();
    Charset marked = marked(head);
    if (marked == null) {
      return new TextInput(in, declared == null ? StandardCharsets.UTF_8 : declared);
    }
    if (declared != null && !family(declared).equals(family(marked))) {
      throw new SourceException(
          "encoding "
              + family(marked)
              + " expected, as the byte-order mark says, got "
              + family(declared));
    }
    in.skipNBytes(marked.equals(StandardCharsets.UTF_8) ? 3 : 2);
    return new TextInput(in, marked);
  }

  private static @Nullable Charset marked(byte[] head) {
    if (Arrays.equals(head, new byte[] {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF})) {
      return StandardCharsets.UTF_8;
    }
    if (head.length < 2) {
      return null;
    }
    int two = (head[0] & 255) << 8 | (head[1] & 255);
    return two == 0xFFFE
        ? StandardCharsets.UTF_16LE
        : two == 0xFEFF ? StandardCharsets.UTF_16BE : null;
  }

  /** Returns the name that a mapping uses for an encoding. */
  private static String family(Charset encoding) {
    return encoding.name().startsWith("UTF-16")
        ? "utf-16"
        : encoding.equals(StandardCharsets.UTF_8) ? "utf-8" : "latin-1";
  }

  /** Consumes and returns the next character, or -1 at the end. */
  int next() throws IOException {
    return has(1) ? characters.get() : -1;
  }

  /** Returns the next character without consuming it, or -1 at the end. */
  int peek() throws IOException {
    return has(1) ? characters.get(characters.position()) : -1;
  }

  /** Consumes a text if it comes next. Returns whether the text was consumed. */
  boolean take(String text) throws IOException {
    if (!has(text.length())) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (characters.get(characters.position() + i) != text.charAt(i)) {
        return false;
      }
    }
    characters.position(characters.position() + text.length());
    return true;
  }

  private boolean has(int count) throws IOException {
    while (characters.remaining() < count && !drained) {
      characters.compact();
      decode();
      characters.flip();
    }
    return characters.remaining() >= count;
  }

  private void decode() throws IOException {
    CoderResult result = decoder.decode(bytes, characters, ended);
    if (result.isError()) {
      bytes.position(bytes.position() + result.length());
      characters.put(NOT_TEXT);
    } else if (result.isUnderflow() && !ended) {
      fill();
    } else if (result.isUnderflow()) {
      drained = decoder.flush(characters).isUnderflow();
    }
  }

  private void fill() throws IOException {
    bytes.compact();
    int read = in.read(bytes.array(), bytes.position(), bytes.remaining());
    ended = read < 0;
    bytes.position(bytes.position() + Math.max(read, 0)).flip();
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
