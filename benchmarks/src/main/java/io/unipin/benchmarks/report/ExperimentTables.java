package io.unipin.benchmarks.report;

import java.util.List;

/** The tables of {@code docs/results/experiments.md}: assignment and statistics. */
final class ExperimentTables {
  private ExperimentTables() {}

  static List<Table> all() {
    return List.of(experiments(), Table.ofRuns("experiments-files", "experiments"));
  }

  private static Table experiments() {
    return tests(assignment(Table.of("experiments", "figure", "measured", "target (who set it)")));
  }

  private static Table assignment(Table table) {
    return table
        .row(
            "experiments",
            "{/settings/users|,} users over arms of 50, 30, 15 and 5 %: farthest arm, in standard"
                + " errors",
            "{farthest_arm_in_sigma|2}",
            "{farthest_arm_in_sigma|<=4 project}")
        .row(
            "experiments",
            "{/settings/salts|,} salts, {/settings/users_per_salt|,} users each: chi-square p above"
                + " 0.001",
            "{uniform_salts|%1}",
            "{uniform_salts|>=99.5% project}")
        .row(
            "experiments",
            "a ramp from 1 to 50 % in six steps: users that moved",
            "{users_moved_by_ramp|0}",
            "{users_moved_by_ramp|<=0 project}");
  }

  private static Table tests(Table table) {
    return adjustments(
        table
            .row(
                "experiments",
                "{/settings/simulations|,} A/A experiments read {/settings/peeks} times, normal metric:"
                    + " false alarms",
                "{false_alarms_sequential|%1}",
                "{false_alarms_sequential|<=5.5% project}")
            .row(
                "experiments",
                "the same, skewed metric (70 % of the users have none)",
                "{false_alarms_sequential_skewed|%1}",
                "{false_alarms_sequential_skewed|<=5.5% project}")
            .row(
                "experiments",
                "a t test read as often: false alarms, normal and skewed",
                "{false_alarms_naive|%1}, {false_alarms_naive_skewed|%1}",
                "none; shown for comparison")
            .row(
                "experiments",
                "a t test read once at the end: false alarms, normal and skewed",
                "{false_alarms_fixed_horizon|%1}, {false_alarms_fixed_horizon_skewed|%1}",
                "none; 5 % by construction")
            .row(
                "experiments",
                "an effect of 0.05 standard deviations: found by the sequential test, by one t test at"
                    + " the end",
                "{power_sequential|%1}, {power_fixed_horizon|%1}",
                "none"));
  }

  private static Table adjustments(Table table) {
    return table
        .row(
            "experiments",
            "CUPED at ρ = 0.3, 0.5, 0.7, 0.9: largest distance of the variance left from 1 − ρ²",
            "{cuped_variance_error|%1}",
            "{cuped_variance_error|<=2% project}")
        .row(
            "experiments",
            "95 % interval of a difference of click rates holds the truth: delta method,"
                + " impressions pooled",
            "{ratio_coverage_delta|%1}, {ratio_coverage_pooled|%1}",
            "none; 95 % by construction")
        .row(
            "experiments",
            "sample ratio check, 100,000 users: refused when sound",
            "{refused_when_sound|%1}",
            "none; 0.1 % by construction")
        .row(
            "experiments",
            "the same: refused when an arm loses 3 % of its users",
            "{refused_at_3_percent_loss|%1}",
            "none");
  }
}
