package io.unipin.serving.erasure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.serving.bytes.MalformedBytesException;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.security.MacKeys;
import io.unipin.serving.security.Secrets;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that each erasure is applied exactly once, even after failures and restarts. */
final class ErasureReaderTest {
  private static final byte[] STORE = {1, 2, 3};
  private static final long SELF = 7;
  private static final long OTHER = 8;

  @TempDir Path folder;

  private final ChangingSecrets secrets = new ChangingSecrets();
  private final ErasureSeal seal = new ErasureSeal(secrets);
  private final List<String> erased = new ArrayList<>();
  private final List<String> confirmed = new ArrayList<>();
  private final FakeShared shared = new FakeShared();
  private boolean storeAway;
  private boolean storeBroken;
  private String broken = "";

  /** Secrets that can be replaced. */
  private static final class ChangingSecrets implements Secrets {
    private Secrets present = Secrets.own(new byte[32]);

    @Override
    public MacKeys keys(Purpose purpose) {
      return present.keys(purpose);
    }
  }

  /** Applied erasures and positions that the replicas of a fleet share, in memory. */
  private static final class FakeShared implements SharedErasures {
    final Map<String, ErasurePoint> points = new HashMap<>();
    final Set<String> made = new HashSet<>();
    boolean used;
    boolean away;

    @Override
    public boolean isUsed() {
      return used;
    }

    @Override
    public boolean isMade(String user, long timeMs) {
      return made.contains(user + timeMs);
    }

    @Override
    public Map<String, ErasurePoint> points() {
      return Map.copyOf(points);
    }

    @Override
    public void raise(Map<String, ErasurePoint> higher) {
      if (away) {
        throw new ServingException(FailureKind.UNAVAILABLE, "the store is away");
      }
      points.putAll(higher);
    }

    /** Returns the position up to which erasures are applied. */
    long position() {
      return points.getOrDefault("0", new ErasurePoint(0, 0)).position();
    }
  }

  private MadeErasures made(byte[] store) {
    return MadeErasures.open(folder.resolve("erasures.json"), store);
  }

  private ErasureReader reader(byte[] store) {
    return new ErasureReader(
        seal,
        SELF,
        made(store),
        this::erase,
        (name, existed) -> confirmed.add(name + existed),
        shared);
  }

  private boolean erase(String user, long timeMs) {
    if (storeAway) {
      throw new ServingException(FailureKind.UNAVAILABLE, "the store is away");
    }
    if (storeBroken || user.equals(broken)) {
      throw new MalformedBytesException("a row expected, got none");
    }
    shared.made.add(user + timeMs);
    return erased.add(user + timeMs);
  }

  /** Lets a reader try its held erasures until one of them is made. */
  private void awaitErased(ErasureReader reader, String expected) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!erased.contains(expected)) {
      assertThat(System.nanoTime()).as("%s is not erased", expected).isLessThan(end);
      reader.caughtUp();
      Thread.onSpinWait();
    }
  }

  private LoggedErasure logged(String user, long position, long writer) {
    return logged(seal, user, position, writer);
  }

  private static LoggedErasure logged(ErasureSeal seal, String user, long position, long writer) {
    return new LoggedErasure(
        seal.key(user), seal.value(user, 100, writer), "0", position, 1000 + position);
  }

  private static Secrets other() {
    return Secrets.own(new byte[] {1});
  }

  @Test
  void take_erasureOfAnotherServer_isMadeOnceAndConfirmed() {
    LoggedErasure gone = logged("gone", 5, OTHER);
    ErasureReader reader = reader(STORE);
    assertThat(reader.take(gone)).isTrue();
    assertThat(reader.take(gone)).isTrue();
    reader.caughtUp();
    assertThat(reader(STORE).take(gone)).isTrue();
    assertThat(erased).containsExactly("gone100");
    assertThat(confirmed).containsExactly(ErasureSeal.name(seal.key("gone"), 100) + true);
  }

  @Test
  void take_ownErasure_isLeftToTheCallThatWroteIt() {
    assertThat(reader(STORE).take(logged("gone", 5, SELF))).isTrue();
    assertThat(erased).isEmpty();
  }

  @Test
  void take_whileAStoreIsAway_holdsTheErasureUntilItIsMade() {
    ErasureReader reader = reader(STORE);
    storeAway = true;
    assertThat(reader.take(logged("gone", 5, OTHER))).isTrue();
    reader.caughtUp();
    assertThat(reader.failed()).isEqualTo(1);
    assertThat(reader.unreadable()).isZero();
    assertThat(confirmed).isEmpty();
    storeAway = false;
    awaitErased(reader, "gone100");
    assertThat(reader.failed()).isZero();
    assertThat(confirmed).containsExactly(ErasureSeal.name(seal.key("gone"), 100) + true);
  }

  /**
   * A malformed record may be skipped. An erasure must not be skipped when a store reads malformed
   * bytes from its disk.
   */
  @Test
  void take_whileAStoreReadsBrokenBytes_holdsTheErasureUntilItIsMade() {
    ErasureReader reader = reader(STORE);
    storeBroken = true;
    reader.take(logged("gone", 5, OTHER));
    storeBroken = false;
    awaitErased(reader, "gone100");
  }

  /** A store that fails for one user must not keep the data of others. */
  @Test
  void take_afterAnErasureThatFails_makesTheOthers_alsoAfterARestart() {
    broken = "u1";
    ErasureReader reader = reader(STORE);
    reader.take(logged("u1", 5, OTHER));
    reader.take(logged("u2", 6, OTHER));
    reader.caughtUp();
    assertThat(erased).containsExactly("u2100");
    ErasureReader again = reader(STORE);
    again.take(logged("u3", 7, OTHER));
    again.caughtUp();
    assertThat(again.failed()).isEqualTo(1);
    assertThat(erased).containsExactly("u2100", "u3100");
    assertThat(confirmed).hasSize(2);
    broken = "";
    awaitErased(again, "u1100");
    assertThat(confirmed).hasSize(3);
  }

  /** An erasure that is held and fails must not stop the held ones behind it. */
  @Test
  void caughtUp_afterAHeldErasureThatFails_makesTheOthers() {
    ErasureReader reader = reader(STORE);
    storeAway = true;
    reader.take(logged("u1", 5, OTHER));
    reader.take(logged("u2", 6, OTHER));
    storeAway = false;
    broken = "u1";
    awaitErased(reader, "u2100");
    assertThat(reader.failed()).isEqualTo(1);
  }

  @Test
  void take_ofMoreFailedErasuresThanAreHeld_fails() {
    ErasureReader reader = reader(STORE);
    storeAway = true;
    for (int i = 0; i < 10_000; i++) {
      reader.take(logged("u" + i, i, OTHER));
    }
    assertThatThrownBy(() -> reader.take(logged("more", 10_000, OTHER)))
        .isInstanceOf(ServingException.class);
  }

  @Test
  void replay_whileAStoreReadsBrokenBytes_fails() {
    ErasureReplay replay =
        new ErasureReplay(
            seal,
            ErasureReplay.Unreadable.WAIT,
            (place, one) -> {
              throw new MalformedBytesException("a row expected, got none");
            });
    assertThatThrownBy(() -> replay.take(logged("gone", 5, OTHER)))
        .isInstanceOf(MalformedBytesException.class);
  }

  @Test
  void take_withAnotherStore_orATopicMadeAnew_makesAllAgain() {
    ErasureReader reader = reader(STORE);
    reader.take(logged("gone", 5, OTHER));
    reader.caughtUp();
    reader(new byte[] {9}).take(logged("gone", 5, OTHER));
    assertThat(erased).hasSize(2);
    ErasureReader same = reader(STORE);
    same.take(new LoggedErasure(seal.key("new"), seal.value("new", 200, OTHER), "0", 0, 9_000_000));
    assertThat(erased).hasSize(3);
  }

  @Test
  void take_whatNobodyCanRead_isRefusedAndTheNextIsTaken() {
    ErasureReader reader = reader(STORE);
    assertThat(reader.take(new LoggedErasure(new byte[32], new byte[] {1, 2}, "0", 2, 2)))
        .isFalse();
    assertThat(reader.take(logged("gone", 5, OTHER))).isTrue();
    reader.caughtUp();
    assertThat(reader.unreadable()).isZero();
    assertThat(erased).containsExactly("gone100");
  }

  @Test
  void take_underAnUnknownSecret_isHeldUntilTheSecretAppears() throws IOException {
    ErasureReader reader = reader(STORE);
    assertThat(reader.take(logged(new ErasureSeal(other()), "late", 1, OTHER))).isFalse();
    assertThat(reader.take(logged("gone", 5, OTHER))).isTrue();
    reader.caughtUp();
    assertThat(reader.unreadable()).isEqualTo(1);
    assertThat(erased).containsExactly("gone100");
    assertThat(confirmed).hasSize(1);
    assertThat(Files.readString(folder.resolve("erasures.json")))
        .contains("\"format\":2")
        .doesNotContain("late");
    // The erasure is not lost, although the reader restarts and the log no longer has the record.
    ErasureReader again = reader(STORE);
    again.caughtUp();
    assertThat(again.unreadable()).isEqualTo(1);
    secrets.present = other();
    again.caughtUp();
    assertThat(again.unreadable()).isZero();
    assertThat(erased).containsExactly("gone100", "late100");
    assertThat(confirmed)
        .last()
        .isEqualTo(ErasureSeal.name(new ErasureSeal(other()).key("late"), 100) + true);
    assertThat(Files.readString(folder.resolve("erasures.json"))).contains("\"format\":1");
    reader(STORE).caughtUp();
    assertThat(erased).hasSize(2);
  }

  @Test
  void take_ofALaterServer_isHeld() {
    ErasureReader reader = reader(STORE);
    byte[] later = seal.value("u", 1, OTHER);
    later[0] = 2;
    assertThat(reader.take(new LoggedErasure(seal.key("u"), later, "0", 3, 3))).isFalse();
    reader.caughtUp();
    assertThat(reader.unreadable()).isEqualTo(1);
    secrets.present = other();
    reader.caughtUp();
    assertThat(reader.unreadable()).as("another secret does not help").isEqualTo(1);
  }

  @Test
  void sharedPoints_neverPassAnErasureThatIsNotMade() {
    shared.used = true;
    ErasureReader reader = reader(STORE);
    reader.take(logged("one", 3, OTHER));
    reader.caughtUp();
    assertThat(shared.position()).isEqualTo(4);
    storeAway = true;
    LoggedErasure failing = logged("two", 4, OTHER);
    reader.take(failing);
    reader.caughtUp();
    assertThat(shared.position()).isEqualTo(4);
    storeAway = false;
    awaitErased(reader, "two100");
    reader.take(logged(new ErasureSeal(other()), "unreadable", 6, OTHER));
    reader.take(logged("three", 8, OTHER));
    reader.caughtUp();
    assertThat(shared.position()).isEqualTo(6);
    secrets.present = other();
    reader.caughtUp();
    assertThat(shared.position()).isEqualTo(9);
    assertThat(shared.points()).containsEntry("0", new ErasurePoint(9, 1008));
  }

  /** The call that wrote an erasure may have failed, or its server may have died. */
  @Test
  void sharedPoints_waitForTheCallThatWroteTheErasure() {
    shared.used = true;
    ErasureReader reader = reader(STORE);
    reader.take(logged("own", 3, SELF));
    reader.take(logged("other", 4, OTHER));
    reader.caughtUp();
    assertThat(shared.position()).isEqualTo(3);
    shared.made.add("own100");
    reader.caughtUp();
    assertThat(shared.position()).isEqualTo(5);
    assertThat(erased).containsExactly("other100");

    reader.take(logged("failed", 7, SELF));
    reader.caughtUp();
    assertThat(shared.position()).isEqualTo(7);
    ErasureReader again = reader(STORE);
    again.caughtUp();
    assertThat(erased).containsExactly("other100", "failed100");
    assertThat(shared.position()).isEqualTo(8);
  }

  @Test
  void sharedPoints_whileTheStoreIsAway_areNotedLater() {
    shared.used = true;
    shared.away = true;
    ErasureReader reader = reader(STORE);
    reader.take(logged("one", 3, OTHER));
    reader.caughtUp();
    assertThat(shared.points).isEmpty();
    shared.away = false;
    reader.caughtUp();
    assertThat(shared.position()).isEqualTo(4);
  }

  @Test
  void begin_atSharedPoints_makesOnlyWhatCameLater() {
    MadeErasures made = made(STORE);
    assertThat(made.isNew()).isTrue();
    made.begin(Map.of("0", new ErasurePoint(5, 1004)));
    ErasureReader reader =
        new ErasureReader(seal, SELF, made, this::erase, (name, existed) -> {}, shared);
    assertThat(made.from("0")).isEqualTo(5);
    assertThat(made.from("1")).isZero();
    reader.take(logged("before", 4, OTHER));
    reader.take(logged("after", 5, OTHER));
    reader.caughtUp();
    assertThat(erased).containsExactly("after100");
    assertThat(made(STORE).isNew()).isFalse();
  }

  /** Reads a file that a server of the previous version wrote. */
  @Test
  void fileOfFormat1_isRead() throws IOException {
    try (InputStream file = ErasureReaderTest.class.getResourceAsStream("erasures-1.json")) {
      Files.write(folder.resolve("erasures.json"), file.readAllBytes());
    }
    MadeErasures made = made(STORE);
    assertThat(made.from("0")).isEqualTo(6);
    assertThat(made.from("1")).isEqualTo(2);
    assertThat(made.lastMs()).isEqualTo(1005);
    assertThat(made.held()).isEmpty();
  }

  @Test
  void fileOfALaterFormat_makesAllAgain() throws IOException {
    Files.writeString(folder.resolve("erasures.json"), "{\"format\":3,\"next\":{\"0\":9}}");
    assertThat(made(STORE).from("0")).isZero();
  }

  @Test
  void damagedFile_makesAllAgain() throws IOException {
    Files.writeString(folder.resolve("erasures.json"), "{");
    assertThat(reader(STORE).take(logged("gone", 5, OTHER))).isTrue();
    assertThat(erased).hasSize(1);
  }
}
