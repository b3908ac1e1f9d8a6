package io.unipin.tests.reference;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.unipin.client.RequestException;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.pipeline.Recommender;
import io.unipin.serving.rpc.FailureCodes;
import io.unipin.serving.rpc.json.HttpStatuses;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The page with all failures of calls, and what callers should do about them. */
final class ErrorsPage {
  private static final String KINDS =
      "unipin-serving/src/main/java/io/unipin/serving/failure/FailureKind.java";
  private static final String CLIENT =
      "client/src/main/java/io/unipin/client/RequestException.java";
  private static final String JSON = "unipin-serving/src/main/java/io/unipin/serving/rpc/json";
  private static final Pattern REFUSAL =
      Pattern.compile(
          "new HttpRefusal\\(\\s*([^,]+),\\s*Code\\.(\\w+),\\s*\"((?:[^\"\\\\]|\\\\.)*)\"");
  private static final Pattern STATUS = Pattern.compile("\\d{3}");
  private static final Pattern PLACEHOLDER = Pattern.compile("%s");

  private ErrorsPage() {}

  static String text() {
    return new Markdown()
        .heading(1, "Errors")
        .paragraph(
            "Every error of a call carries `google.rpc.ErrorInfo` with the domain `unipin` and a"
                + " reason. Decide by the reason, not by the message. The message says what was"
                + " expected and what came. INVALID also carries `google.rpc.BadRequest`, which"
                + " names the wrong fields. [HTTP with JSON](../http.md#errors) shows an error's"
                + " body.")
        .heading(2, "Reasons")
        .table(reasons())
        .heading(2, "Errors before a call begins")
        .paragraph("These errors come from the checks of tokens and paths.")
        .table(before())
        .heading(2, "Refusals by the rules of HTTP")
        .paragraph("The ports for HTTP with JSON refuse these requests before they become calls.")
        .table(refusals())
        .heading(2, "Kinds of the Java client")
        .paragraph(
            "`RequestException.kind()` of our client has one of these values. The client repeats"
                + " calls by itself as far as [the fleet](../fleet.md) describes.")
        .table(kinds())
        .heading(2, "Pages that are less than was asked for")
        .paragraph(
            "These are no errors. The answer names them in `served.degradations`, and"
                + " `unipin_degradations_total` counts them.")
        .table(degradations())
        .text();
  }

  private static List<List<String>> reasons() {
    Map<String, String> comments = Sources.comments(KINDS, "FailureKind");
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("reason", "gRPC status", "HTTP", "retry time", "meaning", "what to do"));
    for (FailureKind kind : FailureKind.values()) {
      StatusRuntimeException failure = FailureCodes.of(kind);
      Metadata trailers = trailers(failure);
      rows.add(
          List.of(
              kind.name(),
              failure.getStatus().getCode().name(),
              Integer.toString(HttpStatuses.of(failure.getStatus(), trailers)),
              hasRetryTime(failure.getStatus(), trailers) ? "yes" : "",
              Markdown.plain(Objects.requireNonNull(comments.get(kind.name()))),
              advice(kind)));
    }
    return rows;
  }

  private static Metadata trailers(StatusRuntimeException failure) {
    Metadata trailers = failure.getTrailers();
    return trailers == null ? new Metadata() : trailers;
  }

  private static boolean hasRetryTime(Status status, Metadata trailers) {
    return StatusProto.fromStatusAndTrailers(status, trailers).getDetailsList().stream()
        .anyMatch(detail -> detail.is(RetryInfo.class));
  }

  private static String advice(FailureKind kind) {
    return switch (kind) {
      case INVALID -> "Correct the fields that `BadRequest` names.";
      case TOO_LARGE -> "Send less, or raise `server.maxMessage`.";
      case OVERLOADED ->
          "Wait for the time in `RetryInfo`, then send the call again. If it happens often, add"
              + " replicas ([fleet](../fleet.md)) or raise `cache.transientBudget`.";
      case DEADLINE ->
          "Give the call more time, or ask for fewer candidates. Leave `degradation.enabled` on.";
      case CANCELLED -> "Nothing: the caller itself ended the call.";
      case UNAVAILABLE ->
          "Wait for the time in `RetryInfo`, then send the call again, to another replica if there"
              + " is one. The log says which store is away.";
      case LOST ->
          "Send the call to another replica. The process ends, and its supervisor must start it"
              + " again ([GPU](../gpu.md)).";
      case INTERNAL -> "Look into the server's log, which has the cause.";
    };
  }

  private static List<List<String>> before() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("gRPC status", "HTTP", "reason", "what to do"));
    rows.add(
        row(
            Status.UNAUTHENTICATED,
            Status.Code.UNAUTHENTICATED.name(),
            "Send `Authorization: Bearer TOKEN` with a token of `security.tokens`"
                + " ([security](../security.md))."));
    rows.add(
        row(
            Status.PERMISSION_DENIED,
            Status.Code.PERMISSION_DENIED.name(),
            "Use a token with the role that the call needs. `./unipin token` makes one."));
    rows.add(
        row(
            Status.UNIMPLEMENTED,
            reason(Status.UNIMPLEMENTED),
            "Ask the right port: calls of administration are on `server.adminPort`. Streams are"
                + " only in gRPC."));
    return rows;
  }

  private static List<String> row(Status status, String reason, String advice) {
    int http = HttpStatuses.of(status, FailureCodes.explained(status));
    return List.of(status.getCode().name(), Integer.toString(http), reason, advice);
  }

  /** Returns the reason that the server adds to a status which other code chose. */
  private static String reason(Status status) {
    return StatusProto.fromStatusAndTrailers(status, FailureCodes.explained(status))
        .getDetailsList()
        .stream()
        .filter(detail -> detail.is(ErrorInfo.class))
        .map(ErrorsPage::reason)
        .findFirst()
        .orElseThrow();
  }

  private static String reason(Any detail) {
    try {
      return detail.unpack(ErrorInfo.class).getReason();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<List<String>> refusals() {
    List<List<String>> rows =
        Sources.javaIn(JSON).stream()
            .flatMap(text -> REFUSAL.matcher(text).results())
            .map(
                refusal ->
                    List.of(
                        String.join(
                            ", ",
                            STATUS
                                .matcher(refusal.group(1))
                                .results()
                                .map(status -> status.group())
                                .toList()),
                        Code.valueOf(refusal.group(2)).name(),
                        PLACEHOLDER.matcher(Markdown.plain(refusal.group(3))).replaceAll("…")))
            .sorted(Comparator.comparing((List<String> row) -> String.join(" ", row)))
            .toList();
    return Stream.concat(Stream.of(List.of("HTTP", "code", "message begins")), rows.stream())
        .toList();
  }

  private static List<List<String>> kinds() {
    Map<String, String> comments = Sources.comments(CLIENT, "Kind");
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("kind", "meaning"));
    for (RequestException.Kind kind : RequestException.Kind.values()) {
      rows.add(
          List.of(kind.name(), Markdown.plain(Objects.requireNonNull(comments.get(kind.name())))));
    }
    return rows;
  }

  private static List<List<String>> degradations() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("degradation", "meaning", "what to do"));
    for (String name : Recommender.DEGRADATIONS) {
      rows.add(
          switch (name) {
            case "stale_history" ->
                List.of(
                    Markdown.quoted(name),
                    "Redis was away; the history is the last that this server read.",
                    "[Redis](../redis.md)");
            case "missing_history" ->
                List.of(
                    Markdown.quoted(name),
                    "Redis was away, and this server held no history of the user.",
                    "[Redis](../redis.md); `history.whenAway: REFUSE` refuses such calls");
            case "shorter_history" ->
                List.of(
                    Markdown.quoted(name),
                    "The model read only the newest part of the history.",
                    "Give the call more time.");
            case "fewer_candidates" ->
                List.of(
                    Markdown.quoted(name),
                    "Fewer candidates were scored than requested.",
                    "Give the call more time, or ask for fewer candidates.");
            case "retrieval_scores" ->
                List.of(
                    Markdown.quoted(name),
                    "Nothing was scored: order and utility come from retrieval.",
                    "Give the call more time.");
            default -> throw new IllegalStateException("an explanation expected: " + name);
          });
    }
    return rows;
  }
}
