package io.unipin.serving.redis.tier;

import static io.unipin.serving.redis.tier.TierRows.sequence;
import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvReason;
import io.unipin.kvcache.KvTier;
import io.unipin.kvcache.KvTierLookup;
import io.unipin.kvcache.KvType;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Tests which rows come back from a tier, and that no wrong rows come back. Every kind of tier must
 * pass these tests.
 */
@Timeout(120)
abstract class KvTierContract {
  private static final int STEPS = 300;
  private static final int USERS = 6;

  /**
   * Opens the tier. The opened tier finds the rows that an earlier tier with the same secret wrote.
   */
  abstract KvTier open(byte... secret);

  /** Changes a byte in the middle of every chunk of every user. */
  abstract void damage();

  private KvTier open() {
    return open((byte) 1, (byte) 2, (byte) 3);
  }

  @ParameterizedTest
  @EnumSource(KvType.class)
  void restart_reloadsAllRowsAndTheState(KvType type) {
    KvLayout layout = new KvLayout(2, 2, 8, 320, type);
    try (TierCache world = new TierCache(open(), layout)) {
      assertThat(world.serve("user", sequence(200, 1))).isEqualTo(KvReason.ABSENT);
    }
    try (TierCache world = new TierCache(open(), layout)) {
      assertThat(world.serve("user", sequence(200, 1))).isEqualTo(KvReason.RELOADED);
      assertThat(world.serve("user", sequence(200, 1))).isEqualTo(KvReason.UNCHANGED);
      assertThat(world.serve("user", sequence(210, 1))).isEqualTo(KvReason.GROWN);
      assertThat(world.stats().counted(KvTierLookup.RELOADED)).isEqualTo(1);
      assertThat(world.stats().bytes().reloaded()).isPositive();
      assertThat(world.cache.stats().reloads()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(KvType.class)
  void request_withMoreActions_reloadsTheFirstRowsAndAppends(KvType type) {
    KvLayout layout = new KvLayout(1, 2, 4, 320, type);
    try (TierCache world = new TierCache(open(), layout)) {
      world.serve("user", sequence(100, 1));
      world.forget();
      assertThat(world.reused("user", sequence(130, 1))).isEqualTo(100);
      world.forget();
      assertThat(world.serve("user", sequence(131, 1))).isEqualTo(KvReason.RELOADED_PART);
      world.forget();
      assertThat(world.serve("user", sequence(131, 1))).isEqualTo(KvReason.RELOADED);
    }
  }

  @Test
  void request_ofOtherTokens_getsNoOtherRows() {
    int[] corrected = sequence(200, 1);
    corrected[150] = 9999;
    try (TierCache world = new TierCache(open())) {
      world.serve("user", sequence(200, 1));
      world.forget();
      assertThat(world.reused("user", corrected)).as("two whole chunks agree").isEqualTo(128);
      world.forget();
      assertThat(world.reused("user", sequence(100, 1))).as("a shorter history").isEqualTo(64);
      world.forget();
      assertThat(world.serve("user", sequence(100, 7))).isEqualTo(KvReason.ABSENT);
      world.forget();
      assertThat(world.serve("other", sequence(100, 7))).isEqualTo(KvReason.ABSENT);
    }
  }

  /**
   * The first request stores the state at the end of its 100 tokens. A later request with only the
   * first 64 tokens has no stored state, so it must encode its last row.
   */
  @Test
  void request_thatEndsWithAWholeChunk_encodesItsLastRow() {
    try (TierCache world = new TierCache(open())) {
      world.serve("user", sequence(100, 1));
      world.forget();
      assertThat(world.reused("user", sequence(64, 1))).isEqualTo(63);
      world.forget();
      assertThat(world.serve("user", sequence(64, 1))).isEqualTo(KvReason.RELOADED);
    }
  }

  @Test
  void tier_ofAnotherSecret_isNotRead() {
    try (TierCache world = new TierCache(open())) {
      world.serve("user", sequence(80, 1));
    }
    try (TierCache world = new TierCache(open((byte) 9))) {
      assertThat(world.serve("user", sequence(80, 1))).isEqualTo(KvReason.ABSENT);
    }
  }

  @Test
  void layout_ofAnotherShape_isNotRead() {
    try (TierCache world = new TierCache(open())) {
      world.serve("user", sequence(80, 1));
    }
    KvLayout other = new KvLayout(2, 4, 4, 320, KvType.FLOAT32);
    try (TierCache world = new TierCache(open(), other)) {
      assertThat(world.serve("user", sequence(80, 1))).isEqualTo(KvReason.ABSENT);
    }
  }

  @Test
  void chunk_withAWrongByte_isAMissAndIsWrittenAnew() {
    try (TierCache world = new TierCache(open())) {
      world.serve("user", sequence(200, 1));
      world.forget();
      damage();
      assertThat(world.serve("user", sequence(200, 1))).isEqualTo(KvReason.ABSENT);
      assertThat(world.stats().counted(KvTierLookup.FAILED)).isEqualTo(1);
      assertThat(world.stats().space().failures()).isEqualTo(1);
      world.forget();
      assertThat(world.serve("user", sequence(200, 1))).isEqualTo(KvReason.RELOADED);
      assertThat(world.stats().space().failures()).isEqualTo(1);
    }
  }

  @Test
  void erasure_ofAUser_leavesOthers() {
    try (TierCache world = new TierCache(open())) {
      world.serve("erased", sequence(200, 1));
      world.serve("other", sequence(200, 500));
      world.forget();
      assertThat(world.cache.erase("erased")).isPositive();
      assertThat(world.cache.erase("erased")).isZero();
      assertThat(world.serve("erased", sequence(200, 1))).isEqualTo(KvReason.ABSENT);
      assertThat(world.serve("other", sequence(200, 500))).isEqualTo(KvReason.RELOADED);
    }
  }

  @Test
  void erasure_beforeARestart_holds() {
    try (TierCache world = new TierCache(open())) {
      world.serve("erased", sequence(200, 1));
      world.cache.settleTier();
      world.cache.erase("erased");
    }
    try (TierCache world = new TierCache(open())) {
      assertThat(world.serve("erased", sequence(200, 1))).isEqualTo(KvReason.ABSENT);
    }
  }

  @Test
  void erasureOfAModel_dropsItsUsers() {
    try (TierCache world = new TierCache(open())) {
      world.serve("user", sequence(200, 1));
      world.forget();
      world.cache.eraseFingerprint("another");
      assertThat(world.serve("user", sequence(200, 1))).isEqualTo(KvReason.RELOADED);
      world.forget();
      world.cache.eraseFingerprint(TierCache.MODEL);
      assertThat(world.serve("user", sequence(200, 1))).isEqualTo(KvReason.ABSENT);
    }
  }

  /** Only user ids of the server's own requests begin with a control character. */
  @Test
  void internalUser_isNotWritten() {
    try (TierCache world = new TierCache(open())) {
      world.serve("\u0000warm-up", sequence(200, 1));
      world.forget();
      assertThat(world.serve("\u0000warm-up", sequence(200, 1))).isEqualTo(KvReason.ABSENT);
      assertThat(world.stats().bytes().written()).isZero();
    }
  }

  /** Every row that a request finds is compared with the row that its tokens must have. */
  @ParameterizedTest
  @EnumSource(KvType.class)
  void schedule_ofRequestsErasuresAndRestarts_givesNoWrongRows(KvType type) {
    Random random = new Random(type.bytes());
    KvLayout layout = new KvLayout(1, 2, 4, 320, type);
    Map<String, int[]> histories = new HashMap<>();
    Set<String> erased = new HashSet<>();
    int reloads = 0;
    TierCache world = new TierCache(open(), layout);
    for (int step = 0; step < STEPS; step++) {
      String user = "user" + random.nextInt(USERS);
      int choice = random.nextInt(20);
      if (choice < 14) {
        int[] tokens = next(random, histories.getOrDefault(user, new int[1]));
        histories.put(user, tokens);
        KvReason reason = world.serve(user, tokens);
        reloads += reason == KvReason.RELOADED || reason == KvReason.RELOADED_PART ? 1 : 0;
        if (erased.remove(user)) {
          assertThat(reason).isEqualTo(KvReason.ABSENT);
        }
      } else if (choice < 18) {
        world.forget();
      } else if (choice < 19 && step > STEPS / 2) {
        world.cache.erase(user);
        erased.add(user);
      } else {
        world.close();
        world = new TierCache(open(), layout);
      }
    }
    assertThat(world.stats().space().failures()).isZero();
    world.close();
    assertThat(reloads).isGreaterThan(10);
  }

  /** Returns a longer, a corrected, a shorter or the same history. */
  private static int[] next(Random random, int... last) {
    int choice = random.nextInt(10);
    if (choice < 6) {
      int[] longer = Arrays.copyOf(last, Math.min(320, last.length + 1 + random.nextInt(60)));
      for (int i = last.length; i < longer.length; i++) {
        longer[i] = random.nextInt(50);
      }
      return longer;
    }
    if (choice == 6 && last.length > 1) {
      int[] corrected = last.clone();
      corrected[1 + random.nextInt(last.length - 1)] = 50 + random.nextInt(50);
      return corrected;
    }
    return choice == 7 ? Arrays.copyOf(last, 1 + random.nextInt(last.length)) : last;
  }
}
