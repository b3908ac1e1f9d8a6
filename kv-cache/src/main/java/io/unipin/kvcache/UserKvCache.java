package io.unipin.kvcache;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An off-heap cache of users' attention keys and values, across requests: one entry per {@link KvKey}, which holds the
 * hashes of its tokens, a block with their rows, and the state after the last.
 *
 * <p>An entry serves a request as far as their tokens agree. With p the common prefix of an entry of m tokens and a
 * request of n: p = n = m is a {@link KvOutcome#HIT}; else the first min(p, n − 1) rows are reused and the rest is the
 * caller's to encode ({@link KvOutcome#APPEND}); p = 0, or agreement on the learned first token alone, is a
 * {@link KvOutcome#PREFILL}. Whatever history a request brings, it never gets rows of other tokens.
 *
 * <p>One request at a time writes the entry of a key; hits don't wait for it. New rows are written in place, unless the
 * block is too small, or rows that another lease reads would have to go: then the reused rows are copied to a fresh
 * block. A full cache is no error: the request gets a transient block. Memory that goes back is overwritten.
 *
 * <p>With the system property {@code unipin.kv.debug} blocks and leases remember where they were taken, and freed
 * blocks are filled with not-a-numbers. Thread-safe.
 */
public final class UserKvCache implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(UserKvCache.class);

  /** What the clock can count; nobody waits as long. */
  private static final Duration LONGEST_WAIT = Duration.ofDays(365);

  private final KvCacheConfig config;
  private final SlabPool pool;
  private final SlabPool transients;
  private final EntryStore entries;
  private final LeaseLedger ledger;
  private final Acquirer acquirer;

  public UserKvCache(KvCacheConfig config) {
    this(
        config,
        SlabPool.defaultSlabBytes(config.budgetBytes()),
        Boolean.getBoolean("unipin.kv.debug"));
  }

  UserKvCache(KvCacheConfig config, long slabBytes, boolean debug) {
    this.config = config;
    pool = pool("cache", config.budgetBytes(), slabBytes, debug);
    long transientSlab = SlabPool.defaultSlabBytes(config.transientBytes());
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
   * <p>When another request is writing the key's entry, waits for it and looks again. After {@code maxWait} goes
   * {@link KvOutcome#UNCACHED}, as it does when there is no room.
   *
   * @param hashes one per row, 1 to {@code layout.maxRows()}
   * @throws KvCacheException when there is no room for a transient block either (overloaded), or when interrupted
   * @throws IllegalArgumentException when the key's entry has another layout
   */
  public KvLease acquire(KvKey key, KvLayout layout, TokenHashes hashes, Duration maxWait) {
    return acquire(key, layout, hashes, maxWait, mark(key.user()));
  }

  /**
   * Returns a number to give to {@link #acquire(KvKey, KvLayout, TokenHashes, Duration, long)}, for a caller who reads the
   * user's history in between: it tells an erasure of the user since.
   */
  public long mark(String user) {
    return entries.mark(user);
  }

  /**
   * Like {@link #acquire(KvKey, KvLayout, TokenHashes, Duration)}; what is committed isn't kept when the user was erased
   * after the mark was taken, for it may be of a history that exists no more.
   */
  public KvLease acquire(
      KvKey key, KvLayout layout, TokenHashes hashes, Duration maxWait, long mark) {
    layout.orderFor(hashes.size()); // checks the number of rows
    if (maxWait.isNegative()) {
      throw new IllegalArgumentException("expected a maxWait of at least 0, got " + maxWait);
    }
    requireOpen();
    return acquirer.acquire(key, layout, hashes, new Acquirer.Patience(deadline(maxWait), mark));
  }

  /** Says whether the key has an entry; doesn't count as a use of it. */
  public boolean holds(KvKey key) {
    return entries.holds(key);
  }

  /**
   * Takes a lease to bring a key's entry up to tokens that no request waits for yet: an {@link KvOutcome#APPEND}, or a
   * {@link KvOutcome#PREFILL} when the window has moved. Nothing, when the key has no entry, when its entry has all of
   * the tokens or others, when a request is writing it, or when there is no room. Doesn't wait, and isn't counted as an
   * outcome.
   *
   * @param tokens asked once nobody else can write the entry, so that they are no older than what it holds
   */
  public Optional<KvLease> refresh(KvKey key, KvLayout layout, Supplier<TokenHashes> tokens) {
    requireOpen();
    return Optional.ofNullable(acquirer.refresh(key, layout, tokens));
  }

  /**
   * Returns a transient lease on a copy of the rows of {@code base}, for tokens that a request adds ahead of the
   * history store. Its outcome is {@link KvOutcome#UNCACHED}, its first {@code base.rows()} rows are valid, and what is
   * committed is seen by its holder alone.
   *
   * @param base a hit or a committed lease; independent of the branch from now on
   * @param hashes those of base and at least one more
   * @throws KvCacheException when there is no room (overloaded)
   */
  public KvLease branch(KvLease base, TokenHashes hashes) {
    requireOpen();
    if (!base.hasAllRows()) {
      throw new IllegalStateException(
          "expected an open lease that is a hit or committed, got another");
    }
    int prefix = base.hashes().commonPrefix(hashes);
    if (prefix < base.rows() || hashes.size() == prefix) {
      throw new IllegalArgumentException(
          "expected hashes that extend the base's "
              + base.rows()
              + ", got "
              + hashes.size()
              + " that agree on "
              + prefix);
    }
    return acquirer.branch(base.kvBlock(), hashes, prefix);
  }

  /**
   * Returns a lease on a block that nobody else ever sees, for rows that are not to be kept. Its outcome is {@link
   * KvOutcome#UNCACHED}, none of its rows is valid.
   *
   * @throws KvCacheException when there is no room (overloaded)
   */
  public KvLease aside(KvLayout layout, TokenHashes hashes) {
    requireOpen();
    return acquirer.aside(layout, hashes);
  }

  /**
   * Drops a user's entries under every fingerprint and returns how many there were. What requests under way have
   * written for the user is not kept either. The bytes are overwritten once no lease is open on them.
   */
  public int erase(String user) {
    return entries.eraseUser(user);
  }

  /**
   * Drops the entries of a model that is no longer served, and its own part of the budget; otherwise like {@link #erase}.
   */
  public void eraseFingerprint(String fingerprint) {
    entries.erase(key -> key.fingerprint().equals(fingerprint));
    entries.share(fingerprint);
  }

  /**
   * Gives a model a part of the budget of its own, which its entries don't exceed and no others use: a shadow arm then
   * costs live users nothing. The entries that it has are dropped, the first time.
   *
   * @throws IllegalArgumentException when the models' own parts would exceed the budget
   */
  public void reserve(String fingerprint, long bytes) {
    entries.reserve(fingerprint, bytes);
  }

  /** Drops what is too old now instead of within a second or so. */
  void expire() {
    entries.expire();
  }

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
   * Drops all entries and refuses further requests. Leases that are still open stay valid, and are reported as leaked.
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
      throw new IllegalStateException("expected an open cache, got a closed one");
    }
  }

  /** Returns nanoseconds on {@link System#nanoTime}. */
  private static long deadline(Duration maxWait) {
    Duration wait = maxWait.compareTo(LONGEST_WAIT) < 0 ? maxWait : LONGEST_WAIT;
    return System.nanoTime() + wait.toNanos();
  }
}
