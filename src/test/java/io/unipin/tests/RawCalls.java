package io.unipin.tests;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.unipin.proto.v1.UniPinGrpc;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Optional;

/** Calls whose messages are bytes of any kind. */
final class RawCalls {
  private static final MethodDescriptor.Marshaller<byte[]> RAW =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
          return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
          return new byte[0];
        }
      };

  private RawCalls() {}

  /** Asks for a page with these bytes as the request; returns how it failed, if it did. */
  static Optional<StatusRuntimeException> page(Channel channel, byte[] request) {
    return call(
        channel, UniPinGrpc.getRetrieveAndRankMethod().toBuilder(RAW, RAW).build(), request);
  }

  /** Records these bytes. */
  static Optional<StatusRuntimeException> record(Channel channel, byte[] request) {
    return call(channel, UniPinGrpc.getRecordActionsMethod().toBuilder(RAW, RAW).build(), request);
  }

  private static Optional<StatusRuntimeException> call(
      Channel channel, MethodDescriptor<byte[], byte[]> method, byte[] request) {
    try {
      ClientCalls.blockingUnaryCall(channel, method, CallOptions.DEFAULT, request);
      return Optional.empty();
    } catch (StatusRuntimeException e) {
      return Optional.of(e);
    }
  }
}
