package io.unipin.serving.experiment;

import io.unipin.serving.log.EntryLog;
import io.unipin.serving.log.ServedLogConfig;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The log of users who met an arm: written where the arm takes effect, once per user, experiment and day.
 *
 * <p>Never delays a request, see {@link EntryLog}. A line may come twice, after a restart for example; readers keep the first.
 * Thread-safe.
 */
public final class ExposureLog implements AutoCloseable {
  private final Experiments experiments;
  private final EntryLog<ExposureEntry> entries;
  private final RecentHashes seen = new RecentHashes();

  /** What any arm of an experiment changes; nothing for an experiment whose arms are all alike. */
  private final Map<String, Set<Knob>> knobs = new HashMap<>();

  private ExposureLog(Experiments experiments, EntryLog<ExposureEntry> entries) {
    this.experiments = experiments;
    this.entries = entries;
    for (LayerConfig layer : experiments.config().layers().values()) {
      layer.experiments().forEach((name, plan) -> knobs.put(name, plan.knobs()));
    }
  }

  /** Opens the log; one that is not enabled, or has no experiments, takes nothing. */
  public static ExposureLog open(Experiments experiments, ServedLogConfig config) {
    boolean takes = config.enabled() && !experiments.config().layers().isEmpty();
    return new ExposureLog(
        experiments, EntryLog.open("exposures", config.withEnabled(takes), ExposureEntry::user));
  }

  /**
   * An answered request.
   *
   * @param mark of the user, taken when the request began
   * @param used settings that the answer depended on; where the request itself said what it wants, no arm took effect
   */
  public record Answer(
      String requestId,
      String user,
      long mark,
      long timeMs,
      Set<Knob> used,
      String bundle,
      String index,
      String config) {
    public Answer {
      used = Set.copyOf(used);
    }
  }

  /** What {@link EntryLog#mark} says of the user. */
  public long mark(String user) {
    return entries.mark(user);
  }

  /** Logs the experiments of an answer that made, or under another arm would have made, a difference to it. */
  public void exposed(List<Assignment> assignments, Answer answer) {
    for (Assignment assignment : assignments) {
      if (tookEffect(assignment, answer.used())) {
        log(assignment, answer);
      }
    }
  }

  /** The same for all arms of an experiment, or their users could not be compared. */
  private boolean tookEffect(Assignment assignment, Set<Knob> used) {
    Set<Knob> changed = knobs.getOrDefault(assignment.experiment(), Set.of());
    return changed.isEmpty() || !Collections.disjoint(changed, used);
  }

  private void log(Assignment assignment, Answer answer) {
    long key = key(assignment.experiment(), answer);
    if (!seen.add(key)) {
      return;
    }
    ExposureEntry entry =
        new ExposureEntry(
            answer.timeMs(),
            answer.user(),
            assignment.layer(),
            assignment.experiment(),
            assignment.arm(),
            experiments.salt(assignment.experiment()),
            assignment.overridden(),
            answer.requestId(),
            answer.bundle(),
            answer.index(),
            answer.config());
    if (!entries.offer(entry, answer.mark())) {
      seen.remove(key); // the next request tries again
    }
  }

  /** Another one after the user was erased, so that a user who returns is logged again, and nobody else. */
  private static long key(String experiment, Answer answer) {
    long day = TimeUnit.MILLISECONDS.toDays(answer.timeMs());
    return Slots.hash(experiment, day + "." + answer.mark(), answer.user());
  }

  /** Entries that were dropped since the start. */
  public long dropped() {
    return entries.dropped();
  }

  /** Forgets a user; returns whether anything was logged. */
  public boolean erase(String user) {
    return entries.erase(user);
  }

  /** Writes what is queued. Idempotent. */
  @Override
  public void close() {
    entries.close();
  }
}
