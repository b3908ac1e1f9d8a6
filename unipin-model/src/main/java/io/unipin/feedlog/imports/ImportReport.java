package io.unipin.feedlog.imports;

import io.unipin.feedlog.BadRow;
import java.util.List;

/**
 * Numbers of the users, rows and items that an import wrote.
 *
 * @param leftOut the bad lines and rows that were left out
 */
public record ImportReport(
    int users, int actions, int feedviews, int impressions, int items, List<BadRow> leftOut) {
  public ImportReport {
    leftOut = List.copyOf(leftOut);
  }
}
