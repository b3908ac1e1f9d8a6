package io.unipin.kvcache.tier;

import io.unipin.kvcache.KvKey;
import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvSnapshot;
import io.unipin.kvcache.KvTier;
import io.unipin.kvcache.TokenHashes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A tier in a folder of the local disk. It survives a restart, after a clean stop and after a kill.
 *
 * <p>When an entry gets more rows, its full chunks stay, and its last chunk is overwritten in
 * place. When the file is full, the least recently used entries make room. Dirty pages are
 * overwritten by later chunks or by upkeep. An erasure overwrites the user's dirty pages before it
 * returns. After a kill, upkeep looks through all pages that no chunk uses.
 *
 * <p>{@link KvTier} says which threads may call which methods.
 */
public final class FileTier implements KvTier {
  private static final Logger logger = LoggerFactory.getLogger(FileTier.class);

  /** The share of the limit that is kept for the index: 1/16. */
  private static final int INDEX_SHIFT = 4;

  private static final int SWEPT_PER_UPKEEP = 64;

  /** Longest time for which {@link #close} overwrites dirty pages. The next start does the rest. */
  private static final long LONGEST_CLOSE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final TierFolder folder;
  private final Ids ids;
  private final ChunkFile file;
  private final IndexFile index;
  private final Holdings holdings;
  private final PageMap pages;
  private final AtomicLong failures = new AtomicLong();
  private final HeldChunks.Parts readers;

  /** The page of the file that upkeep looks through next after a kill. */
  private int unswept;

  private final int sweepEnd;
  private volatile long usedBytes;
  private boolean closed;

  private FileTier(TierFolder folder, Ids ids, TierFolder.Content content) {
    this.folder = folder;
    this.ids = ids;
    file = content.file();
    index = content.index();
    holdings = content.holdings();
    pages = content.pages();
    sweepEnd = content.sweepEnd();
    readers = new HeldChunks.Parts(file, holdings, failures);
    counted();
  }

  /**
   * Opens the tier in a folder, with the chunks that are in this folder. Drops chunks that were
   * written with another secret. If the limit became smaller, also drops chunks beyond the limit.
   *
   * @param bytes limit of the bytes of the folder's files
   * @param secret the secret key with which the names of users in the files are made
   * @throws IOException if the folder cannot be written, or if another process uses it
   */
  public static FileTier open(Path folder, long bytes, byte[] secret) throws IOException {
    return open(folder, bytes, secret, FileDisk::open);
  }

  static FileTier open(Path path, long bytes, byte[] secret, Disk.Opener opener)
      throws IOException {
    Ids ids = new Ids(secret);
    long chunkBytes = bytes - (bytes >> INDEX_SHIFT);
    int limit = (int) Math.min(Integer.MAX_VALUE - 8, chunkBytes / ChunkFile.PAGE_BYTES);
    TierFolder folder = TierFolder.lock(path, opener);
    boolean opened = false;
    try {
      FileTier tier = new FileTier(folder, ids, folder.open(ids.check(), new PageMap(limit)));
      opened = true;
      return tier;
    } finally {
      if (!opened) {
        folder.close();
      }
    }
  }

  @Override
  public Optional<Held> find(KvKey key, KvLayout layout, TokenHashes hashes, long deadlineNanos) {
    StoredEntry entry = holdings.find(ids.entry(key));
    if (entry == null) {
      return Optional.empty();
    }
    List<StoredChunk> agreeing = entry.agreeing(hashes, layout);
    return agreeing.isEmpty()
        ? Optional.empty()
        : Optional.of(new HeldChunks(readers, entry, agreeing, hashes.size()));
  }

  @Override
  public long write(KvSnapshot rows) throws IOException {
    EntryName name = ids.entry(rows.key());
    StoredEntry old = holdings.find(name);
    List<StoredChunk> kept = old == null ? List.of() : old.kept(rows);
    List<ChunkName> missing = ChunkName.after(kept.size(), rows);
    if (missing.isEmpty()) {
      return 0;
    }
    int[] reused = old == null ? new int[0] : old.pagesFrom(kept.size());
    StoredEntry shorter = new StoredEntry(name, ChunkBytes.shape(rows.layout()), kept);
    try {
      return write(rows, shorter, missing, new PageSupply(name, reused, pages, holdings, index));
    } finally {
      counted();
    }
  }

  private long write(
      KvSnapshot rows, StoredEntry shorter, List<ChunkName> missing, PageSupply supply)
      throws IOException {
    keep(shorter); // so that nobody reads chunks that are being overwritten
    List<StoredChunk> chunks = new ArrayList<>(shorter.chunks());
    long bytes = 0;
    try {
      boolean whole = supply.reserve(missing.stream().mapToInt(chunk -> pages(rows, chunk)).sum());
      for (ChunkName chunk : whole ? missing : List.<ChunkName>of()) {
        int[] places = supply.take(pages(rows, chunk));
        chunks.add(file.write(shorter.name(), rows, chunk, places));
        supply.used();
        bytes += (long) places.length * ChunkFile.PAGE_BYTES;
      }
    } finally {
      supply.close();
      StoredEntry longer = new StoredEntry(shorter.name(), shorter.shape(), chunks);
      keep(longer);
      index.put(longer);
    }
    return bytes;
  }

  private void keep(StoredEntry entry) {
    if (entry.chunks().isEmpty()) {
      holdings.remove(entry.name());
    } else {
      holdings.put(entry);
    }
  }

  private static int pages(KvSnapshot rows, ChunkName chunk) {
    return ChunkFile.pages(ChunkBytes.size(rows.layout(), chunk));
  }

  @Override
  public boolean eraseUser(String user) throws IOException {
    Id id = ids.user(user);
    while (unswept < sweepEnd) {
      sweep();
    }
    boolean indexed = !drop(entry -> entry.name().user().equals(id)).isEmpty();
    List<PageMap.Dirty> dirty = pages.dirty(id);
    for (PageMap.Dirty some : dirty) {
      file.wipe(some.pages());
      pages.cleaned(some);
    }
    if (!dirty.isEmpty()) {
      file.force();
    }
    if (indexed || !dirty.isEmpty() || index.mayName(id)) {
      forget();
    }
    counted();
    return indexed || !dirty.isEmpty();
  }

  /** Removes all replaced records from the index file. */
  private void forget() throws IOException {
    try {
      index.rewrite(holdings.all(), false);
    } catch (IOException e) {
      index.empty(); // no room for a second file; upkeep writes the new index later
    }
  }

  @Override
  public void eraseFingerprint(String fingerprint) {
    Id id = ids.model(fingerprint);
    for (StoredEntry gone : drop(entry -> entry.name().model().equals(id))) {
      try {
        index.remove(gone);
      } catch (IOException e) {
        logger.debug("upkeep writes the index of the KV tier anew", e);
      }
    }
    counted();
  }

  /** Drops entries from memory, notes that their pages are dirty, and returns the entries. */
  private List<StoredEntry> drop(Predicate<StoredEntry> which) {
    List<StoredEntry> gone = holdings.all().stream().filter(which).toList();
    for (StoredEntry entry : gone) {
      holdings.remove(entry.name());
      pages.soil(entry.name().user(), entry.pagesFrom(0));
    }
    return gone;
  }

  @Override
  public boolean upkeep() throws IOException {
    PageMap.Dirty dirty = pages.dirty();
    if (unswept < sweepEnd) {
      sweep();
    } else if (dirty != null) {
      file.wipe(dirty.pages());
      pages.cleaned(dirty);
    } else if (index.isOverdue()) {
      index.rewrite(holdings.all(), false);
    } else {
      return false;
    }
    return true;
  }

  /**
   * Looks through some of the pages that no chunk uses, and overwrites bytes that a killed process
   * left there.
   */
  private void sweep() throws IOException {
    int end = Math.min(sweepEnd, unswept + SWEPT_PER_UPKEEP);
    while (unswept < end) {
      if (!pages.isTaken(unswept)) {
        file.wipeIfUsed(unswept);
      }
      unswept++;
    }
  }

  private void counted() {
    usedBytes = (long) pages.used() * ChunkFile.PAGE_BYTES;
  }

  @Override
  public Space space() {
    long limit = (long) pages.limit() * ChunkFile.PAGE_BYTES;
    return new Space(limit, usedBytes, holdings.size(), failures.get());
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      long end = System.nanoTime() + LONGEST_CLOSE_NANOS;
      boolean clean = unswept == sweepEnd;
      while (clean && pages.dirty() != null && System.nanoTime() - end < 0) {
        clean = upkeep();
      }
      file.force();
      index.rewrite(holdings.all(), clean && pages.dirty() == null);
    } catch (IOException e) {
      logger.warn("The KV tier's files could not be finished; the next start checks all pages", e);
    } finally {
      folder.close();
    }
  }
}
