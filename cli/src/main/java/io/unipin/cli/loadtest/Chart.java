package io.unipin.cli.loadtest;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Locale;

/**
 * Draws charts as SVG text. The colours come from the CSS classes {@code c0}, {@code c1}, … of the
 * page that shows the chart.
 */
final class Chart {
  private static final int WIDTH = 860;
  private static final int HEIGHT = 300;
  private static final int LEFT = 62;
  private static final int RIGHT = 16;
  private static final int TOP = 14;
  private static final int BOTTOM = 44;
  private static final int LINES = 5;

  /** Number of colours that the page has. Further series begin again with the first colour. */
  private static final int COLOURS = 10;

  private final StringBuilder svg = new StringBuilder();
  private final double highestX;
  private final double highestY;

  /** A named row of values. All series of a chart share the same x values. */
  record Series(String name, double[] values) {}

  /** The labels of the axes. */
  record Axes(String x, String y) {}

  private Chart(Axes axes, double highestX, double highestY) {
    this.highestX = highestX > 0 ? highestX : 1;
    this.highestY = highestY > 0 ? highestY * 1.05 : 1;
    double step = roundStep(this.highestY, LINES);
    line("<svg viewBox=\"0 0 %d %d\" role=\"img\">", WIDTH, HEIGHT);
    for (double value = 0; value <= this.highestY; value += step) {
      line(
          "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>",
          LEFT, WIDTH - RIGHT, y(value), y(value));
      line(
          "<text class=\"tick\" text-anchor=\"end\" x=\"%d\" y=\"%.1f\">%s</text>",
          LEFT - 6, y(value) + 4, tick(value));
    }
    line(
        "<text class=\"axis\" text-anchor=\"middle\" x=\"%d\" y=\"%d\">%s</text>",
        (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, escape(axes.x()));
    line(
        "<text class=\"axis\" text-anchor=\"middle\" transform=\"translate(14 %d) rotate(-90)\">%s</text>",
        (TOP + HEIGHT - BOTTOM) / 2, escape(axes.y()));
  }

  /** Returns a chart with one line per series, and with a dashed line at the bound. */
  static String lines(Axes axes, double[] x, List<Series> series, double bound) {
    double top = Math.max(bound * 1.5, 1e-9);
    for (Series each : series) {
      for (double value : each.values()) {
        top = Math.max(top, Math.min(value, bound * 4));
      }
    }
    Chart chart = new Chart(axes, max(x) * 1.03, top);
    chart.xTicks(chart.highestX, 8);
    for (int s = 0; s < series.size(); s++) {
      StringBuilder points = new StringBuilder();
      for (int i = 0; i < x.length; i++) {
        double value = series.get(s).values()[i];
        points.append(
            String.format(
                Locale.ROOT, "%.1f,%.1f ", chart.x(x[i]), chart.y(Math.min(value, top * 1.04))));
      }
      chart.line(
          "<polyline class=\"line s%d\" points=\"%s\"/>", colour(s), points.toString().trim());
      for (int i = 0; i < x.length; i++) {
        double value = series.get(s).values()[i];
        chart.line(
            "<circle class=\"c%d\" r=\"3.5\" cx=\"%.1f\" cy=\"%.1f\"><title>%s: %s at %s</title></circle>",
            colour(s),
            chart.x(x[i]),
            chart.y(Math.min(value, top * 1.04)),
            escape(series.get(s).name()),
            LoadReport.number(value),
            LoadReport.number(x[i]));
      }
    }
    chart.line(
        "<line class=\"bound\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"><title>bound</title></line>",
        LEFT, WIDTH - RIGHT, chart.y(bound), chart.y(bound));
    return chart.end();
  }

  /** Returns a chart with one column per label. Each column stacks the values of the series. */
  static String columns(Axes axes, List<String> labels, List<Series> series) {
    int count = labels.size();
    double[] sums = new double[count];
    for (Series each : series) {
      for (int i = 0; i < count; i++) {
        sums[i] += each.values()[i];
      }
    }
    Chart chart = new Chart(axes, count, max(sums));
    double gap = count > 60 ? 0 : 0.15;
    int every = Math.max(1, count / 14);
    double[] base = new double[count];
    for (int s = 0; s < series.size(); s++) {
      for (int i = 0; i < count; i++) {
        double value = series.get(s).values()[i];
        double left = chart.x(i + gap);
        double upper = chart.y(base[i] + value);
        if (value > 0) {
          chart.line(
              "<rect class=\"c%d\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"><title>%s, %s: %s</title></rect>",
              colour(s),
              left,
              upper,
              chart.x(i + 1 - gap) - left,
              chart.y(base[i]) - upper,
              escape(labels.get(i)),
              escape(series.get(s).name()),
              LoadReport.number(value));
        }
        base[i] += value;
      }
    }
    for (int i = 0; i < count; i += every) {
      chart.line(
          "<text class=\"tick\" text-anchor=\"middle\" x=\"%.1f\" y=\"%d\">%s</text>",
          chart.x(i + 0.5), HEIGHT - BOTTOM + 16, escape(labels.get(i)));
    }
    return chart.end();
  }

  /** Returns the number of the CSS class that colours a series. */
  static int colour(int series) {
    return series % COLOURS;
  }

  private void xTicks(double highest, int count) {
    double step = roundStep(highest, count);
    for (double value = 0; value <= highest; value += step) {
      line(
          "<text class=\"tick\" text-anchor=\"middle\" x=\"%.1f\" y=\"%d\">%s</text>",
          x(value), HEIGHT - BOTTOM + 16, tick(value));
    }
  }

  /**
   * Returns the smallest step that divides a range into at most {@code parts} parts and is 1, 2 or
   * 5 times a power of ten.
   */
  static double roundStep(double range, int parts) {
    double power = Math.pow(10, Math.floor(Math.log10(range / parts)));
    for (int factor : new int[] {1, 2, 5}) {
      if (range / (factor * power) <= parts) {
        return factor * power;
      }
    }
    return 10 * power;
  }

  private static String tick(double value) {
    return BigDecimal.valueOf(value).round(new MathContext(6)).stripTrailingZeros().toPlainString();
  }

  private double x(double value) {
    return LEFT + value / highestX * (WIDTH - LEFT - RIGHT);
  }

  private double y(double value) {
    return HEIGHT - BOTTOM - value / highestY * (HEIGHT - TOP - BOTTOM);
  }

  private static double max(double[] values) {
    double max = 0;
    for (double value : values) {
      max = Math.max(max, value);
    }
    return max;
  }

  @com.google.errorprone.annotations.FormatMethod
  private void line(String format, Object... arguments) {
    svg.append(String.format(Locale.ROOT, format, arguments)).append('\n');
  }

  private String end() {
    return svg.append("</svg>\n").toString();
  }

  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
