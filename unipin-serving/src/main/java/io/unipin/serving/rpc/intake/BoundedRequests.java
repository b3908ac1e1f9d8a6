package io.unipin.serving.rpc.intake;

import com.google.protobuf.Descriptors.Descriptor;
import io.grpc.Context;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import io.unipin.serving.failure.ServingException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reckons what a request costs before it is built: a message of two bytes takes fifty once it is an object. What is too large,
 * inflates too far or is no message at all is refused with its reason, and nothing is logged for it. Thread-safe.
 */
final class BoundedRequests implements ServerInterceptor {
  private BoundedRequests() {}

  /** The same service, whose requests are looked at first. */
  static ServerServiceDefinition of(ServerServiceDefinition service, int maxMessage) {
    return ServerInterceptors.intercept(
        ServerInterceptors.useMarshalledMessages(service, new BodyMarshaller(maxMessage)),
        new BoundedRequests());
  }

  /** A message as it came, or why it could not be read. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Body(byte[] bytes, @Nullable ServingException failure) {}

  private record BodyMarshaller(int maxMessage) implements MethodDescriptor.Marshaller<Body> {
    @Override
    public InputStream stream(Body body) {
      return new ByteArrayInputStream(body.bytes());
    }

    @Override
    public Body parse(InputStream stream) {
      try {
        byte[] bytes = stream.readNBytes(maxMessage + 1);
        return bytes.length > maxMessage // it may have come compressed
            ? new Body(new byte[0], Receipt.tooLarge(maxMessage))
            : new Body(bytes, null);
      } catch (IOException e) { // does not inflate
        return new Body(new byte[0], ServingException.invalid("request", "not compressed so"));
      }
    }
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Descriptor type = inputType(call.getMethodDescriptor());
    boolean one = call.getMethodDescriptor().getType().clientSendsOneMessage();
    Receipt receipt = Objects.requireNonNull(Receipt.KEY.get(Context.current()));
    return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
      @Override
      public void onMessage(Q message) {
        try {
          if (receipt.delivered(cost((Body) message, type))) {
            super.onMessage(message);
          }
        } catch (ServingException e) {
          receipt.refuse(e);
        } catch (StatusRuntimeException e) { // text that is no text
          receipt.refuse(notA(type));
        }
      }

      @Override
      public void onHalfClose() {
        if (one ? receipt.taken() : !receipt.isEnded()) {
          super.onHalfClose();
        }
      }
    };
  }

  private static Descriptor inputType(MethodDescriptor<?, ?> method) {
    if (method.getSchemaDescriptor() instanceof ProtoMethodDescriptorSupplier supplier) {
      return supplier.getMethodDescriptor().getInputType();
    }
    throw new IllegalStateException("no schema of " + method.getFullMethodName());
  }

  /** Bytes that the message takes as it came and once it is read. */
  private static long cost(Body body, Descriptor type) {
    if (body.failure() != null) {
      throw body.failure();
    }
    try {
      return body.bytes().length + WireCost.of(body.bytes(), type);
    } catch (IOException e) {
      throw notA(type);
    }
  }

  private static ServingException notA(Descriptor type) {
    return ServingException.invalid("request", "a " + type.getName() + " expected");
  }
}
