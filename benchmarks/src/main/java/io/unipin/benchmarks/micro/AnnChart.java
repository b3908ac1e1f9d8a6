package io.unipin.benchmarks.micro;

import io.unipin.benchmarks.micro.AnnCurves.Point;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Recall against queries per second as an SVG picture: ours in full lines, the generic build in dashed ones. */
final class AnnChart {
  private static final int WIDTH = 760;
  private static final int HEIGHT = 420;
  private static final int LEFT = 64;
  private static final int BOTTOM = 48;
  private static final double LOWEST_RECALL = 0.8;
  private static final String[] COLOURS = {"#1b6", "#16b", "#b51", "#a2a", "#777"};

  private AnnChart() {}

  static String of(String title, Map<String, List<Point>> curves) {
    double highest = 10;
    for (List<Point> points : curves.values()) {
      for (Point point : points) {
        highest = Math.max(highest, point.qps());
      }
    }
    StringBuilder svg = new StringBuilder();
    add(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
            + " font-size=\"12\">",
        WIDTH,
        HEIGHT);
    add(svg, "<rect width=\"%d\" height=\"%d\" fill=\"white\"/>", WIDTH, HEIGHT);
    add(svg, "<text x=\"%d\" y=\"16\">%s: queries/s on one thread, by recall</text>", LEFT, title);
    for (double qps = 10; qps <= highest * 1.2; qps *= 10) {
      add(
          svg,
          "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/><text x=\"6\""
              + " y=\"%.1f\">%.0f</text>",
          LEFT,
          WIDTH,
          y(qps, highest),
          y(qps, highest),
          y(qps, highest) + 4,
          qps);
    }
    for (int percent = 80; percent <= 100; percent += 5) {
      add(
          svg,
          "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.2f</text>",
          x(percent / 100.0),
          HEIGHT - BOTTOM + 18,
          percent / 100.0);
    }
    int colour = 0;
    for (Map.Entry<String, List<Point>> curve : curves.entrySet()) {
      String stroke = COLOURS[colour % COLOURS.length];
      line(svg, curve.getValue(), highest, stroke, false);
      line(svg, curve.getValue(), highest, stroke, true);
      add(
          svg,
          "<text x=\"%d\" y=\"%d\" fill=\"%s\">%s</text>",
          LEFT + 130 * colour,
          HEIGHT - 8,
          stroke,
          curve.getKey());
      colour++;
    }
    return svg.append("</svg>\n").toString();
  }

  private static void line(
      StringBuilder svg, List<Point> points, double highest, String stroke, boolean generic) {
    StringBuilder path = new StringBuilder();
    for (Point point : points) {
      double qps = generic ? point.genericQps() : point.qps();
      add(path, "%.1f,%.1f ", x(point.recall()), y(qps, highest));
      add(
          svg,
          "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>",
          x(point.recall()),
          y(qps, highest),
          generic ? "white" : stroke);
    }
    add(
        svg,
        "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-dasharray=\"%s\"/>",
        path.toString().replace("\n", ""),
        stroke,
        generic ? "4 4" : "none");
  }

  private static double x(double recall) {
    double share = (Math.max(recall, LOWEST_RECALL) - LOWEST_RECALL) / (1 - LOWEST_RECALL);
    return LEFT + 10 + share * (WIDTH - LEFT - 30);
  }

  private static double y(double qps, double highest) {
    double share = Math.log10(Math.max(qps, 10) / 10) / Math.log10(highest * 1.2 / 10);
    return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - 30);
  }

  @SuppressWarnings("AnnotateFormatMethod") // every format is a constant of this class
  private static void add(StringBuilder svg, String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
