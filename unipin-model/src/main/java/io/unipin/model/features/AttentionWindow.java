package io.unipin.model.features;

/**
 * The windows of attention in the lower layers of a model. They make long histories cheaper.
 *
 * <p>Rows of a history form blocks of {@code rows / 2} rows. In a layer with windows, a row attends
 * to the global rows, to the block before its own, and to its own block up to itself. So it attends
 * to at most {@code rows} rows besides the global rows. All rows that a row attends to follow from
 * its position alone. So a history has the same keys and values however it was encoded.
 *
 * @param rows largest number of rows in a window, an even number; 0 for no windows
 * @param globalRows number of first rows of a history to which all its later rows attend; row 0 is
 *     the learned first token; at most {@code rows / 2}
 * @param layers number of lower layers with windows; in the layers above, a row attends to all rows
 *     up to itself
 * @see <a href="https://arxiv.org/abs/2004.05150">Longformer</a>, from which windows and global rows
 *     are taken
 */
public record AttentionWindow(int rows, int globalRows, int layers) {
  /** No windows: in every layer, a row attends to all rows up to itself. */
  public static final AttentionWindow NONE = new AttentionWindow(0, 0, 0);

  /** Checks the sizes. The messages name the settings of a recipe. */
  public AttentionWindow {
    require(rows >= 0 && rows % 2 == 0, "window: 0 or a positive even number expected, got ", rows);
    require(
        globalRows >= 0 && globalRows <= rows / 2,
        "globalRows: 0 to half of window (%s) expected, got ".formatted(rows / 2),
        globalRows);
    require(
        rows == 0 ? layers == 0 : layers > 0,
        "windowLayers: %s expected, got ".formatted(rows == 0 ? "0" : "a positive number"),
        layers);
  }

  /** Returns {@link #NONE} if {@code rows} is 0, whatever the other numbers are. */
  public static AttentionWindow of(int rows, int globalRows, int layers) {
    return rows == 0 ? NONE : new AttentionWindow(rows, globalRows, layers);
  }

  /** Whether there are windows, which limit attention. */
  public boolean limits() {
    return rows > 0;
  }

  /** Refuses windows in all layers of a model: the last layer has none. */
  void requireFits(int modelLayers) {
    require(
        layers < modelLayers,
        "windowLayers: a number below layers (%s) expected, got ".formatted(modelLayers),
        layers);
  }

  private static void require(boolean condition, String message, int got) {
    if (!condition) {
      throw new IllegalArgumentException(message + got);
    }
  }
}
