package io.unipin.kvcache.tier;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The folder of a tier's files, which one process uses at a time. Confined to one thread. */
final class TierFolder {
  private static final Logger logger = LoggerFactory.getLogger(TierFolder.class);

  private final Path folder;
  private final Disk.Opener opener;
  private final Deque<Closeable> open = new ArrayDeque<>();

  /**
   * The files and what is in them.
   *
   * @param sweepEnd a killed process may have left bytes in this number of pages at the beginning
   *     of the file
   */
  record Content(ChunkFile file, IndexFile index, Holdings holdings, PageMap pages, int sweepEnd) {}

  private TierFolder(Path folder, Disk.Opener opener, FileChannel lock) {
    this.folder = folder;
    this.opener = opener;
    open.push(lock);
  }

  /** Makes the folder if there is none, and locks it for this process. */
  static TierFolder lock(Path folder, Disk.Opener opener) throws IOException {
    Files.createDirectories(folder);
    FileChannel lock =
        FileChannel.open(
            folder.resolve("lock"), StandardOpenOption.WRITE, StandardOpenOption.CREATE);
    boolean locked = false;
    try {
      locked = lock.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      // This process has the lock already.
    } finally {
      if (!locked) {
        lock.close();
      }
    }
    if (!locked) {
      throw new IOException("a folder that no other server uses expected, got " + folder);
    }
    return new TierFolder(folder, opener, lock);
  }

  /** Opens the files, and begins a new index file that is not clean. */
  Content open(Id check, PageMap pages) throws IOException {
    IndexFile.Loaded loaded = IndexFile.load(folder.resolve("index"), check);
    ChunkFile file = new ChunkFile(opened(opener.open(folder.resolve("chunks"))));
    Holdings holdings = new Holdings();
    int dropped = claim(new ArrayList<>(loaded.entries().values()), pages, holdings);
    file.truncate(pages.limit());
    int filePages = file.filePages();
    IndexFile index =
        opened(IndexFile.create(folder.resolve("index"), opener, check, holdings.all()));
    boolean clean = loaded.clean() && dropped == 0;
    logger.info(
        "KV tier in {}: {} entries found{}",
        folder,
        holdings.size(),
        clean || filePages == 0 ? "" : "; the files were not closed, so free pages are checked");
    return new Content(file, index, holdings, pages, clean ? 0 : filePages);
  }

  /**
   * Claims the pages of all chunks, and lets requests find the entries. If two chunks name the same
   * page, the page belongs to the chunk that was written later. Returns the number of entries that
   * lost chunks.
   */
  private static int claim(List<StoredEntry> entries, PageMap pages, Holdings holdings) {
    Collections.reverse(entries); // the most recently written entries now come first
    List<StoredEntry> found = new ArrayList<>();
    int dropped = 0;
    for (StoredEntry entry : entries) {
      List<StoredChunk> chunks = new ArrayList<>();
      for (StoredChunk chunk : entry.chunks()) {
        if (!pages.claim(chunk.pages())) {
          dropped++;
          break; // the chunks after a missing chunk are never read
        }
        chunks.add(chunk);
      }
      if (!chunks.isEmpty()) {
        found.add(new StoredEntry(entry.name(), entry.shape(), chunks));
      }
    }
    Collections.reverse(found);
    found.forEach(holdings::put);
    return dropped;
  }

  private <T extends Closeable> T opened(T part) {
    open.push(part);
    return part;
  }

  /** Closes the files and unlocks the folder. */
  void close() {
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (IOException e) {
        logger.warn("A file of the KV tier in {} did not close", folder, e);
      }
    }
  }
}
