package io.unipin.feedlog.infer;

import io.unipin.feedlog.infer.profile.ColumnProfile;
import io.unipin.feedlog.infer.profile.TableProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The meaning that was inferred for the columns of some files. Immutable.
 *
 * @param events the table with the actions
 * @param shape how the rows of this table hold the actions
 * @param roles columns of the table with the actions, without times and actions
 * @param time the column of times; null if only the order of the rows is known
 * @param action how the rows say what the user did
 * @param items a table that describes the items; null if there is none
 * @param itemRoles columns of the table of items
 * @param notes further facts that a person should know, one sentence each
 */
public record Inferred(
    TableProfile events,
    Shape shape,
    Map<Role, Choice> roles,
    @Nullable TimeColumn time,
    ActionColumn action,
    @Nullable TableProfile items,
    Map<Role, Choice> itemRoles,
    List<String> notes) {
  /** How a table's rows hold the actions. */
  public enum Shape {
    /** A row is one action or one item that was shown. */
    ROWS,
    /** A row is a user with a list of items. */
    SEQUENCES,
    /** A row is a list of items that was shown; each entry says whether the user acted. */
    LABELLED_LISTS
  }

  public Inferred {
    roles = new TreeMap<>(roles);
    itemRoles = new TreeMap<>(itemRoles);
    notes = List.copyOf(notes);
  }

  ColumnProfile required(Role role) {
    Choice choice = roles.get(role);
    if (choice == null) {
      throw new IllegalStateException("a column for " + role + " expected");
    }
    return choice.column();
  }

  @Nullable ColumnProfile column(Role role) {
    Choice choice = roles.get(role);
    return choice == null ? null : choice.column();
  }

  @Nullable ColumnProfile itemColumn(Role role) {
    Choice choice = itemRoles.get(role);
    return choice == null ? null : choice.column();
  }

  /**
   * Whether the data name items by whole numbers. These numbers are then the ids of the items;
   * otherwise items have keys.
   */
  boolean hasNumbers() {
    return shape == Shape.ROWS && required(Role.ITEM).isWhole();
  }

  /**
   * Whether the feed log gets feedviews. It gets them if the rows tell which items were shown,
   * including items without an action.
   */
  boolean hasFeedviews() {
    boolean shown =
        action.kind() == ActionColumn.Kind.FLAGS
            || (!action.passive().isEmpty() && roles.containsKey(Role.SLATE));
    return shape == Shape.LABELLED_LISTS || (shape == Shape.ROWS && shown);
  }

  /**
   * The meaning that was inferred for a column.
   *
   * @param meaning name of the role
   * @param column name of the column, and how it is read
   * @param reason why the column has this meaning
   */
  public record Meaning(String meaning, String column, String reason) {}

  /**
   * Returns the meaning that was inferred for each column. For a column of the table of items, the
   * column's name follows the name of the table.
   */
  public List<Meaning> meanings() {
    List<Meaning> meanings = new ArrayList<>();
    roles.forEach(
        (role, choice) ->
            meanings.add(new Meaning(role.toString(), choice.column().name(), choice.reason())));
    if (time != null) {
      ColumnProfile clock = time.clock();
      String column = time.date().name() + (clock == null ? "" : " and " + clock.name());
      meanings.add(new Meaning("time", column + ": " + time.format(), time.reason()));
    }
    String columns =
        action.columns().isEmpty()
            ? "every row"
            : String.join(", ", action.columns().stream().map(ColumnProfile::name).toList());
    meanings.add(new Meaning("action", columns + ": " + action.actions(), action.reason()));
    TableProfile described = items;
    if (described != null) {
      itemRoles.forEach(
          (role, choice) -> {
            String meaning = role == Role.ITEM ? "item described by" : role.toString();
            String column = described.name() + ": " + choice.column().name();
            meanings.add(new Meaning(meaning, column, choice.reason()));
          });
    }
    return meanings;
  }
}
