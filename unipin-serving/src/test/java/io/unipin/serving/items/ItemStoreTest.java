package io.unipin.serving.items;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.serving.bundle.ContentBundles;
import io.unipin.serving.bytes.MalformedBytesException;
import io.unipin.serving.disk.OpenFolders;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class ItemStoreTest {
  private static final long[] NONE = {};

  @TempDir Path folder;
  @TempDir Path copy;

  private static PutItem named(long id, String title) {
    return new PutItem(id, title, "category", "author", 5, new float[] {1, -2.5f}, 0);
  }

  private static void put(ItemStore store, PutItem... items) {
    store.put(
        Arrays.stream(items)
            .map(item -> new StoredItem(store.index().nextRevision(), item))
            .toList());
  }

  private static List<Long> ids(ItemStore store) {
    List<Long> ids = new ArrayList<>();
    store.forEach(stored -> ids.add(stored.id()));
    return ids;
  }

  private static StoredItem read(ItemStore store, long id) {
    return store.read(id).orElseThrow();
  }

  @Test
  void put_survivesReopening() {
    try (ItemStore store = ItemStore.open(folder)) {
      put(store, named(7, "seven"), named(3, "three"));
      put(store, named(7, "seven again"));
    }
    try (ItemStore store = ItemStore.open(folder)) {
      assertThat(ids(store)).containsExactly(3L, 7L);
      StoredItem seven = read(store, 7);
      assertThat(seven.revision()).isEqualTo(3);
      assertThat(seven.item().title()).isEqualTo("seven again");
      assertThat(seven.item().category()).isEqualTo("category");
      assertThat(seven.item().author()).isEqualTo("author");
      assertThat(seven.item().createdMs()).isEqualTo(5);
      assertThat(seven.item().content()).containsExactly(1, -2.5f);
      assertThat(store.index().nextRevision()).isEqualTo(4);
      assertThat(store.read(8)).isEmpty();
    }
  }

  @Test
  void size_isThatOfWhatIsKept_beforeAndAfterReopening() {
    StoreIndex.Size size;
    try (ItemStore store = ItemStore.open(folder)) {
      put(store, named(1, "one"), named(2, "two"), named(3, "three"));
      store.delete(new long[] {2, 9}, NONE);
      put(store, named(1, "one with a longer title"));
      size = store.index().size();
      assertThat(size.items()).isEqualTo(2);
      assertThat(size.deleted()).isEqualTo(2);
    }
    try (ItemStore store = ItemStore.open(folder)) {
      assertThat(store.index().size()).isEqualTo(size);
      store.delete(LongStream.of(1, 3).toArray(), new long[] {2, 9});
      store.delete(NONE, new long[] {1, 3});
      assertThat(store.index().size()).isEqualTo(new StoreIndex.Size(0, 0, 0));
    }
  }

  @Test
  void delete_survivesReopening_untilThePutOrTheRestore() {
    try (ItemStore store = ItemStore.open(folder)) {
      put(store, named(1, "one"), named(2, "two"));
      store.delete(new long[] {1, 2, 5, -6}, NONE);
      put(store, named(2, "two again"));
    }
    try (ItemStore store = ItemStore.open(folder)) {
      assertThat(ids(store)).containsExactly(2L);
      assertThat(store.index().deleted()).containsExactlyInAnyOrder(1L, 5L, -6L);
      store.delete(new long[] {5}, new long[] {1, 5});
    }
    try (ItemStore store = ItemStore.open(folder)) {
      assertThat(store.index().deleted()).containsExactlyInAnyOrder(5L, -6L);
    }
  }

  @Test
  void due_isWhatHasExpired() {
    try (ItemStore store = ItemStore.open(folder)) {
      put(
          store,
          new PutItem(1, "", "", "", 0, new float[0], 1000),
          new PutItem(2, "", "", "", 0, new float[0], 2000),
          named(3, "never"));
      put(store, new PutItem(1, "", "", "", 0, new float[0], 3000));
      assertThat(store.index().due(1999)).isEmpty();
      assertThat(store.index().due(2000)).containsExactly(2);
      assertThat(store.index().due(3000)).containsExactlyInAnyOrder(1, 2);
      store.delete(new long[] {2}, NONE);
      assertThat(store.index().due(Long.MAX_VALUE)).containsExactly(1);
    }
  }

  @Test
  void wipe_removesTextsFromTheDisk() throws IOException {
    String forgotten = "a title to be forgotten";
    String kept = "a title to be kept";
    try (ItemStore store = ItemStore.open(folder)) {
      put(store, named(1, forgotten), named(2, kept));
      put(store, named(1, forgotten + " again"));
      assertThat(filesContain(folder, forgotten)).isTrue();
      store.delete(new long[] {1}, NONE);
      store.wipe();
      assertThat(filesContain(folder, forgotten)).isFalse();
      assertThat(filesContain(folder, kept)).isTrue();
      store.wipe(); // must succeed although nothing is left to remove
    }
    assertThat(filesContain(folder, forgotten)).isFalse();
  }

  @Test
  void wipe_ofManyItems_removesAllTheirTexts() throws IOException {
    try (ItemStore store = ItemStore.open(folder)) {
      for (int i = 0; i < 100; i++) {
        put(store, named(i, "forgotten-" + i + "."), named(1000 + i, "kept-" + i + "."));
      }
      store.delete(LongStream.range(0, 100).toArray(), NONE);
      store.wipe();
      assertThat(filesContain(folder, "forgotten-")).isFalse();
      assertThat(ids(store)).hasSize(100);
    }
  }

  @Test
  void wipe_afterACrashInBetween_isDoneByTheNextServer() throws IOException {
    String forgotten = "a title to be forgotten";
    try (ItemStore store = ItemStore.open(folder)) {
      put(store, named(1, forgotten));
      store.delete(new long[] {1}, NONE);
      OpenFolders.copy(folder, copy);
    }
    assertThat(filesContain(copy, forgotten)).isTrue();
    try (ItemStore store = ItemStore.open(copy)) {
      assertThat(ids(store)).isEmpty();
      store.wipe();
      assertThat(filesContain(copy, forgotten)).isFalse();
    }
  }

  @Test
  void grownCatalogue_ofAStoreInUse_hasTheNewItemsThatFit() {
    Catalogue bundle =
        Catalogue.of(List.of(new CatalogueItem(9, "nine", "c", 1, new float[] {1, 2}, "a")));
    List<String> notes = new ArrayList<>();
    try (ItemStore store = ItemStore.open(folder)) {
      put(store, named(7, "seven"), named(9, "put"), named(3, "three"), named(5, "five"));
      put(store, named(7, "seven").described(List.of("red", "wool")));
      put(store, new PutItem(4, "wide", "", "", 0, new float[3], 0));
      store.delete(new long[] {5}, NONE);
      Catalogue grown = GrownCatalogue.of(bundle, folder, notes::add);
      assertThat(grown.size()).isEqualTo(3);
      assertThat(grown.title(0)).isEqualTo("nine");
      assertThat(grown.row(3)).isEqualTo(1);
      assertThat(grown.item(2).content()).containsExactly(1, -2.5f);
      assertThat(grown.createdMs(2)).isEqualTo(5);
      assertThat(grown.attributes(grown.row(7))).containsExactly("red", "wool");
      put(store, named(8, "the store is still open"));
    }
    assertThat(notes)
        .containsExactly(
            "left out 1 items that were put: content of 2 numbers expected, as the bundle's items"
                + " have");
  }

  @Test
  void grownCatalogue_keyThatWasPutUnderTwoIds_hasTheNewerItem() {
    Catalogue bundle =
        Catalogue.of(List.of(new CatalogueItem(9, "nine", "c", 1, new float[] {1, 2}, "a")));
    try (ItemStore store = ItemStore.open(folder)) {
      put(store, named(7, "older").keyed("lamp"), named(8, "other"), named(3, "third"));
      put(store, named(5, "newer").keyed("lamp"));
      Catalogue grown = GrownCatalogue.of(bundle, folder, note -> {});
      assertThat(grown.size()).isEqualTo(4);
      assertThat(grown.title(grown.row("lamp"))).isEqualTo("newer");
      assertThat(grown.row(7)).isEqualTo(Catalogue.UNKNOWN);
    }
  }

  /** Tests a copy of an open store's files. A killed server would leave the same files. */
  @Test
  void store_ofAKilledServer_hasEverythingThatReturned() throws IOException {
    try (ItemStore store = ItemStore.open(folder)) {
      put(store, named(1, "one"), named(2, "two"));
      store.delete(new long[] {1}, NONE);
      put(store, named(3, "three"));
      OpenFolders.copy(folder, copy);
      put(store, named(4, "four"));
    }
    try (ItemStore store = ItemStore.open(copy)) {
      assertThat(ids(store)).containsExactly(2L, 3L);
      assertThat(store.index().isDeleted(1)).isTrue();
    }
  }

  @Test
  void put_intoAClosedStore_isRefusedAndChangesNothing() {
    ItemStore store = ItemStore.open(folder);
    put(store, named(1, "one"));
    StoreIndex.Size size = store.index().size();
    store.close();
    for (Runnable change :
        List.<Runnable>of(
            () -> put(store, named(2, "two")), () -> store.delete(new long[] {1}, NONE))) {
      assertThatThrownBy(change::run)
          .isInstanceOfSatisfying(
              ServingException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.UNAVAILABLE));
    }
    assertThat(store.index().size()).isEqualTo(size);
    assertThat(store.index().holds(1)).isTrue();
  }

  @Test
  void decode_whatWasEncoded_andNothingShorter() {
    for (PutItem item :
        List.of(
            ContentBundles.item(3),
            new PutItem(9, "", "", "", 0, new float[0], 0),
            new PutItem(9, "Lamp", "a", "b", 1, new float[] {1}, 0).keyed("sku-9"),
            named(9, "Lamp").described(List.of("wool", "née", "red")),
            named(9, "Lamp").keyed("sku-9").described(List.of("red")),
            new PutItem(9, "Grüße, 世界 🎬", "a", "b", 1, new float[] {Float.MIN_VALUE}, 2))) {
      StoredItem stored = new StoredItem(1L << 40, item);
      byte[] bytes = ItemCodec.encode(stored);
      StoredItem read = ItemCodec.decode(item.id(), bytes);
      assertThat(read.revision()).isEqualTo(stored.revision());
      assertThat(read.item()).usingRecursiveComparison().isEqualTo(item);
      for (int length = 0; length < bytes.length; length++) {
        byte[] part = Arrays.copyOf(bytes, length);
        assertThatThrownBy(() -> ItemCodec.decode(9, part))
            .isInstanceOf(MalformedBytesException.class);
      }
      byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
      assertThatThrownBy(() -> ItemCodec.decode(9, longer))
          .isInstanceOf(MalformedBytesException.class);
    }
  }

  /** Tests that a record of version 1 can be read. Later versions must still be able to read it. */
  @Test
  void decode_recordOfTheFirstVersion_isRead() {
    byte[] record = HexFormat.of().parseHex("01070ad00f05736576656e01630161023f800000c0200000");
    StoredItem read = ItemCodec.decode(7, record);
    assertThat(read.revision()).isEqualTo(7);
    assertThat(read.item())
        .usingRecursiveComparison()
        .isEqualTo(new PutItem(7, "seven", "c", "a", 5, new float[] {1, -2.5f}, 1000));
    assertThat(ItemCodec.encode(read)).isEqualTo(record);
  }

  /** Tests that a record of version 2 can be read. It has a key, but no attributes. */
  @Test
  void decode_recordOfTheSecondVersion_isRead() {
    byte[] record = HexFormat.of().parseHex("02070ad00f05736576656e016301610173023f800000c0200000");
    StoredItem read = ItemCodec.decode(7, record);
    assertThat(read.item())
        .usingRecursiveComparison()
        .isEqualTo(new PutItem(7, "seven", "c", "a", 5, new float[] {1, -2.5f}, 1000).keyed("s"));
    assertThat(ItemCodec.encode(read)).isEqualTo(record);
  }

  @Test
  void decode_laterVersion_isRefused() {
    assertThatThrownBy(() -> ItemCodec.decode(1, new byte[] {4, 0}))
        .isInstanceOf(MalformedBytesException.class)
        .hasMessage("an item's record of version 1 to 3 expected, got 4");
  }

  static boolean filesContain(Path folder, String text) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(Files::isRegularFile)
          .anyMatch(
              file -> {
                try {
                  return Files.readString(file, StandardCharsets.ISO_8859_1).contains(text);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }
}
