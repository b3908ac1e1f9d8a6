package io.unipin.train;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.FeedLog;
import io.unipin.model.features.AttributeConfig;
import io.unipin.train.recipe.AttributeNames;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToLongFunction;

/** Identifies a feed log by the size of each table and a checksum of all of its values. */
final class FeedLogDigest {
  private static final int SHOWN_BYTES = 6;

  private final MessageDigest digest;
  private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16);

  private FeedLogDigest() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the parts of a log by name, each with its size and checksum as text. */
  static Map<String, String> of(FeedLog log) {
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put("schema", log.schema().toString());
    parts.put("users", log.users() + " (" + users(log) + ")");
    parts.put("items", log.catalogue().size() + " (" + items(log.catalogue()) + ")");
    parts.put("actions", log.actions() + " (" + actions(log) + ")");
    parts.put("feedviews", log.views() + " (" + views(log) + ")");
    return parts;
  }

  private static String users(FeedLog log) {
    FeedLogDigest sum = new FeedLogDigest();
    for (int user = 0; user < log.users(); user++) {
      sum.text(log.user(user));
    }
    return sum.end();
  }

  private static String items(Catalogue catalogue) {
    FeedLogDigest sum = new FeedLogDigest();
    sum.numbers(catalogue.size(), catalogue::id);
    sum.numbers(catalogue.size(), catalogue::createdMs);
    float[] content = catalogue.content();
    sum.numbers(content.length, i -> Float.floatToIntBits(content[i]));
    return sum.end();
  }

  /** Returns the number and the checksum of all attributes that a model reads, as text. */
  static String attributes(Catalogue catalogue, AttributeConfig read) {
    FeedLogDigest sum = new FeedLogDigest();
    long count = 0;
    for (int row = 0; row < catalogue.size(); row++) {
      List<String> names = AttributeNames.of(catalogue, row, read);
      sum.number(names.size());
      names.forEach(sum::text);
      count += names.size();
    }
    return count + " (" + sum.end() + ")";
  }

  private static String actions(FeedLog log) {
    FeedLogDigest sum = new FeedLogDigest();
    sum.numbers(log.users() + 1, log::actionStart);
    sum.numbers(log.actions(), i -> log.actionItems()[i]);
    sum.numbers(log.actions(), i -> log.actionBits()[i]);
    sum.numbers(log.actions(), i -> log.actionSurfaces()[i]);
    sum.numbers(log.actions(), i -> log.actionTimes()[i]);
    return sum.end();
  }

  private static String views(FeedLog log) {
    FeedLogDigest sum = new FeedLogDigest();
    sum.numbers(log.users() + 1, log::viewStart);
    sum.numbers(log.views(), i -> log.viewSurfaces()[i]);
    sum.numbers(log.views(), i -> log.viewTimes()[i]);
    sum.numbers(log.views(), i -> log.viewHistory()[i]);
    sum.numbers(log.views() + 1, log::impressionStart);
    sum.numbers(log.impressions(), i -> log.impressionItems()[i]);
    sum.numbers(log.impressions(), i -> log.impressionBits()[i]);
    sum.numbers(log.impressionPositions().length, i -> log.impressionPositions()[i]);
    return sum.end();
  }

  private void text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    number(bytes.length);
    flush();
    digest.update(bytes);
  }

  private void numbers(int count, IntToLongFunction number) {
    for (int i = 0; i < count; i++) {
      number(number.applyAsLong(i));
    }
  }

  private void number(long number) {
    if (buffer.remaining() < Long.BYTES) {
      flush();
    }
    buffer.putLong(number);
  }

  private void flush() {
    digest.update(buffer.flip());
    buffer.clear();
  }

  private String end() {
    flush();
    return HexFormat.of().formatHex(digest.digest(), 0, SHOWN_BYTES);
  }
}
