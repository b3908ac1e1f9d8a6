package io.unipin.counts;

/** Computes the inputs that tables of counts give for candidates. Immutable, hence thread-safe. */
public final class CountInputs {
  private final CountTables tables;

  public CountInputs(CountTables tables) {
    this.tables = tables;
  }

  /**
   * Computes the inputs of candidates. An input is 0 if the tables know nothing that it could say.
   *
   * @param items (k) rows of the catalogue; a row outside of the catalogue, such as that of a live
   *     item, has inputs 0
   * @param out (k, width) receives the inputs, row major
   */
  public void fill(CountQuery query, int[] items, float[] out) {
    throw new CountsException("not written yet: " + tables + query + items.length + out.length);
  }
}
