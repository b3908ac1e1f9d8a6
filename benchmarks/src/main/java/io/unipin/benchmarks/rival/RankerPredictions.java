package io.unipin.benchmarks.rival;

/**
 * A rival's predictions for the impressions of the test part, user by user and slate by slate.
 *
 * @param users (rows) the user of each impression, by the user's row in the log
 * @param probabilities (actions, rows) probability of each action
 */
public record RankerPredictions(int[] users, float[][] probabilities) {}
