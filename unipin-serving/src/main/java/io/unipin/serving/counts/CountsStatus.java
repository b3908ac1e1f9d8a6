package io.unipin.serving.counts;

import java.time.Instant;
import java.util.List;

/**
 * The tables of counts by which the server's own bundle ranks.
 *
 * @param generation names the content of the tables
 * @param until end of the time that the tables count
 * @param bytes bytes of memory that the tables take
 * @param notUsed one sentence for each other loaded bundle that has counts but can't use these
 */
public record CountsStatus(
    String bundle, String generation, Instant until, long bytes, List<String> notUsed) {
  public CountsStatus {
    notUsed = List.copyOf(notUsed);
  }
}
