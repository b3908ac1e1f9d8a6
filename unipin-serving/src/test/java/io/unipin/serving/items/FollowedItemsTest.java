package io.unipin.serving.items;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.feedlog.Catalogue;
import io.unipin.model.EngineOptions;
import io.unipin.serving.bundle.BundleHolder;
import io.unipin.serving.bundle.BundleLease;
import io.unipin.serving.bundle.BundleReader;
import io.unipin.serving.bundle.ContentBundles;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.items.live.ItemView;
import io.unipin.settings.ByteSize;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests what a server does with puts that another server has accepted. */
@Timeout(120)
final class FollowedItemsTest {
  private static final int LIMIT = 4;
  private static final PutItem NEW = ContentBundles.late().get(0);

  @TempDir Path folder;
  private final BundleHolder serving = new BundleHolder(drained -> {}, true);
  private BundleReader reader;
  private ItemStore store;
  private ItemChanges changes;
  private FollowedItems followed;
  private long now = 1_700_000_000_000L;

  @BeforeEach
  void load() {
    open(1 << 20);
    ContentBundles.publish(folder, "early", ContentBundles.EARLY, 1, folder.resolve("s1"));
    serve("early");
  }

  private void open(long maxBytes) {
    ItemsConfig config = new ItemsConfig(folder, LIMIT, new ByteSize(maxBytes), 1000);
    store = ItemStore.open(folder.resolve("items"));
    changes = new ItemChanges(serving, List.of(), store, config, () -> now);
    followed = new FollowedItems(changes);
    reader = new BundleReader(folder, EngineOptions.cpu().withLiveItems(config.slots()));
  }

  @AfterEach
  void close() {
    serving.close();
    store.close();
  }

  private void serve(String name) {
    LoadedBundle next = reader.load(name);
    changes.serve(next, () -> serving.swap(next));
  }

  private ItemVerdict put(PutItem item) {
    return followed.put(List.of(item)).get(0);
  }

  private static PutItem with(PutItem item, String title, float[] content, long expiresMs) {
    return new PutItem(item.id(), title, "", "", 0, content, expiresMs, "", List.of());
  }

  /** Returns the title under which the bundle serves an id; empty if it does not serve the id. */
  private String title(long id) {
    try (BundleLease lease = serving.acquire();
        ItemView view = lease.bundle().items().open()) {
      int row = view.row(id);
      boolean found = row != Catalogue.UNKNOWN && lease.bundle().index().holds(id);
      return found ? view.title(row) : "";
    }
  }

  @Test
  void put_slotsAreHeldByAReader_isKeptAndServedLater() {
    put(with(NEW, "first", NEW.content(), 0));
    try (BundleLease lease = serving.acquire()) {
      ItemView slow = lease.bundle().items().open();
      for (int i = 0; i < 3 * LIMIT; i++) {
        ItemVerdict verdict = put(with(NEW, "title " + i, NEW.content(), 0));
        assertThat(verdict.outcome()).as(verdict.reason()).isNotEqualTo(Outcome.REFUSED);
      }
      slow.close();
    }
    changes.tidy();
    assertThat(title(NEW.id())).isEqualTo("title " + (3 * LIMIT - 1));
    assertThat(put(with(NEW, "title " + (3 * LIMIT - 1), NEW.content(), 0)).outcome())
        .isEqualTo(Outcome.UNCHANGED);
  }

  @Test
  void put_moreThanTheBundleMayServe_isKeptForOtherBundles() {
    List<PutItem> late = ContentBundles.late();
    List<ItemVerdict> verdicts = followed.put(late);
    assertThat(verdicts.subList(0, LIMIT))
        .extracting(ItemVerdict::outcome)
        .containsOnly(Outcome.ADDED);
    assertThat(verdicts.subList(LIMIT, late.size()))
        .allSatisfy(
            verdict -> {
              assertThat(verdict.outcome()).isEqualTo(Outcome.NOT_SERVED);
              assertThat(verdict.reason()).isEqualTo("room for the item expected, got none");
            });
    assertThat(changes.itemsStatus().served()).isEqualTo(LIMIT);
    changes.delete(new long[] {late.get(0).id()});
    changes.tidy();
    assertThat(changes.itemsStatus().served()).as("the freed room is used").isEqualTo(LIMIT);
    ContentBundles.publish(folder, "whole", ContentBundles.ALL, 1, folder.resolve("s2"));
    serve("whole");
    assertThat(changes.itemsStatus().stored()).isEqualTo(late.size() - 1);
  }

  @Test
  void put_contentThatOnlyThisBundleRefuses_replacesTheEarlierItem() {
    put(NEW);
    float[] longer = NEW.content().clone();
    for (int i = 0; i < longer.length; i++) {
      longer[i] *= 1000;
    }
    ItemVerdict verdict = put(with(NEW, "of another bundle", longer, 0));
    assertThat(verdict.outcome()).isEqualTo(Outcome.NOT_SERVED);
    assertThat(verdict.reason()).startsWith("content: a vector of length ");
    assertThat(store.read(NEW.id()).orElseThrow().item().title()).isEqualTo("of another bundle");
    assertThat(title(NEW.id())).as("the item that was replaced").isEmpty();
  }

  @Test
  void put_expiredMeanwhile_isADeletion() {
    PutItem own = ContentBundles.item(0);
    put(with(NEW, "without end", NEW.content(), 0));
    List<ItemVerdict> verdicts =
        followed.put(
            List.of(
                with(NEW, "over", NEW.content(), now),
                ContentBundles.late().get(1),
                with(own, "over", own.content(), now)));
    assertThat(verdicts)
        .extracting(ItemVerdict::outcome)
        .containsExactly(Outcome.DELETED, Outcome.ADDED, Outcome.DELETED);
    assertThat(title(NEW.id())).isEmpty();
    assertThat(title(own.id())).isEmpty();
  }

  @Test
  void put_wrongOrBeyondTheBytes_isRefused() {
    assertThat(put(with(NEW, "x".repeat(2000), NEW.content(), 0)).reason())
        .isEqualTo("title: at most 1024 characters expected, got 2000");
    store.close();
    open(150);
    serve("early");
    assertThat(put(NEW).outcome()).isEqualTo(Outcome.ADDED);
    assertThat(put(ContentBundles.late().get(1)).reason())
        .startsWith("at most 150 of items expected (items.maxBytes)");
    assertThat(changes.itemsStatus().stored()).isEqualTo(1);
  }

  @Test
  void upsert_itemThatOnlyALaterBundleHas_takesItsDeletionBack() {
    followed.delete(new long[] {NEW.id()});
    followed.upsert(new ItemWriter.Upsert(NEW.id(), List.of()));
    assertThat(title(NEW.id())).isEmpty();
    ContentBundles.publish(folder, "whole", ContentBundles.ALL, 1, folder.resolve("s2"));
    serve("whole");
    assertThat(title(NEW.id())).isEqualTo(NEW.title());
  }

  @Test
  void upsert_itemOfTheBundle_isThereAgain() {
    long own = ContentBundles.FIRST_ID;
    followed.delete(new long[] {own});
    assertThat(title(own)).isEmpty();
    followed.upsert(new ItemWriter.Upsert(own, List.of()));
    assertThat(title(own)).isEqualTo("Item 0");
  }
}
