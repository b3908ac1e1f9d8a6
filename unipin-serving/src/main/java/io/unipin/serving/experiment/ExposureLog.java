package io.unipin.serving.experiment;

import io.unipin.serving.log.EntryLog;
import io.unipin.serving.log.Outlets;
import io.unipin.serving.log.ServedLogConfig;
import io.unipin.serving.log.SpoolOpener;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The log of users whom an arm could affect. A line is written once per user, experiment and day,
 * for the first request that the arm could affect.
 *
 * <p>The log never delays a request. See {@link EntryLog}. A line may appear twice, for example
 * after a restart. Readers of the log keep only the first of these lines. Thread-safe.
 */
public final class ExposureLog implements AutoCloseable {
  private static final String NAME = "exposures";

  private final Experiments experiments;
  private final Outlets<ExposureEntry> entries;
  private final RecentHashes seen = new RecentHashes();

  /** The knobs that any arm changes, by experiment. The set is empty if all arms are equal. */
  private final Map<String, Set<Knob>> knobs = new HashMap<>();

  private ExposureLog(Experiments experiments, Outlets<ExposureEntry> entries) {
    this.experiments = experiments;
    this.entries = entries;
    for (LayerConfig layer : experiments.config().layers().values()) {
      layer.experiments().forEach((name, plan) -> knobs.put(name, plan.knobs()));
    }
  }

  /**
   * Opens the log. If the log is disabled or there are no experiments, the log takes no entries.
   */
  public static ExposureLog open(Experiments experiments, ServedLogConfig config) {
    return open(experiments, config, SpoolOpener.NONE);
  }

  /**
   * Opens a log whose entries may also go to a spool. Without experiments it takes no entries.
   *
   * @param opener opens the spool, if there is one
   */
  public static ExposureLog open(
      Experiments experiments, ServedLogConfig config, SpoolOpener opener) {
    boolean some = !experiments.config().layers().isEmpty();
    return new ExposureLog(
        experiments,
        Outlets.open(
            NAME,
            config.withEnabled(config.enabled() && some),
            opener.open(NAME, ExposureEntry::user),
            ExposureEntry::user));
  }

  /**
   * An answered request.
   *
   * @param mark the user's mark, taken when the request began
   * @param used settings on which the answer depended, without the settings that the request itself
   *     gave
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

  /** Returns the user's mark as {@link EntryLog#mark} does. */
  public long mark(String user) {
    return entries.mark(user);
  }

  /**
   * Logs the experiments that could affect the answer. In such an experiment, some arm changes a
   * setting on which the answer depends.
   */
  public void exposed(List<Assignment> assignments, Answer answer) {
    for (Assignment assignment : assignments) {
      if (tookEffect(assignment, answer.used())) {
        log(assignment, answer);
      }
    }
  }

  /**
   * Whether the experiment could affect the answer. The result does not depend on the user's arm.
   * Otherwise the users of two arms could not be compared. For an experiment with equal arms the
   * result is always true.
   */
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
      seen.remove(key); // forgets the key, so that the next request logs the exposure
    }
  }

  /**
   * Returns the key of an entry. The key changes when the user is erased, so a user who returns is
   * logged again.
   */
  private static long key(String experiment, Answer answer) {
    long day = TimeUnit.MILLISECONDS.toDays(answer.timeMs());
    return Slots.hash(experiment, day + "." + answer.mark(), answer.user());
  }

  /** Returns the number of entries dropped since the start. */
  public long dropped() {
    return entries.dropped();
  }

  /** Erases a user's entries. Returns whether the user had any entry. */
  public boolean erase(String user) {
    return entries.erase(user);
  }

  /** Writes the queued entries and closes the log. Idempotent. */
  @Override
  public void close() {
    entries.close();
  }
}
