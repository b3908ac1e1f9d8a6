package io.unipin.client;

/**
 * One error in a request.
 *
 * @param field path of the field, such as {@code user.recent_actions[3].time_ms}
 * @param description what was expected and what came
 */
public record Violation(String field, String description) {}
