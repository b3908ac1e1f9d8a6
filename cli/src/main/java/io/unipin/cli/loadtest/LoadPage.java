package io.unipin.cli.loadtest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.cli.loadtest.Chart.Axes;
import io.unipin.cli.loadtest.Chart.Series;
import io.unipin.client.UniPinClient;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * Writes a report as one self-contained HTML page with charts, a table, the settings, and the
 * figures as JSON.
 */
final class LoadPage {
  /** The outcomes that a server of this version knows, in the order of the chart. */
  private static final List<String> OUTCOMES =
      List.of("hit", "append", "reload", "prefill", "uncached", "failed");

  private final LoadReport report;
  private final Map<String, ?> settings;

  LoadPage(LoadReport report, Map<String, ?> settings) {
    this.report = report;
    this.settings = settings;
  }

  String render() {
    return template()
        .replace("{{headline}}", Chart.escape(report.headline()))
        .replace("{{latency}}", latency())
        .replace("{{stages}}", stages())
        .replace("{{outcomes}}", outcomes())
        .replace("{{steps}}", steps())
        .replace("{{settings}}", settings())
        .replace("{{json}}", json());
  }

  private static String template() {
    try (InputStream in = LoadPage.class.getResourceAsStream("report.html")) {
      if (in == null) {
        throw new IllegalStateException("report.html is missing from the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String latency() {
    List<Series> series =
        List.of(
            series("p50", step -> step.latency().p50()),
            series("p90", step -> step.latency().p90()),
            series("p99", step -> step.latency().p99()));
    double[] x = report.byRate().stream().mapToDouble(StepResult::offeredQps).toArray();
    Axes axes = new Axes("pages per second offered", "milliseconds");
    return Chart.lines(axes, x, series, report.p99BoundMs()) + legend(series);
  }

  private Series series(String name, ToDoubleFunction<StepResult> value) {
    return new Series(name, report.byRate().stream().mapToDouble(value).toArray());
  }

  private String stages() {
    Set<String> measured = new LinkedHashSet<>();
    report.byRate().forEach(step -> measured.addAll(step.stagesMs().keySet()));
    Set<String> names =
        new LinkedHashSet<>(UniPinClient.STAGES); // in the order in which a page passes the stages
    names.retainAll(measured);
    names.addAll(measured); // stages of a server of another version
    List<Series> series = new ArrayList<>();
    for (String name : names) {
      series.add(series(name, step -> step.stagesMs().getOrDefault(name, 0.0)));
    }
    series.add(
        series(
            "queues and network",
            step ->
                Math.max(
                    0,
                    step.latency().mean()
                        - step.stagesMs().values().stream().mapToDouble(v -> v).sum())));
    List<String> labels =
        report.byRate().stream().map(step -> LoadReport.number(step.offeredQps())).toList();
    Axes axes = new Axes("pages per second offered", "mean milliseconds");
    return Chart.columns(axes, labels, series) + legend(series);
  }

  private String outcomes() {
    List<Map<String, Long>> seconds = new ArrayList<>();
    report.steps().forEach(step -> seconds.addAll(step.timeline()));
    Set<String> names = new LinkedHashSet<>(OUTCOMES);
    seconds.forEach(second -> names.addAll(second.keySet())); // of a server of another version
    List<Series> series = new ArrayList<>();
    for (String outcome : names) {
      series.add(
          new Series(
              outcome,
              seconds.stream().mapToDouble(second -> second.getOrDefault(outcome, 0L)).toArray()));
    }
    List<String> labels = new ArrayList<>();
    for (int second = 0; second < seconds.size(); second++) {
      labels.add(second + " s");
    }
    Axes axes = new Axes("seconds of load, step after step", "pages due in a second");
    return Chart.columns(axes, labels, series) + legend(series);
  }

  private static String legend(List<Series> series) {
    StringBuilder legend = new StringBuilder("<p class=\"legend\">");
    for (int s = 0; s < series.size(); s++) {
      legend.append(
          String.format(
              Locale.ROOT,
              "<span><svg class=\"key\" viewBox=\"0 0 10 10\"><rect class=\"c%d\" width=\"10\" height=\"10\"/></svg>%s</span>",
              Chart.colour(s),
              Chart.escape(series.get(s).name())));
    }
    return legend.append("</p>\n").toString();
  }

  private String steps() {
    StringBuilder rows = new StringBuilder();
    for (StepResult step : report.byRate()) {
      StepResult.Latency latency = step.latency();
      boolean keeps = step.keeps(report.p99BoundMs());
      rows.append(keeps ? "<tr>" : "<tr class=\"lost\">");
      for (double value :
          new double[] {
            step.offeredQps(),
            step.achievedQps(),
            step.pages(),
            latency.p50(),
            latency.p90(),
            latency.p99(),
            latency.p999(),
            latency.max(),
            step.failed(),
            100 * step.hitRate(),
            step.recorded()
          }) {
        boolean whole = value == Math.rint(value);
        rows.append("<td>")
            .append(whole ? String.format(Locale.ROOT, "%.0f", value) : LoadReport.number(value))
            .append("</td>");
      }
      rows.append("<td>").append(keeps ? "kept" : "not kept").append("</td></tr>\n");
    }
    return rows.toString();
  }

  private String settings() {
    StringBuilder rows = new StringBuilder();
    settings.forEach(
        (name, value) ->
            rows.append("<tr><th>")
                .append(Chart.escape(name.replace('_', ' ')))
                .append("</th><td>")
                .append(Chart.escape(String.valueOf(value)))
                .append("</td></tr>\n"));
    return rows.toString();
  }

  private String json() {
    try {
      // A closing tag inside a text of the JSON would end the element that contains the JSON.
      return new ObjectMapper()
          .writeValueAsString(Map.of("settings", settings, "results", report.toJson()))
          .replace("<", "\\u003c");
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
