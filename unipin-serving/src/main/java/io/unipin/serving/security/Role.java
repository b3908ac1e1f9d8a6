package io.unipin.serving.security;

import java.util.Locale;

/** A permission of a caller. */
public enum Role {
  /** Allows requests for pages, candidates and scores. */
  SERVE,
  /** Allows recording and retracting actions. */
  RECORD,
  /** Allows erasing users. */
  ERASE,
  /** Allows putting, deleting and reading items on the admin port, and nothing else there. */
  ITEMS,
  /** Allows everything on the admin port. */
  ADMIN;

  /** Returns the name in the file of tokens. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
