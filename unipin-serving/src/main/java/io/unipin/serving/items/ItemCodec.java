package io.unipin.serving.items;

import io.unipin.serving.bytes.ByteReader;
import io.unipin.serving.bytes.ByteWriter;
import io.unipin.serving.bytes.MalformedBytesException;
import java.util.List;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * The byte format of a stored item. The bytes do not hold the item's id, because the database key
 * holds it.
 *
 * <p>Damaged bytes cause a {@link MalformedBytesException}.
 */
final class ItemCodec {
  /*
   * byte    version: 1, 2 for an item with a key, or 3 for an item with attributes
   * varint  revision
   * zigzag  time of appearance in milliseconds, 0 when unknown
   * zigzag  time of expiry in milliseconds, 0 for never
   * title, category, author: varint bytes, then UTF-8
   * key     from version 2 on: varint bytes, then UTF-8; may be empty in version 3
   * varint  number of content values, then 4 bytes for each
   * varint  in version 3: number of attributes; each of them: varint bytes, then UTF-8
   */
  private static final byte WITHOUT_KEY = 1;

  private static final byte WITH_KEY = 2;

  private static final byte WITH_ATTRIBUTES = 3;

  private ItemCodec() {}

  static byte[] encode(StoredItem stored) {
    PutItem item = stored.item();
    ByteWriter out = new ByteWriter(64 + Float.BYTES * item.content().length);
    byte version = version(item);
    out.int8(version).varint(stored.revision());
    out.zigzag(item.createdMs()).zigzag(item.expiresMs());
    out.text(item.title()).text(item.category()).text(item.author());
    if (version != WITHOUT_KEY) {
      out.text(item.key());
    }
    writeContent(out, item);
    if (version == WITH_ATTRIBUTES) {
      writeAttributes(out, item);
    }
    return out.toByteArray();
  }

  /**
   * Returns a hash of all fields from which a model computes the item's vector. Every server
   * computes the same number. A revision, in contrast, has a meaning only in its own server.
   */
  static long contentNumber(PutItem item) {
    ByteWriter out = new ByteWriter(16 + Float.BYTES * item.content().length);
    out.text(item.category()).text(item.author());
    writeContent(out, item);
    writeAttributes(out, item);
    return ByteReader.of(DigestUtils.sha256(out.toByteArray())).int64();
  }

  private static void writeContent(ByteWriter out, PutItem item) {
    out.varint(item.content().length);
    for (float number : item.content()) {
      out.int32(Float.floatToRawIntBits(number));
    }
  }

  private static void writeAttributes(ByteWriter out, PutItem item) {
    out.varint(item.attributes().size());
    item.attributes().forEach(out::text);
  }

  /** Returns the earliest version that can hold all fields of an item. */
  private static byte version(PutItem item) {
    if (!item.attributes().isEmpty()) {
      return WITH_ATTRIBUTES;
    }
    return item.key().isEmpty() ? WITHOUT_KEY : WITH_KEY;
  }

  static StoredItem decode(long id, byte[] bytes) {
    ByteReader in = ByteReader.of(bytes);
    byte version = in.int8();
    if (version < WITHOUT_KEY || version > WITH_ATTRIBUTES) {
      throw new MalformedBytesException(
          "an item's record of version %s to %s expected, got %s"
              .formatted(WITHOUT_KEY, WITH_ATTRIBUTES, version));
    }
    long revision = in.varint();
    if (revision < 0) {
      throw new MalformedBytesException("a revision of 0 or more expected, got " + revision);
    }
    long created = in.zigzag();
    long expires = in.zigzag();
    String title = in.text();
    String category = in.text();
    String author = in.text();
    String key = version == WITHOUT_KEY ? "" : in.text();
    float[] content = new float[in.count(Float.BYTES)];
    for (int i = 0; i < content.length; i++) {
      content[i] = Float.intBitsToFloat(in.int32());
    }
    String[] attributes = new String[version == WITH_ATTRIBUTES ? in.count(1) : 0];
    for (int i = 0; i < attributes.length; i++) {
      attributes[i] = in.text();
    }
    in.end();
    PutItem item =
        new PutItem(
            id, title, category, author, created, content, expires, key, List.of(attributes));
    return new StoredItem(revision, item);
  }
}
