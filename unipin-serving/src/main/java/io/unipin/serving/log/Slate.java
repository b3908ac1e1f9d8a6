package io.unipin.serving.log;

import io.unipin.serving.request.Draws;

/**
 * One page as it was served.
 *
 * @param id id of the request
 * @param items item ids in displayed order; the array is not copied
 * @param draws draws that chose the items of some positions
 * @param counts generation of the tables of counts that ranking used; empty if it used none
 */
public record Slate(
    String id,
    String user,
    long timeMs,
    String surface,
    String arm,
    String bundle,
    String index,
    long[] items,
    Draws draws,
    String counts) {
  /** Creates a page without exploration and without counts. */
  public Slate(
      String id,
      String user,
      long timeMs,
      String surface,
      String arm,
      String bundle,
      String index,
      long[] items) {
    this(id, user, timeMs, surface, arm, bundle, index, items, Draws.OFF, "");
  }
}
