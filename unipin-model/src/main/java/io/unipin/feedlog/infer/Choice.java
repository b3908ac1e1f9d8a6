package io.unipin.feedlog.infer;

import io.unipin.feedlog.infer.profile.ColumnProfile;

/**
 * The column that has a role.
 *
 * @param reason why this column has the role, as a short phrase
 */
public record Choice(ColumnProfile column, String reason) {
  /** Returns the choice of a column that a flag of the command line names. */
  static Choice decided(Role role, ColumnProfile column) {
    return new Choice(column, role.flag() + " says so");
  }
}
