package io.unipin.serving.audit;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;

/**
 * One line of the audit log. It names the caller, the action, the time and the outcome. The line
 * holds no data of users.
 *
 * @param time time at which the call arrived, ISO 8601 in UTC with milliseconds
 * @param call name of the call, such as {@code LoadBundle} or {@code console load}
 * @param what things that the call named, such as a bundle, a number of items, or a user's
 *     pseudonym
 * @param outcome {@code OK}, the name of the gRPC status, or the HTTP status of the console
 * @param ms milliseconds from the arrival to the outcome
 * @param suppressed number of refused calls that were left out of the log between the previous
 *     entry and this entry
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record AuditEntry(
    String time,
    String call,
    Who who,
    Map<String, Object> what,
    String outcome,
    long ms,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) long suppressed) {

  /**
   * The caller, as far as it is known. Unknown parts are empty.
   *
   * @param token first 12 hexadecimal digits of the SHA-256 of the caller's token; {@code unknown}
   *     for a token that the file of tokens does not have
   * @param certificate name in the caller's certificate
   * @param address the caller's IP address, without its port
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Who(String token, String certificate, String address) {}

  /** Whether the caller was refused for lack of permission. */
  boolean isRefusal() {
    return switch (outcome) {
      case "UNAUTHENTICATED", "PERMISSION_DENIED", "401", "403" -> true;
      default -> false;
    };
  }

  AuditEntry withSuppressed(long count) {
    return new AuditEntry(time, call, who, what, outcome, ms, count);
  }
}
