package io.unipin.cli.policy;

import io.unipin.serving.log.ServedChoice;
import io.unipin.serving.request.Draw;
import io.unipin.serving.slate.Softmax;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A policy that explores with other settings than the served pages. For each logged draw, the
 * policy chooses among the same items as the draw.
 *
 * @param drawn probability with which a draw replaces the item that the rules chose
 * @param temperature temperature of the softmax; empty to keep the logged probabilities
 * @param bonus bonus of an item without impressions; empty to keep the logged probabilities
 */
public record DrawPolicy(double drawn, Optional<Double> temperature, Optional<Double> bonus)
    implements Policy {
  private static final String EXPECTED =
      "drawn=P with P from 0 to 1, and optionally temperature=T,bonus=B, expected, got '%s'";

  public DrawPolicy {
    if (!(drawn >= 0 && drawn <= 1)) {
      throw new PolicyException("policy: drawn from 0 to 1 expected, got " + drawn);
    }
    if (temperature.isPresent() != bonus.isPresent()) {
      throw new PolicyException("policy: temperature and bonus, or neither, expected");
    }
    temperature.ifPresent(
        value -> require(value > 0 && Double.isFinite(value), "temperature above 0", value));
    bonus.ifPresent(
        value -> require(value >= 0 && Double.isFinite(value), "bonus of at least 0", value));
  }

  private static void require(boolean holds, String expected, double got) {
    if (!holds) {
      throw new PolicyException("policy: %s expected, got %s".formatted(expected, got));
    }
  }

  /** Reads {@code drawn=0} or {@code drawn=0.4,temperature=0.1,bonus=0.2}. */
  public static DrawPolicy parse(String text) {
    Map<String, Double> values = new TreeMap<>();
    for (String part : text.split(",", -1)) {
      String[] sides = part.split("=", -1);
      boolean known =
          sides.length == 2 && List.of("drawn", "temperature", "bonus").contains(sides[0].trim());
      if (!known || values.put(sides[0].trim(), number(sides[1].trim(), text)) != null) {
        throw new PolicyException("policy: " + EXPECTED.formatted(text));
      }
    }
    Double drawn = values.get("drawn");
    if (drawn == null) {
      throw new PolicyException("policy: " + EXPECTED.formatted(text));
    }
    return new DrawPolicy(
        drawn,
        Optional.ofNullable(values.get("temperature")),
        Optional.ofNullable(values.get("bonus")));
  }

  private static double number(String text, String whole) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new PolicyException("policy: " + EXPECTED.formatted(whole), e);
    }
  }

  @Override
  public String name() {
    String softmax =
        temperature.isEmpty()
            ? ""
            : String.format(
                Locale.ROOT, ",temperature=%s,bonus=%s", temperature.get(), bonus.orElseThrow());
    return "drawn=" + drawn + softmax;
  }

  @Override
  public Optional<Double> probability(ServedChoice choice) {
    if (!choice.explored()) {
      return Optional.of(1 - drawn);
    }
    if (drawn == 0) {
      return Optional.of(0.0);
    }
    Draw draw =
        choice
            .draw()
            .orElseThrow(
                () ->
                    new PolicyException(
                        "policy %s: pages that were served with slate.exploration.logCandidates:"
                                .formatted(name())
                            + " true expected, got one without (only drawn=0 needs no candidates)"));
    return Optional.of(drawn * share(draw));
  }

  /**
   * Returns the probability of the drawn item, given that the draw replaces the item that the rules
   * chose.
   */
  private double share(Draw draw) {
    List<Draw.Option> others = draw.options().subList(1, draw.options().size());
    int at = draw.drawn() - 1;
    if (temperature.isEmpty()) {
      double sum = others.stream().mapToDouble(Draw.Option::probability).sum();
      return others.get(at).probability() / sum;
    }
    double[] bounds =
        others.stream()
            .mapToDouble(
                option ->
                    Softmax.upperBound(option.utility(), option.impressions(), bonus.orElseThrow()))
            .toArray();
    return Softmax.of(bounds, temperature.get())[at];
  }
}
