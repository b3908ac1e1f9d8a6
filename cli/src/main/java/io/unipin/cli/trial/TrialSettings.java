package io.unipin.cli.trial;

import io.unipin.feedlog.infer.Decisions;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a trial.
 *
 * @param work folder for everything that the trial creates
 * @param data file, folder or pattern; null for a simulated feed
 * @param save file for the mapping; null to write none
 * @param pageOf user whose page is shown; null to choose one
 * @param clock time limit of the first training
 * @param maxBadRows the trial leaves out bad rows, and fails if there are more than this many
 * @param once whether to end after the first page
 */
record TrialSettings(
    Path work,
    @Nullable Path data,
    Decisions decisions,
    @Nullable Path save,
    @Nullable String pageOf,
    TrialClock clock,
    long maxBadRows,
    boolean once) {
  Map<String, @Nullable Object> figures() {
    Map<String, @Nullable Object> figures = new LinkedHashMap<>();
    figures.put("data", data == null ? "simulator" : data.toString());
    figures.put("decided", decisions.columns());
    figures.put("seconds", clock.asked());
    return figures;
  }
}
