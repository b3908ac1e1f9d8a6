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

/** Sends calls whose messages are arbitrary bytes. */
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

  /**
   * Requests a page with these bytes as the message. Returns the failure, or empty if the call
   * succeeded.
   */
  static Optional<StatusRuntimeException> page(Channel channel, byte[] request) {
    return call(
        channel, UniPinGrpc.getRetrieveAndRankMethod().toBuilder(RAW, RAW).build(), request);
  }

  /**
   * Records actions with these bytes as the message. Returns the failure, or empty if the call
   * succeeded.
   */
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
