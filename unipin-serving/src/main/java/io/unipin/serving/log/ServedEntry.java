package io.unipin.serving.log;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.unipin.serving.history.ActionEvent;
import io.unipin.serving.history.EventPlace;
import io.unipin.serving.history.HistoryKeys;
import io.unipin.serving.history.RecordedAction;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One line of the served log: a served page, a recorded action, or a retraction.
 *
 * @param view id of the page, which is the id of its request; absent for an action
 * @param items ids of the page's items in displayed order, or the one item of an action; empty if
 *     the line is a retraction
 * @param actions actions of the entry; absent for a page
 * @param event id of an action's event; absent for a page
 * @param format the first format that can express the line; absent for format 1. Format 2 added
 *     revision and retracted, format 3 added draws, format 4 added counts
 * @param revision revision of an action's record, or the highest revision that a retraction covers;
 *     absent for 0
 * @param retracted whether the event was retracted; absent when the event was not retracted
 * @param draws draws of a page with exploration; absent otherwise
 * @param counts generation of the tables of counts by which a page was ranked; absent if ranking
 *     used none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ServedEntry(
    @Nullable String view,
    String user,
    long timeMs,
    String surface,
    List<Long> items,
    @Nullable List<String> actions,
    @Nullable String event,
    @Nullable String arm,
    @Nullable String bundle,
    @Nullable String index,
    @Nullable Integer format,
    @Nullable Long revision,
    @Nullable Boolean retracted,
    @Nullable LoggedDraws draws,
    @Nullable String counts) {
  private static final int CORRECTIONS = 2;
  private static final int EXPLORATION = 3;
  private static final int COUNTS = 4;

  /**
   * Orders entries by time. A page comes before an action of the same millisecond. Actions of the
   * same time have the same order as in a history.
   */
  static final Comparator<ServedEntry> BY_PLACE =
      Comparator.comparingLong(ServedEntry::timeMs)
          .thenComparing(entry -> entry.view() == null ? 1 : 0)
          .thenComparing(entry -> new EventPlace(0, HistoryKeys.event(entry.eventOrNone())));

  ServedEntry {
    if (format != null && format > COUNTS) {
      throw new IllegalArgumentException(
          "an entry of format 1 to " + COUNTS + " expected, got " + format);
    }
  }

  static ServedEntry of(Slate slate) {
    boolean drawn = slate.draws().on();
    return new ServedEntry(
        slate.id(),
        slate.user(),
        slate.timeMs(),
        slate.surface(),
        Arrays.stream(slate.items()).boxed().toList(),
        null,
        null,
        slate.arm(),
        slate.bundle(),
        slate.index(),
        format(slate),
        null,
        null,
        drawn ? LoggedDraws.of(slate) : null,
        slate.counts().isEmpty() ? null : slate.counts());
  }

  private static @Nullable Integer format(Slate slate) {
    if (!slate.counts().isEmpty()) {
      return COUNTS;
    }
    return slate.draws().on() ? EXPLORATION : null;
  }

  static ServedEntry of(String user, ActionEvent event) {
    RecordedAction action = event.action();
    return new ServedEntry(
        null,
        user,
        action.timeMs(),
        action.surface(),
        List.of(action.itemId()),
        action.actions(),
        event.eventId(),
        null,
        null,
        null,
        event.revision() > 0 ? CORRECTIONS : null,
        event.revision() > 0 ? event.revision() : null,
        null,
        null,
        null);
  }

  /** Returns the entry of a retraction at the given time. */
  static ServedEntry retraction(String user, String event, long revision, long timeMs) {
    return new ServedEntry(
        null,
        user,
        timeMs,
        "",
        List.of(),
        null,
        event,
        null,
        null,
        null,
        CORRECTIONS,
        revision > 0 ? revision : null,
        true,
        null,
        null);
  }

  /** Whether the line has all fields that its kind needs. */
  boolean isWhole() {
    if (user == null || surface == null || !isWhole(items)) {
      return false;
    }
    if (actions != null && !isWhole(actions)) {
      return false;
    }
    if (view != null) {
      return event == null && !isRetraction() && (draws == null || draws.isWhole(items));
    }
    if (counts != null) {
      return false; // only pages are ranked
    }
    return isRetraction() ? event != null : items.size() == 1;
  }

  private static boolean isWhole(@Nullable List<?> list) {
    return list != null && list.stream().noneMatch(Objects::isNull);
  }

  boolean isRetraction() {
    return Boolean.TRUE.equals(retracted);
  }

  long revisionOrFirst() {
    return revision == null ? 0 : revision;
  }

  private String eventOrNone() {
    return event == null ? "" : event;
  }

  /** Returns the action that the entry records. */
  RecordedAction action() {
    return new RecordedAction(items.get(0), actions == null ? List.of() : actions, surface, timeMs);
  }
}
