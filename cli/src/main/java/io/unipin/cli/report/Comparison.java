package io.unipin.cli.report;

import io.unipin.cli.statistics.Interval;

/**
 * A metric of one arm compared with the control. CUPED adjusts the effects. The lift, the intervals
 * and the p values belong to the adjusted effect.
 *
 * @param control mean of the control
 * @param treatment mean of the arm
 * @param lift effect divided by the control's mean
 * @param onceInterval 95 % interval of the lift, valid if the report is read once, at an end that
 *     was fixed before the experiment
 * @param onceP p value for the hypothesis of no effect, valid under the same condition as
 *     {@code onceInterval}
 * @param interval 95 % interval of the lift, valid however often the report is read
 * @param p p value for the hypothesis of no effect, valid however often the report is read
 * @param varianceLeft share of the variance that CUPED leaves: 1 − ρ², where ρ is the correlation
 *     between metric and past
 */
public record Comparison(
    String metric,
    String arm,
    double control,
    double treatment,
    double lift,
    Interval onceInterval,
    double onceP,
    Interval interval,
    double p,
    double varianceLeft) {}
