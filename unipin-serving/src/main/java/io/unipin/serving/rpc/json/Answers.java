package io.unipin.serving.rpc.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.Metadata;
import io.grpc.protobuf.StatusProto;
import io.unipin.serving.failure.FailureKind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Turns the status of a call into an HTTP answer. The body of an error is
 * {@code {"code":"INVALID_ARGUMENT","message":"…","details":[…]}}, where the details are the same
 * as in gRPC.
 */
final class Answers {
  private static final String DOMAIN = "unipin";
  private static final String TOO_LARGE = "TOO_LARGE";
  private static final int CLIENT_CLOSED = 499;
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private static final JsonFactory JSON = new JsonFactory();
  private static final JsonFormat.Printer DETAILS =
      JsonFormat.printer()
          .omittingInsignificantWhitespace()
          .usingTypeRegistry(
              TypeRegistry.newBuilder()
                  .add(ErrorInfo.getDescriptor())
                  .add(BadRequest.getDescriptor())
                  .add(RetryInfo.getDescriptor())
                  .build());

  private Answers() {}

  /** Returns the answer to a call that failed, from its status and its trailers. */
  static HttpAnswer failed(io.grpc.Status status, Metadata trailers) {
    Status details = StatusProto.fromStatusAndTrailers(status, trailers);
    Code code = Optional.ofNullable(Code.forNumber(details.getCode())).orElse(Code.UNKNOWN);
    return error(httpStatus(code, reason(details)), code, details, Map.of());
  }

  /** Returns the answer to a request that is refused by the rules of HTTP. */
  static HttpAnswer refused(HttpRefusal refusal) {
    FailureKind kind =
        switch (refusal.code()) {
          case UNAVAILABLE -> FailureKind.UNAVAILABLE;
          case DEADLINE_EXCEEDED -> FailureKind.DEADLINE;
          default -> FailureKind.INVALID;
        };
    ErrorInfo info = ErrorInfo.newBuilder().setReason(kind.name()).setDomain(DOMAIN).build();
    Status.Builder status =
        Status.newBuilder()
            .setCode(refusal.code().getNumber())
            .setMessage(String.valueOf(refusal.getMessage()))
            .addDetails(Any.pack(info));
    if (kind == FailureKind.UNAVAILABLE) {
      Duration delay = Duration.newBuilder().setSeconds(1).build();
      status.addDetails(Any.pack(RetryInfo.newBuilder().setRetryDelay(delay).build()));
    }
    return error(refusal.status(), refusal.code(), status.build(), refusal.headers());
  }

  private static HttpAnswer error(
      int status, Code code, Status details, Map<String, String> headers) {
    Map<String, String> all = new HashMap<>(headers);
    retryAfter(details).ifPresent(seconds -> all.put("retry-after", Long.toString(seconds)));
    if (code == Code.UNAUTHENTICATED) {
      all.put("www-authenticate", "Bearer");
    }
    return new HttpAnswer(status, Map.copyOf(all), body(code, details));
  }

  private static byte[] body(Code code, Status details) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator out = JSON.createGenerator(bytes)) {
      out.writeStartObject();
      out.writeStringField("code", code.name());
      out.writeStringField("message", details.getMessage());
      out.writeArrayFieldStart("details");
      for (Any detail : details.getDetailsList()) {
        out.writeRawValue(DETAILS.print(detail));
      }
      out.writeEndArray();
      out.writeEndObject();
    } catch (IOException e) { // the server itself made the details, so they are valid
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** Returns the HTTP status that google.rpc assigns to a code, and 413 for a large message. */
  private static int httpStatus(Code code, String reason) {
    return switch (code) {
      case OK -> 200;
      case INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE -> 400;
      case UNAUTHENTICATED -> 401;
      case PERMISSION_DENIED -> 403;
      case NOT_FOUND -> 404;
      case ABORTED, ALREADY_EXISTS -> 409;
      case RESOURCE_EXHAUSTED -> reason.equals(TOO_LARGE) ? 413 : 429;
      case CANCELLED -> CLIENT_CLOSED;
      case UNIMPLEMENTED -> 501;
      case UNAVAILABLE -> 503;
      case DEADLINE_EXCEEDED -> 504;
      case UNKNOWN, INTERNAL, DATA_LOSS, UNRECOGNIZED -> 500;
    };
  }

  private static String reason(Status details) {
    for (Any detail : details.getDetailsList()) {
      if (detail.is(ErrorInfo.class)) {
        return unpack(detail, ErrorInfo.class).getReason();
      }
    }
    return "";
  }

  /** Returns the seconds after which the caller may try again, rounded up. */
  private static Optional<Long> retryAfter(Status details) {
    for (Any detail : details.getDetailsList()) {
      if (detail.is(RetryInfo.class)) {
        Duration delay = unpack(detail, RetryInfo.class).getRetryDelay();
        long nanos = delay.getNanos() + NANOS_PER_SECOND - 1;
        return Optional.of(Math.max(1, delay.getSeconds() + nanos / NANOS_PER_SECOND));
      }
    }
    return Optional.empty();
  }

  private static <T extends Message> T unpack(Any detail, Class<T> type) {
    try {
      return detail.unpack(type);
    } catch (InvalidProtocolBufferException e) {
      throw new UncheckedIOException(e);
    }
  }
}
