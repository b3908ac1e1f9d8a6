package io.unipin.benchmarks.ann;

import io.unipin.benchmarks.ann.AnnCurves.Point;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Draws recall against queries per second as SVG. Full lines show UniPin's build. Dashed lines show
 * the generic build.
 */
final class AnnChart {
  private static final int WIDTH = 760;
  private static final int HEIGHT = 440;
  private static final int LEFT = 64;
  private static final int RIGHT = 24;
  private static final int TOP = 40;
  private static final int BOTTOM = 72;
  private static final int LEGEND = 136;
  private static final String[] COLOURS = {"#1a9850", "#2166ac", "#d6604d", "#762a83", "#b8860b"};

  private final StringBuilder svg = new StringBuilder();
  private final double lowestRecall;
  private final double lowestQps;
  private final double highestQps;

  private AnnChart(Map<String, List<Point>> curves) {
    double recall = 0.95;
    double low = Double.MAX_VALUE;
    double high = 1;
    for (List<Point> points : curves.values()) {
      for (Point point : points) {
        recall = Math.min(recall, point.recall());
        low = Math.min(low, Math.min(point.qps(), point.genericQps()));
        high = Math.max(high, Math.max(point.qps(), point.genericQps()));
      }
    }
    lowestRecall = Math.floor(recall * 20) / 20;
    lowestQps = Math.pow(10, Math.floor(Math.log10(low)));
    highestQps = high * 1.3;
  }

  static String of(String title, Map<String, List<Point>> curves) {
    AnnChart chart = new AnnChart(curves);
    chart.axes(title);
    int place = 0;
    for (Map.Entry<String, List<Point>> curve : curves.entrySet()) {
      String stroke = COLOURS[place % COLOURS.length];
      chart.line(curve.getValue(), stroke, false);
      chart.line(curve.getValue(), stroke, true);
      chart.legend(place++, curve.getKey(), stroke);
    }
    return chart.svg.append("</svg>\n").toString();
  }

  private void axes(String title) {
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
            + " font-size=\"12\">",
        WIDTH, HEIGHT);
    add("<rect width=\"%d\" height=\"%d\" fill=\"white\"/>", WIDTH, HEIGHT);
    add("<text x=\"%d\" y=\"18\" font-size=\"14\">%s</text>", LEFT, title);
    add(
        "<text x=\"%d\" y=\"18\" text-anchor=\"end\">queries per second on one thread, by"
            + " recall@100; dashed: generic build</text>",
        WIDTH - RIGHT);
    for (double decade = lowestQps; decade <= highestQps; decade *= 10) {
      for (int step : new int[] {1, 2, 5}) {
        double qps = decade * step;
        if (qps <= highestQps) {
          add(
              "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>",
              LEFT, WIDTH - RIGHT, y(qps), y(qps), step == 1 ? "#bbb" : "#eee");
          add(
              "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.0f</text>",
              LEFT - 6, y(qps) + 4, qps);
        }
      }
    }
    int steps = (int) Math.round((1 - lowestRecall) * 20);
    int every = (steps + 9) / 10;
    for (int step = 0; step <= steps; step += every) {
      double recall = 1 - step / 20.0;
      add(
          "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"#eee\"/>",
          x(recall), x(recall), TOP, HEIGHT - BOTTOM);
      add(
          "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.2f</text>",
          x(recall), HEIGHT - BOTTOM + 18, recall);
    }
  }

  private void line(List<Point> points, String stroke, boolean generic) {
    StringBuilder path = new StringBuilder();
    for (Point point : points) {
      double x = x(point.recall());
      double y = y(generic ? point.genericQps() : point.qps());
      path.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y));
      add(
          "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" stroke=\"%s\" fill=\"%s\"/>",
          x, y, stroke, generic ? "white" : stroke);
    }
    add(
        "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-dasharray=\"%s\"/>",
        path.toString().trim(), stroke, generic ? "4 4" : "none");
  }

  private void legend(int place, String name, String stroke) {
    int x = LEFT + LEGEND * place;
    add("<circle cx=\"%d\" cy=\"%d\" r=\"4\" fill=\"%s\"/>", x, HEIGHT - 20, stroke);
    add("<text x=\"%d\" y=\"%d\">%s</text>", x + 10, HEIGHT - 16, name);
  }

  private double x(double recall) {
    double share = (recall - lowestRecall) / (1 - lowestRecall);
    return LEFT + 10 + share * (WIDTH - LEFT - RIGHT - 20);
  }

  private double y(double qps) {
    double share = Math.log(qps / lowestQps) / Math.log(highestQps / lowestQps);
    return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP);
  }

  @SuppressWarnings("AnnotateFormatMethod") // every format string is a constant of this class
  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
