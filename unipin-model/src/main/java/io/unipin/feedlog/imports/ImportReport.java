package io.unipin.feedlog.imports;

import io.unipin.feedlog.BadRow;
import java.util.List;

/**
 * What an import wrote.
 *
 * @param leftOut the bad lines and rows, as far as they were allowed
 */
public record ImportReport(
    int users, int actions, int feedviews, int impressions, int items, List<BadRow> leftOut) {
  public ImportReport {
    leftOut = List.copyOf(leftOut);
  }
}
