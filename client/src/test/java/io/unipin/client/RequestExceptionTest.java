package io.unipin.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import com.google.rpc.Code;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.unipin.client.RequestException.Kind;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestExceptionTest {
  private static StatusRuntimeException status(Code code, String message, Message... details) {
    Status.Builder status = Status.newBuilder().setCode(code.getNumber()).setMessage(message);
    for (Message detail : details) {
      status.addDetails(Any.pack(detail));
    }
    return StatusProto.toStatusRuntimeException(status.build());
  }

  @ParameterizedTest
  @CsvSource({
    "INVALID_ARGUMENT, INVALID",
    "NOT_FOUND, INVALID",
    "UNAUTHENTICATED, INVALID",
    "PERMISSION_DENIED, INVALID",
    "UNIMPLEMENTED, INVALID",
    "RESOURCE_EXHAUSTED, OVERLOADED",
    "DEADLINE_EXCEEDED, DEADLINE",
    "CANCELLED, CANCELLED",
    "UNAVAILABLE, UNAVAILABLE",
    "INTERNAL, INTERNAL",
    "DATA_LOSS, INTERNAL"
  })
  void kind_ofEveryCode_tellsWhatToDoNext(Code code, Kind kind) {
    RequestException failure = RequestException.of(status(code, "why"));
    assertThat(failure.kind()).isEqualTo(kind);
    assertThat(failure).hasMessage("why").hasCauseInstanceOf(StatusRuntimeException.class);
    assertThat(failure.violations()).isEmpty();
    assertThat(failure.retryAfter()).isEmpty();
  }

  @Test
  void kind_ofARequestThatMustNotBeSentAgain_isTooLarge() {
    StatusRuntimeException status = status(Code.RESOURCE_EXHAUSTED, "too large");
    Metadata trailers = Objects.requireNonNull(status.getTrailers());
    trailers.put(Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER), "-1");
    assertThat(RequestException.of(status).kind()).isEqualTo(Kind.TOO_LARGE);
  }

  @Test
  void details_ofAStatus_areRead() {
    BadRequest bad =
        BadRequest.newBuilder()
            .addFieldViolations(
                FieldViolation.newBuilder().setField("page_size").setDescription("1 to 200"))
            .build();
    com.google.protobuf.Duration delay =
        com.google.protobuf.Duration.newBuilder().setSeconds(1).setNanos(500_000_000).build();
    RetryInfo retry = RetryInfo.newBuilder().setRetryDelay(delay).build();
    RequestException failure = RequestException.of(status(Code.INVALID_ARGUMENT, "no", bad, retry));
    assertThat(failure.violations()).containsExactly(new Violation("page_size", "1 to 200"));
    assertThat(failure.retryAfter()).contains(Duration.ofMillis(1500));
  }

  @Test
  void of_aStatusWithoutWords_namesItsCode() {
    assertThat(RequestException.of(io.grpc.Status.UNAVAILABLE.asRuntimeException()))
        .hasMessage("UNAVAILABLE");
  }
}
