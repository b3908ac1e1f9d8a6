package io.unipin.feedlog;

import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects the bad rows that a reader leaves out. Throws when there are more bad rows than allowed.
 */
public final class BadRows {
  private static final Logger logger = LoggerFactory.getLogger(BadRows.class);
  private static final int LOGGED = 10;

  private final long allowed;
  private final List<BadRow> rows = new ArrayList<>();

  public BadRows(long allowed) {
    if (allowed < 0) {
      throw new IllegalArgumentException("at least 0 bad rows expected, got " + allowed);
    }
    this.allowed = allowed;
  }

  public void add(BadRow bad) {
    if (rows.size() >= allowed) {
      String hint = allowed == 0 ? "" : " (and " + allowed + " bad rows before, as allowed)";
      throw new FeedLogException(bad, hint);
    }
    rows.add(bad);
    if (rows.size() <= LOGGED) {
      logger.warn("left out {}", bad.complaint());
    }
  }

  /** Returns all rows that were left out. */
  public List<BadRow> rows() {
    return rows;
  }

  long count() {
    return rows.size();
  }

  /** Returns how many more bad rows are allowed. */
  long left() {
    return allowed - rows.size();
  }
}
