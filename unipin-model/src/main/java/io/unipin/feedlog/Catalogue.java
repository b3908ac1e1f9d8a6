package io.unipin.feedlog;

import io.unipin.feedlog.arrays.LongRows;
import io.unipin.feedlog.arrays.TextLists;
import io.unipin.feedlog.arrays.TextRows;
import io.unipin.feedlog.database.DuckSession;
import io.unipin.feedlog.database.SpillFolder;
import io.unipin.feedlog.source.SourceFile;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;

/**
 * All items of a feed log, numbered by rows from 0. Look-ups find the row of an id or a key.
 *
 * <p>Immutable. A look-up takes O(1).
 */
public final class Catalogue {
  /** Result of {@link #row} for an unknown id or key. */
  public static final int UNKNOWN = -1;

  private final long[] ids;
  private final String[] titles;
  private final String[] categories;
  private final String[] authors;
  private final long[] createdMs;
  private final int contentDim;
  private final float[] content;
  private final LongRows rows;
  private final TextRows keys;
  private final TextLists attributes;

  private Catalogue(List<CatalogueItem> items, int contentDim) {
    int size = items.size();
    this.ids = new long[size];
    this.titles = new String[size];
    this.categories = new String[size];
    this.authors = new String[size];
    this.createdMs = new long[size];
    this.contentDim = contentDim;
    this.content = new float[Math.multiplyExact(size, contentDim)];
    this.rows = new LongRows(size);
    for (int row = 0; row < size; row++) {
      CatalogueItem item = items.get(row);
      if (item.id() < 0 || !rows.put(item.id(), row)) {
        throw new IllegalArgumentException(
            "item ids must be unique and at least 0, got " + item.id() + " at row " + row);
      }
      ids[row] = item.id();
      titles[row] = item.title();
      categories[row] = item.category();
      authors[row] = item.author();
      createdMs[row] = item.createdMs();
      copyContent(item, row);
    }
    this.keys = TextRows.of(size, row -> items.get(row).key());
    this.attributes = TextLists.of(size, row -> items.get(row).attributes());
  }

  private void copyContent(CatalogueItem item, int row) {
    int length = item.content().length;
    if (length != 0 && length != contentDim) {
      throw new IllegalArgumentException(
          "content of %s numbers expected, got %s (item %s)"
              .formatted(contentDim, length, item.id()));
    }
    System.arraycopy(item.content(), 0, content, row * contentDim, length);
  }

  /**
   * Creates a catalogue of the items, in the order of the list. If some items have content, the
   * other items get zeros as content.
   */
  public static Catalogue of(List<CatalogueItem> items) {
    int contentDim = items.stream().mapToInt(item -> item.content().length).max().orElse(0);
    return new Catalogue(items, contentDim);
  }

  /** Reads an items table. Throws {@link FeedLogException} at any bad row. */
  public static Catalogue read(Path parquet) {
    BadRows none = new BadRows(0);
    try (SpillFolder spill = SpillFolder.create();
        DuckSession session = DuckSession.open(spill.path())) {
      return new ItemsTable(session, List.of(SourceFile.alone(parquet)), none).read();
    } catch (SQLException e) {
      throw new FeedLogException(parquet.toString(), DuckSession.reason(e), e);
    }
  }

  /** Writes an items table that {@link #read} can read. Replaces an existing file atomically. */
  public void write(Path parquet) {
    try (TableWriter<CatalogueItem> writer = TableWriter.items(parquet)) {
      for (int row = 0; row < size(); row++) {
        writer.add(item(row));
      }
      writer.commit();
    }
  }

  /** Returns one item with its own copy of the content. */
  public CatalogueItem item(int row) {
    float[] own = Arrays.copyOfRange(content, row * contentDim, (row + 1) * contentDim);
    return new CatalogueItem(
        ids[row],
        titles[row],
        categories[row],
        createdMs[row],
        own,
        authors[row],
        key(row),
        attributes(row));
  }

  public int size() {
    return ids.length;
  }

  public long id(int row) {
    return ids[row];
  }

  /** Returns the row of an item, or {@link #UNKNOWN}. */
  public int row(long id) {
    return rows.get(id);
  }

  /** Returns the row of the item with a key, or {@link #UNKNOWN}. */
  public int row(String key) {
    return key.isEmpty() ? UNKNOWN : keys.get(key);
  }

  /** Returns an item's key; empty when it has none. */
  public String key(int row) {
    return keys.text(row);
  }

  public String title(int row) {
    return titles[row];
  }

  public String category(int row) {
    return categories[row];
  }

  /** Returns an item's author; empty when unknown. */
  public String author(int row) {
    return authors[row];
  }

  /** Returns an item's attributes, such as tags, brands or words; empty when it has none. */
  public List<String> attributes(int row) {
    return attributes.row(row);
  }

  /** Whether any item of the catalogue has attributes. */
  public boolean hasAttributes() {
    return !attributes.isEmpty();
  }

  /**
   * Returns the time at which the item appeared, in milliseconds since 1970, or
   * {@link FeedLog#NO_TIME}.
   */
  public long createdMs(int row) {
    return createdMs[row];
  }

  /**
   * Returns the number of content values per item in {@link #content}; 0 when no item has content.
   */
  public int contentDim() {
    return contentDim;
  }

  /** Returns the content (size, contentDim), row major. The catalogue owns the array; read-only. */
  public float[] content() {
    return content;
  }
}
