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
import io.unipin.proto.v1.UniPinAdminGrpc;
import io.unipin.proto.v1.UniPinGrpc;
import io.unipin.serving.metrics.ServingMetrics;
import io.unipin.serving.security.Role;
import io.unipin.serving.security.TokenFile;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Admits a call only if its bearer token has one of the roles that allow the call. It checks before
 * the message is read.
 *
 * <p>Health calls need no token. An unknown call needs {@link Role#ADMIN}. Thread-safe.
 */
final class TokenInterceptor implements ServerInterceptor {
  static final Metadata.Key<String> HEADER =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private static final Set<Role> ITEMS = Set.of(Role.ITEMS, Role.ADMIN);

  private static final Map<String, Set<Role>> ROLES =
      Map.of(
          UniPinGrpc.getRetrieveAndRankMethod().getFullMethodName(), Set.of(Role.SERVE),
          UniPinGrpc.getRetrieveMethod().getFullMethodName(), Set.of(Role.SERVE),
          UniPinGrpc.getRankMethod().getFullMethodName(), Set.of(Role.SERVE),
          UniPinGrpc.getRecordActionsMethod().getFullMethodName(), Set.of(Role.RECORD),
          UniPinGrpc.getRetractActionsMethod().getFullMethodName(), Set.of(Role.RECORD),
          UniPinGrpc.getEraseUserMethod().getFullMethodName(), Set.of(Role.ERASE),
          UniPinAdminGrpc.getChangeItemsMethod().getFullMethodName(), ITEMS,
          UniPinAdminGrpc.getChangeItemsStreamMethod().getFullMethodName(), ITEMS,
          UniPinAdminGrpc.getGetItemMethod().getFullMethodName(), ITEMS);

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
    Set<Role> allowed = ROLES.getOrDefault(method.getFullMethodName(), Set.of(Role.ADMIN));
    Optional<Set<Role>> roles = tokens.rolesOf(headers.get(HEADER));
    if (roles.isEmpty()) {
      return refuse(call, Code.UNAUTHENTICATED, "a bearer token expected that this server knows");
    }
    if (roles.get().stream().noneMatch(allowed::contains)) {
      String labels =
          allowed.stream().sorted().map(Role::label).collect(Collectors.joining(" or "));
      String message = "a token with the role " + labels + " expected";
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
