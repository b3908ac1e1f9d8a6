package io.unipin.serving.erasure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.security.Secrets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that each erasure is made exactly once, even after failures and restarts. */
final class ErasureReaderTest {
  private static final byte[] STORE = {1, 2, 3};
  private static final long SELF = 7;
  private static final long OTHER = 8;

  @TempDir Path folder;

  private final ErasureSeal seal = new ErasureSeal(Secrets.own(new byte[32]));
  private final List<String> erased = new ArrayList<>();
  private final List<String> confirmed = new ArrayList<>();
  private boolean storeAway;

  private MadeErasures made(byte[] store) {
    return MadeErasures.open(folder.resolve("erasures.json"), store);
  }

  private ErasureReader reader(byte[] store) {
    return new ErasureReader(
        seal, SELF, made(store), this::erase, (name, existed) -> confirmed.add(name + existed));
  }

  private boolean erase(String user, long timeMs) {
    if (storeAway) {
      throw new ServingException(FailureKind.UNAVAILABLE, "the store is away");
    }
    return erased.add(user + timeMs);
  }

  private LoggedErasure logged(String user, long position, long writer) {
    return new LoggedErasure(
        seal.key(user), seal.value(user, 100, writer), "0", position, 1000 + position);
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
  void take_whileAStoreIsAway_failsSoThatItComesAgain() {
    LoggedErasure gone = logged("gone", 5, OTHER);
    ErasureReader reader = reader(STORE);
    storeAway = true;
    assertThatThrownBy(() -> reader.take(gone)).isInstanceOf(ServingException.class);
    assertThat(confirmed).isEmpty();
    storeAway = false;
    reader.take(gone);
    assertThat(erased).containsExactly("gone100");
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
    LoggedErasure foreign =
        new LoggedErasure(
            seal.key("x"),
            new ErasureSeal(Secrets.own(new byte[] {1})).value("x", 1, OTHER),
            "0",
            1,
            1);
    ErasureReader reader = reader(STORE);
    assertThat(reader.take(foreign)).isFalse();
    assertThat(reader.take(new LoggedErasure(new byte[32], new byte[] {1, 2}, "0", 2, 2)))
        .isFalse();
    assertThat(reader.take(logged("gone", 5, OTHER))).isTrue();
    assertThat(erased).containsExactly("gone100");
  }

  @Test
  void damagedFile_makesAllAgain() throws IOException {
    Files.writeString(folder.resolve("erasures.json"), "{");
    assertThat(reader(STORE).take(logged("gone", 5, OTHER))).isTrue();
    assertThat(erased).hasSize(1);
  }
}
