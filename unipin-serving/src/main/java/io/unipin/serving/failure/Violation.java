package io.unipin.serving.failure;

/**
 * One error in a request.
 *
 * @param field path of the field, such as {@code user.recent_actions[3].time_ms}
 * @param description the expected value and the actual value
 */
public record Violation(String field, String description) {}
