package io.unipin.feedlog;

import io.unipin.feedlog.arrays.DoubleArray;
import io.unipin.feedlog.arrays.FloatArray;
import io.unipin.feedlog.arrays.IntArray;
import io.unipin.feedlog.arrays.LongArray;

/** Flat columns, to which the feedviews of all users are appended in order. */
final class FlatViews {
  private final IntArray surfaces = new IntArray();
  private final LongArray times = new LongArray();
  private final IntArray history = new IntArray();
  private final IntArray impressionStart = new IntArray();
  private final IntArray items = new IntArray();
  private final LongArray bits = new LongArray();
  private final IntArray positions = new IntArray();
  private final FloatArray oracle = new FloatArray();
  private final DoubleArray propensity = new DoubleArray();
  private boolean anyOracle;
  private boolean anyPropensity;

  void add(ViewRows view, int actionsBefore) {
    surfaces.add(view.surface());
    times.add(view.time());
    history.add(actionsBefore);
    impressionStart.add(items.size());
    for (int row = 0; row < view.items().size(); row++) {
      items.add(view.items().get(row));
      bits.add(view.bits().get(row));
      positions.add(view.positions().get(row));
      oracle.add(view.oracle().get(row));
      anyOracle |= !Float.isNaN(view.oracle().get(row));
      propensity.add(view.propensity().get(row));
      anyPropensity |= !Double.isNaN(view.propensity().get(row));
    }
  }

  int views() {
    return surfaces.size();
  }

  ViewColumns columns(int[] starts) {
    impressionStart.add(items.size());
    return new ViewColumns(
        starts,
        surfaces.toArray(),
        times.toArray(),
        history.toArray(),
        impressionStart.toArray(),
        items.toArray(),
        bits.toArray(),
        positions.toArray(),
        anyOracle ? oracle.toArray() : new float[0],
        anyPropensity ? propensity.toArray() : new double[0]);
  }
}
