package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.ClientCalls;
import io.unipin.proto.v1.UniPinGrpc;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests the description of the API that the reflection service gives to tools such as grpcurl. The
 * two versions of the service have the same messages.
 */
@Timeout(120)
final class ReflectionTest {
  private static final String SERVICE = UniPinGrpc.SERVICE_NAME;

  @TempDir Path folder;

  @Test
  void adminPort_describesBothServices() throws Exception {
    try (TinyServer server = TinyServer.start(folder)) {
      ManagedChannel admin = channel("127.0.0.1:" + server.adminPort());
      for (String version : List.of("v1", "v1alpha")) {
        assertThat(services(admin, version)).contains(SERVICE, "unipin.v1.UniPinAdmin");
        ServerReflectionResponse file =
            ask(
                admin,
                version,
                ServerReflectionRequest.newBuilder().setFileContainingSymbol(SERVICE).build());
        FileDescriptorProto described =
            FileDescriptorProto.parseFrom(
                file.getFileDescriptorResponse().getFileDescriptorProto(0));
        assertThat(described.getService(0).getMethodList())
            .anyMatch(method -> method.getName().equals("RetrieveAndRank"));
      }
      assertThatThrownBy(
              () -> UniPinGrpc.newBlockingStub(admin).retrieveAndRank(TinyServer.request(1)))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> assertThat(e.getStatus().getDescription()).contains("server.port"));
      admin.shutdownNow();
    }
  }

  @Test
  void servicesPort_describesItselfWhereASettingSaysSo() throws Exception {
    try (TinyServer open = TinyServer.start(folder, "server.reflection=true")) {
      ManagedChannel channel = channel(open.address());
      assertThat(services(channel, "v1")).contains(SERVICE).doesNotContain("unipin.v1.UniPinAdmin");
      channel.shutdownNow();
    }
  }

  @Test
  void servicesPort_isSilentByDefault() throws Exception {
    try (TinyServer closed = TinyServer.start(folder)) {
      ManagedChannel channel = channel(closed.address());
      assertThatThrownBy(() -> services(channel, "v1"))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED));
      channel.shutdownNow();
    }
  }

  private static ManagedChannel channel(String address) {
    return ManagedChannelBuilder.forTarget(address).usePlaintext().build();
  }

  private static List<String> services(ManagedChannel channel, String version) {
    return ask(channel, version, ServerReflectionRequest.newBuilder().setListServices("").build())
        .getListServicesResponse()
        .getServiceList()
        .stream()
        .map(ServiceResponse::getName)
        .toList();
  }

  private static ServerReflectionResponse ask(
      ManagedChannel channel, String version, ServerReflectionRequest request) {
    MethodDescriptor<ServerReflectionRequest, ServerReflectionResponse> method =
        ServerReflectionGrpc.getServerReflectionInfoMethod().toBuilder()
            .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
            .setFullMethodName(
                "grpc.reflection." + version + ".ServerReflection/ServerReflectionInfo")
            .build();
    return ClientCalls.blockingServerStreamingCall(channel, method, CallOptions.DEFAULT, request)
        .next();
  }
}
