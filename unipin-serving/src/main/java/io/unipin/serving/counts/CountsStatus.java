package io.unipin.serving.counts;

import java.time.Instant;
import java.util.List;

/**
 * The tables of counts by which the server's own bundle ranks.
 *
 * @param generation name that identifies the content of the tables
 * @param until end of the period whose actions the tables count
 * @param bytes bytes of memory that the tables take
 * @param notUsed one sentence for each other loaded bundle that has tables of counts but can't use
 *     these tables
 */
public record CountsStatus(
    String bundle, String generation, Instant until, long bytes, List<String> notUsed) {
  public CountsStatus {
    notUsed = List.copyOf(notUsed);
  }
}
