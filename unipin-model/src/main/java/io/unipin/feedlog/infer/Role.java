package io.unipin.feedlog.infer;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What a column means to a feed log. */
public enum Role {
  /** Who acted. */
  USER,
  /** The item of the action. */
  ITEM,
  /** When the action took place. */
  TIME,
  /** The name of the action, such as view or purchase. */
  ACTION,
  /** A number that says how much the user liked the item. */
  RATING,
  /** A group of actions of one user in one visit. */
  SESSION,
  /** A list of items that was shown at once. */
  SLATE,
  /** The position of an item in such a list. */
  POSITION,
  /** A list of the items that the user chose earlier. */
  HISTORY,
  TITLE,
  CATEGORY,
  /** A longer description of an item. */
  TEXT;

  /** Returns the name of the role in messages. The flag that decides the role has the same name. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the flag of the command line that decides this role. */
  public String flag() {
    return "--" + this;
  }

  static List<String> names() {
    return Arrays.stream(values()).map(Role::toString).toList();
  }
}
