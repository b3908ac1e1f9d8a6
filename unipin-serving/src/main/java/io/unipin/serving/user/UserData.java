package io.unipin.serving.user;

import io.unipin.kvcache.KvCacheStats;
import io.unipin.kvcache.KvTierStats;
import io.unipin.kvcache.UserKvCache;
import io.unipin.serving.experiment.Assignment;
import io.unipin.serving.experiment.ExposureLog;
import io.unipin.serving.history.ActionEvent;
import io.unipin.serving.history.AppendResult;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.history.KnownErasure;
import io.unipin.serving.history.LogRewrite;
import io.unipin.serving.history.RetractResult;
import io.unipin.serving.impressions.ImpressionCounts;
import io.unipin.serving.impressions.ShownPage;
import io.unipin.serving.log.ServedLog;
import io.unipin.serving.log.Slate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The single owner of the server's data about users. It records, logs and erases this data.
 *
 * <p>An erasure tries every store, even after a failure, and reports the stores that it did not
 * reach. Thread-safe.
 */
public final class UserData {
  private static final Logger logger = LoggerFactory.getLogger(UserData.class);

  private final HistoryStore histories;
  private final UserKvCache cache;
  private final ServedLog servedLog;
  private final ExposureLog exposures;
  private final ImpressionCounts impressions;
  private final ActionJournal journal;
  private final Consumer<String> changed;
  private final ErasureSpread spread;
  private final List<UserStore> stores;

  /** The stores that keep data about users permanently. */
  public record Parts(
      HistoryStore histories,
      UserKvCache cache,
      ServedLog servedLog,
      ExposureLog exposures,
      ImpressionCounts impressions,
      ActionJournal journal,
      ErasureSpread spread) {
    /** The stores of a server that belongs to no fleet. */
    public Parts(
        HistoryStore histories,
        UserKvCache cache,
        ServedLog servedLog,
        ExposureLog exposures,
        ImpressionCounts impressions,
        ActionJournal journal) {
      this(histories, cache, servedLog, exposures, impressions, journal, ErasureSpread.NONE);
    }
  }

  /**
   * @param changed receives the id of each user whose actions have changed
   * @param others all other stores with data about users
   */
  public UserData(Parts parts, Consumer<String> changed, List<UserStore> others) {
    this.histories = parts.histories();
    this.cache = parts.cache();
    this.servedLog = parts.servedLog();
    this.exposures = parts.exposures();
    this.impressions = parts.impressions();
    this.journal = parts.journal();
    this.spread = parts.spread();
    this.changed = changed;
    List<UserStore> all = new ArrayList<>(others);
    all.add(new UserStore("served log", servedLog::erase));
    all.add(new UserStore("exposure log", exposures::erase));
    all.add(new UserStore("impressions", impressions::erase));
    this.stores = List.copyOf(all);
  }

  /** Returns the fill level and the counters of the cache of encoded users. */
  public KvCacheStats cacheStats() {
    return cache.stats();
  }

  /** Returns the figures of the tiers below this cache. */
  public List<KvTierStats> tierStats() {
    return cache.tierStats();
  }

  /** Returns the journal of the actions that callers record and retract. */
  public ActionJournal journal() {
    return journal;
  }

  /** Whether a change of a user's actions waits for another machine. */
  public boolean waitsForOthers() {
    return journal != ActionJournal.NONE || histories.isRemote();
  }

  /**
   * Returns the user's current mark. A caller that logs data of the user takes the mark before it
   * reads any of this data.
   */
  public UserMark mark(String user) {
    return new UserMark(servedLog.mark(user), exposures.mark(user));
  }

  /**
   * Records a user's events and logs all of them, including events recorded before.
   *
   * <p>A server may end after the history was written and before the log was written. If the caller
   * repeats the call after such an end, the missing log entries are added. Readers of the log count
   * an event id once.
   */
  public AppendResult record(String user, List<ActionEvent> events) {
    return record(user, events, KnownErasure.ANY).orElseThrow();
  }

  /**
   * Records a user's events unless the user was erased after {@code known}. See
   * {@link HistoryStore#append(String, List, KnownErasure)}.
   *
   * @return empty if the user was erased after {@code known}; nothing was then recorded or logged
   */
  public Optional<AppendResult> record(String user, List<ActionEvent> events, KnownErasure known) {
    UserMark mark = mark(user);
    Optional<AppendResult> appended = histories.append(user, events, known);
    appended.ifPresent(
        result -> {
          servedLog.recorded(user, events, mark.served());
          if (result.recorded() + result.corrected() + result.retracted() > 0) {
            changed.accept(user);
          }
        });
    return appended;
  }

  /**
   * Retracts a user's events and logs all retractions, as {@link #record} does.
   *
   * @param nowMs current time in milliseconds since 1970
   */
  public Optional<RetractResult> retract(
      String user, List<String> eventIds, long revision, long nowMs, KnownErasure known) {
    UserMark mark = mark(user);
    Optional<RetractResult> retracted = histories.retract(user, eventIds, revision, known);
    retracted.ifPresent(
        result -> {
          servedLog.retracted(user, eventIds, revision, nowMs, mark.served());
          if (result.retracted() > 0) {
            changed.accept(user);
          }
        });
    return retracted;
  }

  /** Logs a page that is being sent to the caller, and counts its impressions. */
  public void served(Slate slate, UserMark mark) {
    servedLog.served(slate, mark.served());
    impressions.served(new ShownPage(slate.user(), slate.id(), slate.surface(), slate.items()));
    if (servedLog.mark(slate.user()) != mark.served()) {
      impressions.erase(slate.user()); // the user was erased while the page was answered
    }
  }

  /** Logs the experiments that affected an answer, which is being sent to the caller. */
  public void exposed(List<Assignment> assignments, ExposureLog.Answer answer) {
    exposures.exposed(assignments, answer);
  }

  /**
   * Erases a user from every store, after all replicas were told to do so. If one store fails, the
   * other stores are still erased.
   */
  public Erasure erase(String user) {
    long nowMs = System.currentTimeMillis();
    List<String> missed = new ArrayList<>();
    erase(
        new UserStore(
            "other replicas",
            gone -> {
              spread.announce(gone, nowMs);
              return false;
            }),
        user,
        missed);
    UserStore rows = new UserStore("cache", gone -> cache.erase(gone) > 0);
    boolean here = eraseHere(user, gone -> histories.erase(gone, nowMs), rows, missed);
    if (!missed.isEmpty()) {
      return new Erasure(here, missed);
    }
    LogRewrite rewrite = histories.rewriteLogs();
    ErasureSpread.Answers answers = spread.await(user, nowMs, here);
    return new Erasure(answers.existed(), missed, answers, rewrite);
  }

  /**
   * Erases a user from this server's stores, because another replica was asked to erase the user.
   *
   * @param timeMs time of the erasure in milliseconds since 1970
   */
  public Erasure eraseFor(String user, long timeMs) {
    List<String> missed = new ArrayList<>();
    // Only the replica that was asked erases the shared stores. So a failure of a shared store does
    // not stop the other replicas.
    UserStore here = new UserStore("cache", gone -> cache.eraseHere(gone) > 0);
    boolean existed = eraseHere(user, gone -> histories.eraseFor(gone, timeMs), here, missed);
    return new Erasure(existed, missed);
  }

  private boolean eraseHere(
      String user, Predicate<String> history, UserStore rows, List<String> missed) {
    // The history comes first, because the data in the other stores are computed from the history.
    boolean existed = erase(new UserStore("history", history), user, missed);
    existed |= erase(rows, user, missed);
    for (UserStore store : stores) {
      existed |= erase(store, user, missed);
    }
    return existed;
  }

  private static boolean erase(UserStore store, String user, List<String> missed) {
    try {
      return store.eraser().test(user);
    } catch (RuntimeException | Error e) {
      logger.error("a user could not be erased from: {}", store.name(), e);
      missed.add(store.name());
      return false;
    }
  }
}
