package io.unipin.kvcache;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A cache that keeps users' attention keys and values from one request to the next. There is one
 * entry per {@link KvKey}. An entry holds the hashes of its tokens, a block with the rows of these
 * tokens, and the state after the last row.
 *
 * <p>A request can use the rows of an entry up to the first token that is not the same in both. Let
 * p be the length of the common prefix of an entry of m tokens and a request of n tokens:
 *
 * <ul>
 * <li>p = n = m is a {@link KvOutcome#HIT}.
 * <li>p = 0, or agreement on the learned first token alone, is a {@link KvOutcome#PREFILL}.
 * <li>Otherwise the outcome is {@link KvOutcome#APPEND}: the first min(p, n − 1) rows are reused,
 *     and the caller encodes the rest.
 * </ul>
 *
 * <p>A request never gets rows of tokens other than its own. {@code KvEntry} compares the tokens,
 * and {@code Acquirer} decides the outcome.
 *
 * <p>One request at a time writes the entry of a key, and hits do not wait for this writer. New
 * rows are written in place. There are two exceptions: the block is too small, or the write would
 * overwrite rows that another lease reads. In both cases the reused rows are copied to a fresh
 * block. A full cache is no error: the request gets a transient block. Memory is overwritten when
 * it is freed.
 *
 * <p>The system property {@code unipin.kv.debug} turns debug mode on. In debug mode, blocks and
 * leases remember where they were taken, and freed blocks are filled with NaN. Thread-safe.
 */
public final class UserKvCache implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(UserKvCache.class);

  private final KvCacheLimits limits;
  private final SlabPool pool;
  private final SlabPool transients;
  private final EntryStore entries;
  private final LeaseLedger ledger;
  private final Tiers tiers;
  private final Acquirer acquirer;

  public UserKvCache(KvCacheLimits limits) {
    this(limits, List.of());
  }

  public UserKvCache(KvCacheLimits limits, List<KvTierSetup> below) {
    this(limits, below, SlabSource.HOST);
  }

  /**
   * Creates a cache with tiers below it. The nearest tier comes first. The cache closes the tiers.
   *
   * @param source memory for the budget and for the transient blocks. Tiers need host memory.
   * @throws IllegalArgumentException if there are tiers and the memory is not host memory
   */
  public UserKvCache(KvCacheLimits limits, List<KvTierSetup> below, SlabSource source) {
    this(limits, below, source, Slabs.defaultBytes(limits.budgetBytes()), Slabs.isDebug());
  }

  UserKvCache(KvCacheLimits limits, long slabBytes, boolean debug) {
    this(limits, List.of(), SlabSource.HOST, slabBytes, debug);
  }

  UserKvCache(
      KvCacheLimits limits,
      List<KvTierSetup> below,
      SlabSource source,
      long slabBytes,
      boolean debug) {
    this.limits = limits;
    Ticker ticker = limits.ticker();
    pool = new SlabPool("cache", limits.budgetBytes(), slabBytes, debug, source, ticker);
    long passing = limits.transientBytes();
    long passingSlab = Slabs.defaultBytes(passing);
    transients = new SlabPool("transient blocks", passing, passingSlab, debug, source, ticker);
    WriterSlots writers = new WriterSlots();
    entries = new EntryStore(limits, writers, this::leaving);
    ledger = new LeaseLedger(debug);
    tiers = Tiers.over(source, below, entries, limits);
    LeaseHost host = new LeaseHost(entries, writers, ledger, tiers);
    acquirer = new Acquirer(host, new BlockSource(pool, entries), transients);
  }

  private void leaving(KvKey key, KvEntry entry) {
    tiers.leaving(key, entry);
  }

  /**
   * Looks a key up, compares tokens and takes a lease. All of this is one atomic step.
   *
   * <p>If another request is writing the key's entry, waits for that request and looks the key up
   * again. The lease is {@link KvOutcome#UNCACHED} if the wait takes longer than {@code maxWait},
   * or if there is no room.
   *
   * @param hashes one hash per row of the request, 1 to {@code layout.maxRows()} hashes
   * @throws KvCacheException if there is no room even for a transient block (overloaded), or if the
   *     thread is interrupted
   * @throws IllegalArgumentException if the key's entry has another layout
   */
  public KvLease acquire(KvKey key, KvLayout layout, TokenHashes hashes, Duration maxWait) {
    return acquire(key, layout, hashes, maxWait, mark(key.user()));
  }

  /**
   * Returns a mark to pass to {@link #acquire(KvKey, KvLayout, TokenHashes, Duration, long)}. A
   * caller takes the mark before reading the user's history, so that the cache notices if the user
   * is erased after that.
   */
  public long mark(String user) {
    return entries.mark(user);
  }

  /**
   * Takes a lease like {@link #acquire(KvKey, KvLayout, TokenHashes, Duration)}, and checks for
   * erasures. If the user was erased after the mark was taken, the cache does not keep the
   * committed rows. Such rows may stem from a history that no longer exists.
   */
  public KvLease acquire(
      KvKey key, KvLayout layout, TokenHashes hashes, Duration maxWait, long mark) {
    return acquire(key, layout, hashes, maxWait, mark, ReloadChoice.ALWAYS);
  }

  /** Takes a lease like the method above. {@code reloads} decides whether a tier is read. */
  public KvLease acquire(
      KvKey key,
      KvLayout layout,
      TokenHashes hashes,
      Duration maxWait,
      long mark,
      ReloadChoice reloads) {
    layout.orderFor(hashes.size()); // checks the number of rows
    if (maxWait.isNegative()) {
      throw new IllegalArgumentException("a maxWait of at least 0 expected, got " + maxWait);
    }
    acquirer.requireOpen();
    return acquirer.acquire(
        key, layout, hashes, new Acquirer.Patience(Acquirer.deadline(maxWait), mark, reloads));
  }

  /** Returns whether the key has an entry. The check does not count as a use of the entry. */
  public boolean holds(KvKey key) {
    return entries.holds(key);
  }

  /**
   * Takes a lease to add tokens to a key's entry ahead of any request. The lease is an
   * {@link KvOutcome#APPEND}, or a {@link KvOutcome#PREFILL} when the window has moved.
   *
   * <p>Returns empty if the key has no entry, if a request writes the entry, or if there is no
   * room. Also returns empty if the entry already has all of the tokens or more, or if it has
   * different tokens within the same window. This method does not wait, and its leases are not
   * counted as outcomes.
   *
   * @param tokens returns the tokens. It is called only when no other request can write the entry
   *     any more. So the returned tokens are no older than the tokens of the entry
   */
  public Optional<KvLease> refresh(KvKey key, KvLayout layout, Supplier<TokenHashes> tokens) {
    acquirer.requireOpen();
    return Optional.ofNullable(acquirer.refresh(key, layout, tokens));
  }

  /**
   * Returns a transient lease on a copy of the rows of {@code base}, for tokens that a request adds
   * before the history store has them.
   *
   * <p>The outcome is {@link KvOutcome#UNCACHED}, and the first {@code base.rows()} rows are valid.
   * Only the holder of the branch sees the rows that the holder commits.
   *
   * @param base a hit or a committed lease. Once this method returns, neither lease depends on the
   *     other.
   * @param hashes the hashes of {@code base} and of at least one more token
   * @throws KvCacheException if there is no room (overloaded)
   */
  public KvLease branch(KvLease base, TokenHashes hashes) {
    acquirer.requireOpen();
    base.requireExtendedBy(hashes);
    return acquirer.branch(base.kvBlock(), hashes, base.rows());
  }

  /**
   * Returns a lease on a new transient block, for rows that are not to be kept. The outcome is
   * {@link KvOutcome#UNCACHED}, and no row is valid.
   *
   * @throws KvCacheException if there is no room (overloaded)
   */
  public KvLease aside(KvLayout layout, TokenHashes hashes) {
    acquirer.requireOpen();
    return acquirer.aside(layout, hashes);
  }

  /**
   * Drops a user's entries under every fingerprint, and returns how many entries were dropped. Rows
   * that requests are writing for the user are not kept either. The bytes of a dropped entry are
   * overwritten once no lease on its block is open. Waits until the tier below the cache has
   * overwritten the user's bytes. If the tier held bytes of the user, the result is at least 1.
   *
   * @throws KvCacheException if the tier failed; the cache itself is erased nevertheless
   */
  public int erase(String user) {
    return erase(user, true);
  }

  /** Drops a user as {@link #erase} does, but leaves the user in tiers that servers share. */
  public int eraseHere(String user) {
    return erase(user, false);
  }

  private int erase(String user, boolean everywhere) {
    // The cache comes first, because the tiers are written from it.
    int erased = entries.eraseUser(user);
    return tiers.erase(user, everywhere) ? Math.max(1, erased) : erased;
  }

  /**
   * Drops the entries of a model that is no longer served, and dissolves the model's own part of
   * the budget. Open leases are handled as in {@link #erase}.
   */
  public void eraseFingerprint(String fingerprint) {
    entries.erase(key -> key.fingerprint().equals(fingerprint));
    entries.share(fingerprint);
    tiers.eraseFingerprint(fingerprint);
  }

  /**
   * Reserves a part of the budget for a model. The model's entries do not exceed the part, and no
   * other model's entries use it. So a shadow's model never evicts entries of live users.
   *
   * <p>The first call drops the model's entries. A later call changes the size of the part.
   *
   * @throws IllegalArgumentException if the models' own parts would exceed the budget
   */
  public void reserve(String fingerprint, long bytes) {
    entries.reserve(fingerprint, bytes);
  }

  /** Drops expired entries. Without this call they leave within about a second. */
  void expire() {
    entries.expire();
  }

  /** Returns whether there is a tier below the cache. */
  public boolean hasTier() {
    return !tiers.isEmpty();
  }

  /** Returns the figures of the tiers below the cache. The nearest tier comes first. */
  public List<KvTierStats> tierStats() {
    return tiers.stats();
  }

  /** Returns the cache's figures at this moment. */
  public KvCacheStats stats() {
    return new KvCacheStats(
        limits.budgetBytes(),
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
   * Closes the cache. Before that, writes the rows that wait for the tier below the cache, but for
   * a few seconds at most. Then closes the tier, drops all entries and refuses further requests.
   * Open leases stay valid and are logged as leaked.
   */
  @Override
  public void close() {
    if (entries.isClosed()) {
      return;
    }
    tiers.close();
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

  /** Waits until all queued rows are written to the tier. */
  public void settleTier() {
    tiers.settle();
  }
}
