package io.unipin.serving.pipeline.paging;

import io.unipin.serving.failure.ServingException;
import io.unipin.serving.security.Secrets;
import io.unipin.tests.fuzz.FuzzTarget;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.stream.LongStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Reads arbitrary page cursors. The first byte of an input says what the other bytes are: the text
 * of the cursor, or content that the target signs. The reader must not trust even signed content.
 */
public final class PageCursorTarget implements FuzzTarget {
  private static final byte[] SECRET =
      "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final long NOW = 1_700_000_000_000L;
  private static final String USER = "user";
  private static final byte TEXT = 0;
  private static final byte SIGNED = 1;
  private static final int MAC_BYTES = 16;

  private final PageCursors cursors =
      new PageCursors(
          Secrets.own(SECRET), new PageConfig(20, 100, 1000, Duration.ofHours(1)), () -> NOW);

  @Override
  public Map<String, byte[]> seeds() {
    byte[] few = cursors.issue(USER, new long[] {5, 7, -3}).getBytes(StandardCharsets.US_ASCII);
    byte[] many =
        cursors.issue(USER, LongStream.range(0, 999).toArray()).getBytes(StandardCharsets.US_ASCII);
    byte[] body = Base64.getUrlDecoder().decode(few);
    byte[] signed =
        ByteBuffer.allocate(body.length - MAC_BYTES).put(body, 0, body.length - MAC_BYTES).array();
    return Map.of(
        "empty", new byte[] {TEXT},
        "text", with(TEXT, few),
        "long", with(TEXT, many),
        "signed", with(SIGNED, signed));
  }

  private static byte[] with(byte kind, byte[] rest) {
    return ByteBuffer.allocate(1 + rest.length).put(kind).put(rest).array();
  }

  @Override
  public void run(byte[] input) throws GeneralSecurityException {
    if (input.length == 0) {
      return;
    }
    byte[] rest = Arrays.copyOfRange(input, 1, input.length);
    String cursor =
        input[0] == SIGNED
            ? Base64.getUrlEncoder().withoutPadding().encodeToString(signed(rest))
            : new String(rest, StandardCharsets.ISO_8859_1);
    try {
      cursors.open(USER, cursor);
    } catch (ServingException e) {
      // The reader refuses the cursor.
    }
  }

  /**
   * Returns a cursor with this content. The cursor is signed for a user, as the service signs it.
   */
  private static byte[] signed(byte[] bytes) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(SECRET, "HmacSHA256"));
    byte[] id = USER.getBytes(StandardCharsets.UTF_8);
    mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, id.length));
    mac.update(id);
    mac.update(bytes);
    return ByteBuffer.allocate(bytes.length + MAC_BYTES)
        .put(bytes)
        .put(mac.doFinal(), 0, MAC_BYTES)
        .array();
  }
}
