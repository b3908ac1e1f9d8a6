package io.unipin.serving.items;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.model.EngineOptions;
import io.unipin.serving.bundle.BundleHolder;
import io.unipin.serving.bundle.BundleLease;
import io.unipin.serving.bundle.BundleReader;
import io.unipin.serving.bundle.ContentBundles;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.settings.ByteSize;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests that a change of items reaches all other bundles if one bundle fails to make it. */
@Timeout(120)
final class FailingBundleTest {
  private static final long OWN = ContentBundles.FIRST_ID;
  private static final PutItem NEW = ContentBundles.late().get(0);

  @TempDir Path folder;
  private final BundleHolder serving = new BundleHolder(drained -> {}, true);
  private final BundleHolder arm = new BundleHolder(drained -> {});
  private final BundleHolder shadow = new BundleHolder(drained -> {});
  private ItemStore store;
  private ItemChanges changes;
  private long now = 1_700_000_000_000L;

  @BeforeEach
  void load() {
    ItemsConfig config = new ItemsConfig(folder, 8, new ByteSize(1 << 20), 1000);
    store = ItemStore.open(folder.resolve("items"));
    changes = new ItemChanges(serving, List.of(arm, shadow), store, config, () -> now);
    ContentBundles.publish(folder, "early", ContentBundles.EARLY, 1, folder.resolve("s1"));
    BundleReader reader =
        new BundleReader(folder, EngineOptions.cpu().withLiveItems(config.slots()));
    for (BundleHolder holder : List.of(serving, arm, shadow)) {
      LoadedBundle bundle = reader.load("early");
      changes.serve(holder, bundle, () -> holder.swap(bundle));
    }
  }

  @AfterEach
  void close() {
    serving.close();
    arm.close();
    shadow.close();
    store.close();
  }

  /** Makes every later change of a bundle's index fail. */
  private static void breakIndex(BundleHolder holder) {
    holder.ifServing(bundle -> bundle.index().close());
  }

  private static boolean serves(BundleHolder holder, long id) {
    try (BundleLease lease = holder.acquire()) {
      return lease.bundle().index().holds(id);
    }
  }

  @Test
  void put_ownBundleFails_reachesTheOthers() {
    breakIndex(serving);
    assertThatThrownBy(() -> changes.put(List.of(NEW))).hasMessageContaining("an open index");
    assertThat(store.index().holds(NEW.id())).isTrue();
    assertThat(serves(arm, NEW.id())).isTrue();
    assertThat(serves(shadow, NEW.id())).isTrue();
  }

  @Test
  void delete_aBundleFails_reachesTheOthers() {
    changes.put(List.of(NEW));
    for (BundleHolder broken : List.of(serving, arm)) {
      breakIndex(broken);
      long id = broken == serving ? OWN : NEW.id();
      assertThatThrownBy(() -> changes.delete(new long[] {id}))
          .hasMessageContaining("an open index");
      assertThat(serves(shadow, id)).isFalse();
    }
  }

  @Test
  void expiry_ownBundleFails_reachesTheOthers() {
    PutItem brief =
        new PutItem(NEW.id(), "brief", "", "", 0, NEW.content(), now + 1000, "", List.of());
    changes.put(List.of(brief));
    breakIndex(serving);
    now += 1000;
    assertThatThrownBy(() -> changes.tidy()).hasMessageContaining("an open index");
    assertThat(serves(arm, NEW.id())).isFalse();
    changes.tidy();
  }

  @Test
  void change_armFails_deletionReachesTheOthers() {
    breakIndex(arm);
    assertThatThrownBy(() -> changes.change(List.of(), new long[] {OWN}))
        .hasMessageContaining("an open index");
    assertThat(serves(serving, OWN)).isFalse();
    assertThat(serves(shadow, OWN)).isFalse();
  }

  @Test
  void restore_armFails_reachesTheOthers() {
    changes.delete(new long[] {OWN});
    breakIndex(arm);
    changes.change(List.of(new ItemWriter.Upsert(OWN, List.of())), new long[0]);
    assertThat(serves(serving, OWN)).isTrue();
    assertThat(serves(shadow, OWN)).isTrue();
  }
}
