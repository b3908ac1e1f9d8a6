package io.unipin.serving.rpc;

import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.unipin.proto.v1.UniPinAdminGrpc;
import io.unipin.proto.v1.UniPinGrpc;
import io.unipin.serving.metrics.ServingMetrics;
import io.unipin.serving.rpc.guard.Guard;
import io.unipin.serving.rpc.intake.Intake;
import io.unipin.serving.rpc.json.JsonConfig;
import io.unipin.serving.rpc.json.JsonPorts;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Puts the ports for HTTP with JSON in front of the gRPC services.
 *
 * @param config addresses and limits, which the gRPC ports share
 * @param interceptors the interceptors of the gRPC ports, in their order
 * @param healthy whether the server serves
 */
record JsonDoor(
    RpcConfig config,
    Guard guard,
    Intake intake,
    List<ServerInterceptor> interceptors,
    ServingMetrics metrics,
    BooleanSupplier healthy) {

  /** Returns the ports, which are not open yet. */
  JsonPorts ports(
      JsonConfig json, ServerServiceDefinition service, ServerServiceDefinition administration) {
    return new JsonPorts(
        new JsonPorts.Side(
            config.host(),
            json.port(),
            ServerInterceptors.intercept(service, interceptors),
            UniPinGrpc.getServiceDescriptor(),
            guard.servingJson()),
        new JsonPorts.Side(
            config.adminAddress(),
            json.adminPort(),
            ServerInterceptors.intercept(administration, interceptors),
            UniPinAdminGrpc.getServiceDescriptor(),
            guard.adminJson()),
        new JsonPorts.Shared(
            intake.tracers(),
            FailureStatus::of,
            metrics.json(),
            config.maxMessage().bytes(),
            config.maxReceiving().bytes(),
            json.connections(),
            healthy));
  }
}
