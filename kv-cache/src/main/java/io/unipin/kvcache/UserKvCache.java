package io.unipin.kvcache;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An off-heap cache of users' attention keys and values that outlive a request. There is one entry
 * per {@link KvKey}. It holds the hashes of its tokens, a block with their rows, and the state
 * after the last row.
 *
 * <p>An entry serves a request as far as their tokens agree. Let p be the common prefix of an entry
 * of m tokens and a request of n tokens:
 *
 * <ul>
 * <li>p = n = m is a {@link KvOutcome#HIT}.
 * <li>p = 0, or agreement on the learned first token alone, is a {@link KvOutcome#PREFILL}.
 * <li>Otherwise the outcome is {@link KvOutcome#APPEND}: the first min(p, n − 1) rows are reused,
 *     and the caller encodes the rest.
 * </ul>
 *
 * <p>A request never gets rows of other tokens, whatever its history is.
 *
 * <p>One request at a time writes the entry of a key, and hits do not wait for it. New rows are
 * written in place. There are two exceptions: the block may be too small, or rows that another
 * lease reads would be overwritten. In both cases the reused rows are copied to a fresh block. A
 * full cache is no error: the request gets a transient block. Memory is overwritten when it is
 * freed.
 *
 * <p>The system property {@code unipin.kv.debug} turns debug mode on. Blocks and leases then
 * remember where they were taken, and freed blocks are filled with not-a-numbers. Thread-safe.
 */
public final class UserKvCache implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(UserKvCache.class);

  /** A longer wait than any caller means, which the nanosecond clock can still represent. */
  private static final Duration LONGEST_WAIT = Duration.ofDays(365);

  private final KvCacheConfig config;
  private final SlabPool pool;
  private final SlabPool transients;
  private final EntryStore entries;
  private final LeaseLedger ledger;
  private final Acquirer acquirer;

  public UserKvCache(KvCacheConfig config) {
    this(config, Slabs.defaultBytes(config.budgetBytes()), Boolean.getBoolean("unipin.kv.debug"));
  }

  UserKvCache(KvCacheConfig config, long slabBytes, boolean debug) {
    this.config = config;
    pool = pool("cache", config.budgetBytes(), slabBytes, debug);
    long transientSlab = Slabs.defaultBytes(config.transientBytes());
    transients = pool("transient blocks", config.transientBytes(), transientSlab, debug);
    WriterSlots writers = new WriterSlots();
    entries = new EntryStore(config, writers);
    ledger = new LeaseLedger(debug);
    LeaseHost host = new LeaseHost(entries, writers, ledger);
    acquirer = new Acquirer(host, new BlockSource(pool, entries), transients);
  }

  private SlabPool pool(String name, long budgetBytes, long slabBytes, boolean debug) {
    return new SlabPool(
        name, budgetBytes, slabBytes, debug, bytes -> new Slab(bytes, debug), config.ticker());
  }

  /**
   * Looks a key up, compares tokens and takes a lease, in one step.
   *
   * <p>If another request writes the key's entry, waits for it and looks again. The lease is
   * {@link KvOutcome#UNCACHED} if the wait takes longer than {@code maxWait}, or if there is no
   * room.
   *
   * @param hashes one per row, 1 to {@code layout.maxRows()}
   * @throws KvCacheException if there is no room for a transient block either (overloaded), or if
   *     the thread is interrupted
   * @throws IllegalArgumentException if the key's entry has another layout
   */
  public KvLease acquire(KvKey key, KvLayout layout, TokenHashes hashes, Duration maxWait) {
    return acquire(key, layout, hashes, maxWait, mark(key.user()));
  }

  /**
   * Returns a mark to pass to {@link #acquire(KvKey, KvLayout, TokenHashes, Duration, long)}. A
   * caller takes it before reading the user's history, so that the cache notices an erasure since.
   */
  public long mark(String user) {
    return entries.mark(user);
  }

  /**
   * Like {@link #acquire(KvKey, KvLayout, TokenHashes, Duration)}, with a check for erasures. Rows
   * that are committed are not kept if the user was erased after the mark was taken. They may stem
   * from a history that no longer exists.
   */
  public KvLease acquire(
      KvKey key, KvLayout layout, TokenHashes hashes, Duration maxWait, long mark) {
    layout.orderFor(hashes.size()); // checks the number of rows
    if (maxWait.isNegative()) {
      throw new IllegalArgumentException("a maxWait of at least 0 expected, got " + maxWait);
    }
    requireOpen();
    return acquirer.acquire(key, layout, hashes, new Acquirer.Patience(deadline(maxWait), mark));
  }

  /** Returns whether the key has an entry. Does not count as a use of it. */
  public boolean holds(KvKey key) {
    return entries.holds(key);
  }

  /**
   * Takes a lease to add tokens to a key's entry ahead of any request. The lease is an
   * {@link KvOutcome#APPEND}, or a {@link KvOutcome#PREFILL} when the window has moved.
   *
   * <p>Returns empty if the key has no entry, if a request writes it, or if there is no room. It
   * also returns empty if the entry has all of the tokens, or has more or other tokens. Does not
   * wait, and is not counted as an outcome.
   *
   * @param tokens called once no other request can write the entry. The tokens are then no older
   *     than those of the entry.
   */
  public Optional<KvLease> refresh(KvKey key, KvLayout layout, Supplier<TokenHashes> tokens) {
    requireOpen();
    return Optional.ofNullable(acquirer.refresh(key, layout, tokens));
  }

  /**
   * Returns a transient lease on a copy of the rows of {@code base}, for tokens that a request adds
   * ahead of the history store.
   *
   * <p>The outcome is {@link KvOutcome#UNCACHED}, and the first {@code base.rows()} rows are valid.
   * Only the holder sees the rows that it commits.
   *
   * @param base a hit or a committed lease, independent of the branch afterwards
   * @param hashes those of base and at least one more
   * @throws KvCacheException if there is no room (overloaded)
   */
  public KvLease branch(KvLease base, TokenHashes hashes) {
    requireOpen();
    if (!base.hasAllRows()) {
      throw new IllegalStateException(
          "an open lease that is a hit or committed expected, got another");
    }
    int prefix = base.hashes().commonPrefix(hashes);
    if (prefix < base.rows() || hashes.size() == prefix) {
      throw new IllegalArgumentException(
          "hashes that extend the base's "
              + base.rows()
              + " expected, got "
              + hashes.size()
              + " that agree on "
              + prefix);
    }
    return acquirer.branch(base.kvBlock(), hashes, prefix);
  }

  /**
   * Returns a lease on a block of its own, for rows that are not to be kept. The outcome is
   * {@link KvOutcome#UNCACHED}, and no row is valid.
   *
   * @throws KvCacheException if there is no room (overloaded)
   */
  public KvLease aside(KvLayout layout, TokenHashes hashes) {
    requireOpen();
    return acquirer.aside(layout, hashes);
  }

  /**
   * Drops a user's entries under every fingerprint, and returns how many there were. Rows that
   * requests are writing for the user are not kept either. The bytes are overwritten once no lease
   * is open on them.
   */
  public int erase(String user) {
    return entries.eraseUser(user);
  }

  /**
   * Drops the entries of a model that is no longer served, and dissolves its own part of the
   * budget. Otherwise like {@link #erase}.
   */
  public void eraseFingerprint(String fingerprint) {
    entries.erase(key -> key.fingerprint().equals(fingerprint));
    entries.share(fingerprint);
  }

  /**
   * Reserves a part of the budget for a model. Its entries do not exceed the part, and no other
   * entries use it. A shadow arm thus takes no memory from live users.
   *
   * <p>The first call drops the model's entries. A later call changes the size of the part.
   *
   * @throws IllegalArgumentException if the models' own parts would exceed the budget
   */
  public void reserve(String fingerprint, long bytes) {
    entries.reserve(fingerprint, bytes);
  }

  /** Drops the entries past their time to live now, instead of within about a second. */
  void expire() {
    entries.expire();
  }

  /** Returns the figures of this moment. */
  public KvCacheStats stats() {
    return new KvCacheStats(
        config.budgetBytes(),
        pool.usedBytes(),
        pool.leasedBytes().get() + transients.leasedBytes().get(),
        ledger.open(),
        entries.size(),
        ledger.counted(),
        ledger.refreshes(),
        entries.departures(),
        pool.lostBytes());
  }

  /**
   * Drops all entries and refuses further requests. Open leases stay valid and are logged as
   * leaked.
   */
  @Override
  public void close() {
    if (entries.isClosed()) {
      return;
    }
    entries.close();
    long leaked = ledger.open();
    if (leaked > 0) {
      logger.warn("The cache was closed with {} open leases: they leaked", leaked);
      ledger.sites().forEach(site -> logger.warn("Leaked lease", site));
    }
  }

  LeaseLedger ledger() {
    return ledger;
  }

  private void requireOpen() {
    if (entries.isClosed()) {
      throw new IllegalStateException("an open cache expected, got a closed one");
    }
  }

  /** Returns the end of a wait in nanoseconds on {@link System#nanoTime}. */
  private static long deadline(Duration maxWait) {
    Duration wait = maxWait.compareTo(LONGEST_WAIT) < 0 ? maxWait : LONGEST_WAIT;
    return System.nanoTime() + wait.toNanos();
  }
}
