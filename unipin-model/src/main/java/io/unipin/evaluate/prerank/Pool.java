package io.unipin.evaluate.prerank;

/**
 * The candidates of one user from which pre-ranking chooses. The record owns the arrays.
 *
 * @param ids (k) item ids
 * @param rows (k) catalogue rows: first the nearest items, in the order of retrieval, and then those
 *     followers that are not among them
 * @param nearest number of the nearest items
 * @param followers indices of the followers of the user's last positive items, strongest first
 * @param dots (k) dot product of the query and each item
 * @param features (k, features) features of each item; NaN where a feature is not known
 * @param target index of the target; -1 if it is not among the candidates
 */
record Pool(
    long[] ids,
    int[] rows,
    int nearest,
    int[] followers,
    float[] dots,
    float[] features,
    int target) {
  boolean findsTarget() {
    return target >= 0;
  }

  int size() {
    return ids.length;
  }
}
