package io.unipin.serving.rpc;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.unipin.proto.v1.UniPinGrpc;
import io.unipin.serving.rpc.intake.Intake;
import java.util.List;

/**
 * The services that describe the API to tools such as grpcurl, in versions v1 and v1alpha of gRPC's
 * reflection protocol.
 */
final class Reflection {
  private Reflection() {}

  /** Returns services that describe the other services of a server. */
  @SuppressWarnings("deprecation") // old tools know only this version
  static List<ServerServiceDefinition> services(Intake intake) {
    return List.of(
        intake.bounded(ProtoReflectionServiceV1.newInstance().bindService()),
        intake.bounded(ProtoReflectionService.newInstance().bindService()));
  }

  /**
   * Returns a definition of the service {@code UniPin} for a port that only describes it to tools.
   * The port refuses all calls to this service.
   */
  static ServerServiceDefinition described() {
    ServerServiceDefinition.Builder service =
        ServerServiceDefinition.builder(UniPinGrpc.getServiceDescriptor());
    UniPinGrpc.getServiceDescriptor().getMethods().forEach(method -> refuse(service, method));
    return service.build();
  }

  private static <Q, A> void refuse(
      ServerServiceDefinition.Builder service, MethodDescriptor<Q, A> method) {
    service.addMethod(
        method,
        (call, headers) -> {
          call.close(
              Status.UNIMPLEMENTED.withDescription(
                  "a call to server.port expected: this port describes the service only"),
              new Metadata());
          return new ServerCall.Listener<>() {};
        });
  }
}
