package io.unipin.cli.loadtest;

import java.util.List;
import java.util.function.Consumer;

/**
 * The receiver of the load. Both methods return immediately. The answer comes on any thread,
 * exactly once.
 */
public interface Target {
  void page(String user, String cursor, Consumer<Reply> done);

  /**
   * Records actions. The consumer gets the kind of the failure, or an empty text if the call
   * succeeded.
   */
  void record(List<Act> acts, Consumer<String> done);

  /** An action to record. */
  record Act(String user, long item, String action, String eventId, long timeMs) {}
}
