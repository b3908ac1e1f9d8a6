package io.unipin.serving.items;

import io.unipin.serving.bytes.ByteReader;
import io.unipin.serving.bytes.ByteWriter;
import io.unipin.serving.bytes.MalformedBytesException;
import java.nio.charset.StandardCharsets;

/**
 * The byte format of a stored item. The id of the item is not in the bytes but in their key.
 *
 * <p>Damaged bytes cause a {@link MalformedBytesException}.
 */
final class ItemCodec {
  /*
   * byte    version: 1, or 2 for an item with a key
   * varint  revision
   * zigzag  time of appearance in milliseconds, 0 when unknown
   * zigzag  time of expiry in milliseconds, 0 for never
   * title, category, author: varint bytes, then UTF-8
   * key     in version 2: varint bytes, then UTF-8
   * varint  numbers of content, then 4 bytes for each
   */
  private static final byte WITHOUT_KEY = 1;

  private static final byte WITH_KEY = 2;

  private ItemCodec() {}

  static byte[] encode(StoredItem stored) {
    PutItem item = stored.item();
    ByteWriter out = new ByteWriter(64 + Float.BYTES * item.content().length);
    out.int8(item.key().isEmpty() ? WITHOUT_KEY : WITH_KEY).varint(stored.revision());
    out.zigzag(item.createdMs()).zigzag(item.expiresMs());
    write(out, item.title());
    write(out, item.category());
    write(out, item.author());
    if (!item.key().isEmpty()) {
      write(out, item.key());
    }
    out.varint(item.content().length);
    for (float number : item.content()) {
      out.int32(Float.floatToRawIntBits(number));
    }
    return out.toByteArray();
  }

  private static void write(ByteWriter out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.varint(bytes.length).bytes(bytes);
  }

  static StoredItem decode(long id, byte[] bytes) {
    ByteReader in = ByteReader.of(bytes);
    byte version = in.int8();
    if (version != WITHOUT_KEY && version != WITH_KEY) {
      throw new MalformedBytesException(
          "an item's record of version %s or %s expected, got %s"
              .formatted(WITHOUT_KEY, WITH_KEY, version));
    }
    long revision = in.varint();
    if (revision < 0) {
      throw new MalformedBytesException("a revision of 0 or more expected, got " + revision);
    }
    long created = in.zigzag();
    long expires = in.zigzag();
    String title = text(in);
    String category = text(in);
    String author = text(in);
    String key = version == WITHOUT_KEY ? "" : text(in);
    float[] content = new float[in.count(Float.BYTES)];
    for (int i = 0; i < content.length; i++) {
      content[i] = Float.intBitsToFloat(in.int32());
    }
    in.end();
    return new StoredItem(
        revision, new PutItem(id, title, category, author, created, content, expires, key));
  }

  private static String text(ByteReader in) {
    return new String(in.bytes(in.count(1)), StandardCharsets.UTF_8);
  }
}
