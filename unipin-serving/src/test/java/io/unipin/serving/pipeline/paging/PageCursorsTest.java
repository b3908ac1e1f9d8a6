package io.unipin.serving.pipeline.paging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.security.Secrets;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

final class PageCursorsTest {
  private static final PageConfig CONFIG = new PageConfig(5, 10, 20, Duration.ofMinutes(1));

  private final AtomicLong now = new AtomicLong(1_000_000);
  private final PageCursors cursors = new PageCursors(Secrets.own(new byte[32]), CONFIG, now::get);

  @Test
  void open_ownCursor_returnsItems() {
    long[] items = {5, -3, Long.MAX_VALUE, Long.MIN_VALUE, 5, 0};
    assertThat(cursors.open("u", cursors.issue("u", items)))
        .containsExactly(Long.MIN_VALUE, -3, 0, 5, Long.MAX_VALUE);
    assertThat(cursors.open("u", cursors.issue("u", new long[0]))).isEmpty();
    assertThat(cursors.open("u", "")).isEmpty();
  }

  @Test
  void issue_longFeed_ends() {
    assertThat(cursors.issue("u", new long[19])).isNotEmpty();
    assertThat(cursors.issue("u", new long[20])).isEmpty();
  }

  @Test
  void open_changedOrForeignCursor_isInvalid() {
    String cursor = cursors.issue("u", new long[] {1, 2, 3});
    Random random = new Random(3);
    for (int trial = 0; trial < 200; trial++) {
      char[] changed = cursor.toCharArray();
      int at = random.nextInt(changed.length - 1);
      changed[at] = changed[at] == 'A' ? 'B' : 'A';
      assertInvalid("u", new String(changed));
      assertInvalid("u", cursor.substring(0, random.nextInt(cursor.length() - 1) + 1));
    }
    assertInvalid("other", cursor);
    assertInvalid("u", "x".repeat(1_000_000));
    assertInvalid("u", "not a cursor!");
    byte[] otherSecret = new byte[32];
    otherSecret[0] = 1;
    Secrets others = Secrets.own(otherSecret);
    assertInvalid("u", new PageCursors(others, CONFIG, now::get).issue("u", new long[] {1}));
  }

  @Test
  void open_oldCursor_isInvalid() {
    String cursor = cursors.issue("u", new long[] {1});
    now.addAndGet(60_000);
    assertThat(cursors.open("u", cursor)).containsExactly(1);
    now.addAndGet(1);
    assertInvalid("u", cursor);
  }

  /** {@code cursor-1.json} contains a cursor of version 1, and the data from which it was made. */
  @Test
  void open_cursorOfVersion1_returnsItems() throws IOException {
    JsonNode made;
    try (InputStream in = getClass().getResourceAsStream("cursor-1.json")) {
      made = new ObjectMapper().readTree(in);
    }
    Secrets secret = Secrets.own(HexFormat.of().parseHex(made.path("secret").asText()));
    PageCursors then = new PageCursors(secret, CONFIG, () -> made.path("issuedMs").asLong());
    long[] items =
        StreamSupport.stream(made.path("items").spliterator(), false)
            .mapToLong(JsonNode::asLong)
            .toArray();
    assertThat(items).hasSize(5);
    String user = made.path("user").asText();
    String cursor = made.path("cursor").asText();
    assertThat(then.open(user, cursor)).isEqualTo(items);
    assertThat(then.issue(user, items)).isEqualTo(cursor);
    long end = made.path("issuedMs").asLong() + CONFIG.cursorTimeToLive().toMillis();
    assertThat(new PageCursors(secret, CONFIG, () -> end).open(user, cursor)).isEqualTo(items);
    PageCursors late = new PageCursors(secret, CONFIG, () -> end + 1);
    assertThatThrownBy(() -> late.open(user, cursor)).isInstanceOf(ServingException.class);
  }

  private void assertInvalid(String user, String cursor) {
    assertThatThrownBy(() -> cursors.open(user, cursor))
        .isInstanceOfSatisfying(
            ServingException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(FailureKind.INVALID);
              assertThat(e.violations())
                  .singleElement()
                  .extracting("field")
                  .isEqualTo("page_cursor");
            });
  }
}
