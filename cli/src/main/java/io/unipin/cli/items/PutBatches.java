package io.unipin.cli.items;

import io.unipin.client.ItemStream;
import io.unipin.client.UniPinAdminClient;
import io.unipin.feedlog.ItemKeys;
import io.unipin.proto.v1.ChangeItemsRequest;
import io.unipin.proto.v1.Item;
import io.unipin.proto.v1.ItemVerdicts;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Sends items in batches over one stream, and reports the outcome of each item.
 *
 * <p>A message must name each item only once. If a batch already has an item, the item goes into
 * the next batch. Not thread-safe.
 */
final class PutBatches implements AutoCloseable {
  /**
   * The largest size of a message in bytes. It is well below the smallest limit that a server may
   * set.
   */
  private static final int BYTES = 256 << 10;

  private final int most;
  private final PutReport report;
  private final ItemStream stream;
  private final Set<Long> ids = new HashSet<>();

  /**
   * The messages without an answer. Each element lists the names of the rows that one message
   * holds.
   */
  private final Deque<List<String>> sent = new ArrayDeque<>();

  private ChangeItemsRequest.Builder batch = ChangeItemsRequest.newBuilder();
  private List<String> places = new ArrayList<>();
  private int bytes;

  /** Opens a stream. {@code most} is the largest number of items in a message. */
  PutBatches(UniPinAdminClient client, int most, PutReport report) {
    this.most = most;
    this.report = report;
    this.stream = client.streamItems(this::answered);
  }

  private void answered(ChangeItemsRequest message, ItemVerdicts answer) {
    List<String> rows = sent.removeFirst();
    if (answer.getVerdictsCount() != rows.size()) {
      throw new IllegalStateException(
          "%s verdicts expected, got %s".formatted(rows.size(), answer.getVerdictsCount()));
    }
    for (int i = 0; i < rows.size(); i++) {
      report.answered(rows.get(i), answer.getVerdicts(i));
    }
  }

  void add(String place, Item item) {
    int size = item.getSerializedSize();
    long id = item.getKey().isEmpty() ? item.getId() : ItemKeys.id(item.getKey());
    if (places.size() >= most || bytes + size > BYTES || ids.contains(id)) {
      flush();
    }
    ids.add(id);
    batch.addPuts(item);
    places.add(place);
    bytes += size;
  }

  private void flush() {
    if (!places.isEmpty()) {
      sent.addLast(places);
      ChangeItemsRequest message = batch.build();
      batch = ChangeItemsRequest.newBuilder();
      places = new ArrayList<>();
      ids.clear();
      bytes = 0;
      stream.send(message);
    }
  }

  /** Sends the last batch, and waits for all answers. */
  void finish() {
    flush();
    stream.finish();
  }

  @Override
  public void close() {
    stream.close();
  }
}
