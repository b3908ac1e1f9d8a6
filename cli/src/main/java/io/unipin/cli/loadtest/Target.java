package io.unipin.cli.loadtest;

import java.util.List;
import java.util.function.Consumer;

/** What the load goes to. Both calls return at once; the answer comes on any thread, exactly once. */
public interface Target {
  void page(String user, String cursor, Consumer<Reply> done);

  /** The consumer takes the kind of the failure, empty for none. */
  void record(List<Act> acts, Consumer<String> done);

  /** An action to record. */
  record Act(String user, long item, String action, String eventId, long timeMs) {}
}
