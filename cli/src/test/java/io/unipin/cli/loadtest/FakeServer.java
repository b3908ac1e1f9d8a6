package io.unipin.cli.loadtest;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.Consumer;

/** A fake server with one worker and a fixed time per page. It is also the clock of the test. */
final class FakeServer implements Target, Pace {
  private final long serviceNanos;
  private final PriorityQueue<Due> due = new PriorityQueue<>(Comparator.comparingLong(Due::at));
  final List<String> cursors = new ArrayList<>();
  final List<Act> acts = new ArrayList<>();
  private long now = 1_000_000;
  private long free;
  private int pages;

  private record Due(long at, Runnable answer) {}

  FakeServer(long serviceNanos) {
    this.serviceNanos = serviceNanos;
  }

  @Override
  public long nanos() {
    return now;
  }

  @Override
  public void awaitNanos(long nanos) {
    while (!due.isEmpty() && due.peek().at() <= nanos) {
      Due next = due.remove();
      now = Math.max(now, next.at());
      next.answer().run();
    }
    now = Math.max(now, nanos);
  }

  @Override
  public void page(String user, String cursor, Consumer<Reply> done) {
    cursors.add(cursor);
    int page = pages++;
    free = Math.max(free, now) + serviceNanos;
    Reply reply =
        page % 10 == 9
            ? Reply.failed("internal")
            : new Reply("", "after-" + page, List.of(1L, 2L), "hit", Map.of("score", 2.0), false);
    due.add(new Due(free, () -> done.accept(reply)));
  }

  @Override
  public void record(List<Act> acts, Consumer<String> done) {
    this.acts.addAll(acts);
    due.add(new Due(now, () -> done.accept("")));
  }
}
