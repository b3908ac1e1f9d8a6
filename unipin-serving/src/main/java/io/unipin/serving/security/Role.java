package io.unipin.serving.security;

import java.util.Locale;

/** What a caller may do. */
public enum Role {
  /** Ask for pages, candidates and scores. */
  SERVE,
  /** Record actions. */
  RECORD,
  /** Erase users. */
  ERASE,
  /** Everything on the admin port. */
  ADMIN;

  /** As in the file of tokens. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
