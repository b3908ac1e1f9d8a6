package io.unipin.serving.rpc.guard;

import com.google.protobuf.Any;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.StatusProto;
import io.unipin.proto.v1.UniPinGrpc;
import io.unipin.serving.metrics.ServingMetrics;
import io.unipin.serving.security.Role;
import io.unipin.serving.security.TokenFile;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Admits a call only if its bearer token has the required role. It checks before the message is
 * read.
 *
 * <p>Health calls need no token. An unknown call needs {@link Role#ADMIN}. Thread-safe.
 */
final class TokenInterceptor implements ServerInterceptor {
  static final Metadata.Key<String> HEADER =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private static final Map<String, Role> ROLES =
      Map.of(
          UniPinGrpc.getRetrieveAndRankMethod().getFullMethodName(), Role.SERVE,
          UniPinGrpc.getRetrieveMethod().getFullMethodName(), Role.SERVE,
          UniPinGrpc.getRankMethod().getFullMethodName(), Role.SERVE,
          UniPinGrpc.getRecordActionsMethod().getFullMethodName(), Role.RECORD,
          UniPinGrpc.getRetractActionsMethod().getFullMethodName(), Role.RECORD,
          UniPinGrpc.getEraseUserMethod().getFullMethodName(), Role.ERASE);

  private final TokenFile tokens;
  private final ServingMetrics metrics;

  TokenInterceptor(TokenFile tokens, ServingMetrics metrics) {
    this.tokens = tokens;
    this.metrics = metrics;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    MethodDescriptor<Q, A> method = call.getMethodDescriptor();
    if (HealthGrpc.SERVICE_NAME.equals(method.getServiceName())) {
      return next.startCall(call, headers);
    }
    Role needed = ROLES.getOrDefault(method.getFullMethodName(), Role.ADMIN);
    Optional<Set<Role>> roles = tokens.rolesOf(headers.get(HEADER));
    if (roles.isEmpty()) {
      return refuse(call, Code.UNAUTHENTICATED, "a bearer token expected that this server knows");
    }
    if (!roles.get().contains(needed)) {
      String message = "a token with the role " + needed.label() + " expected";
      return refuse(call, Code.PERMISSION_DENIED, message);
    }
    return next.startCall(call, headers);
  }

  private <Q, A> ServerCall.Listener<Q> refuse(ServerCall<Q, A> call, Code code, String message) {
    StatusRuntimeException refusal =
        StatusProto.toStatusRuntimeException(
            com.google.rpc.Status.newBuilder()
                .setCode(code.getNumber())
                .setMessage(message)
                .addDetails(
                    Any.pack(
                        ErrorInfo.newBuilder().setReason(code.name()).setDomain("unipin").build()))
                .build());
    Metadata trailers = refusal.getTrailers();
    call.close(refusal.getStatus(), trailers == null ? new Metadata() : trailers);
    String rpc = String.valueOf(call.getMethodDescriptor().getBareMethodName());
    metrics.request(rpc, code.name(), 0);
    return new ServerCall.Listener<>() {};
  }
}
