package io.unipin.serving.user;

import io.unipin.kvcache.KvCacheStats;
import io.unipin.kvcache.UserKvCache;
import io.unipin.serving.experiment.Assignment;
import io.unipin.serving.experiment.ExposureLog;
import io.unipin.serving.history.ActionEvent;
import io.unipin.serving.history.AppendResult;
import io.unipin.serving.history.HistoryStore;
import io.unipin.serving.history.RetractResult;
import io.unipin.serving.log.ServedLog;
import io.unipin.serving.log.Slate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one owner of what the server holds of users: it records, logs and erases.
 *
 * <p>An erasure goes to every store, whatever fails on the way, and tells which ones it did not reach. Thread-safe.
 */
public final class UserData {
  private static final Logger logger = LoggerFactory.getLogger(UserData.class);

  private final HistoryStore histories;
  private final UserKvCache cache;
  private final ServedLog servedLog;
  private final ExposureLog exposures;
  private final Consumer<String> changed;
  private final List<UserStore> stores;

  /** What holds something of a user for good. */
  public record Parts(
      HistoryStore histories, UserKvCache cache, ServedLog servedLog, ExposureLog exposures) {}

  /**
   * @param changed learns of users whose actions are others now
   * @param others whatever else holds something of a user
   */
  public UserData(Parts parts, Consumer<String> changed, List<UserStore> others) {
    this.histories = parts.histories();
    this.cache = parts.cache();
    this.servedLog = parts.servedLog();
    this.exposures = parts.exposures();
    this.changed = changed;
    List<UserStore> all = new ArrayList<>();
    all.add(new UserStore("history", histories::erase)); // first: others are made from it
    all.addAll(others);
    all.add(new UserStore("cache", user -> cache.erase(user) > 0));
    all.add(new UserStore("served log", servedLog::erase));
    all.add(new UserStore("exposure log", exposures::erase));
    this.stores = List.copyOf(all);
  }

  /** Returns how full the cache of encoded users is, and what it did so far. */
  public KvCacheStats cacheStats() {
    return cache.stats();
  }

  /** Returns the moment now; whoever logs something of a user takes it before they look at anything of the user's. */
  public UserMark mark(String user) {
    return new UserMark(servedLog.mark(user), exposures.mark(user));
  }

  /**
   * Records a user's events, and logs all of them, those that were recorded before too: a server may end between its
   * history and its log, and then the caller's retry brings what the log lacks. Readers count an event id once.
   */
  public AppendResult record(String user, List<ActionEvent> events) {
    UserMark mark = mark(user);
    AppendResult result = histories.append(user, events);
    servedLog.recorded(user, events, mark.served());
    if (result.recorded() + result.corrected() + result.retracted() > 0) {
      changed.accept(user);
    }
    return result;
  }

  /** Takes a user's events back, and logs all of them, as {@link #record} does. */
  public RetractResult retract(String user, List<String> eventIds, long revision, long nowMs) {
    UserMark mark = mark(user);
    RetractResult result = histories.retract(user, eventIds, revision);
    servedLog.retracted(user, eventIds, revision, nowMs, mark.served());
    if (result.retracted() > 0) {
      changed.accept(user);
    }
    return result;
  }

  /** Logs a page that its caller got. */
  public void served(Slate slate, UserMark mark) {
    servedLog.served(slate, mark.served());
  }

  /** Logs which experiments an answer showed, once its caller got it. */
  public void exposed(List<Assignment> assignments, ExposureLog.Answer answer) {
    exposures.exposed(assignments, answer);
  }

  /** Erases a user from every store. */
  public Erasure erase(String user) {
    boolean existed = false;
    List<String> missed = new ArrayList<>();
    for (UserStore store : stores) {
      try {
        existed |= store.eraser().test(user);
      } catch (RuntimeException | Error e) {
        logger.error("a user could not be erased from: {}", store.name(), e);
        missed.add(store.name());
      }
    }
    return new Erasure(existed, missed);
  }
}
