package io.unipin.serving.history;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One line of the served log: a page that was served, or an action that was recorded.
 *
 * @param view id of the page; absent for an action
 * @param items of the page in displayed order, or the action's one item
 * @param actions of an action; absent for a page
 * @param event id of an action; absent for a page
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
    @Nullable String index) {

  static ServedEntry of(Slate slate) {
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
        slate.index());
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
        null);
  }
}
