package io.unipin.serving.rpc.intake;

import com.google.protobuf.Descriptors.Descriptor;
import io.grpc.Context;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.KnownLength;
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
 * Estimates the memory that a request needs before the request is built. A message of two bytes can
 * take fifty bytes as an object.
 *
 * <p>A request is refused with a reason if it is too large, takes too much memory as an object, or
 * is not a valid message. Such refusals are not logged. Thread-safe.
 */
final class BoundedRequests implements ServerInterceptor {
  private BoundedRequests() {}

  /** Returns a service that checks each request and then passes it to {@code service}. */
  static ServerServiceDefinition of(ServerServiceDefinition service, int maxMessage) {
    return ServerInterceptors.intercept(
        ServerInterceptors.useMarshalledMessages(service, new BodyMarshaller(maxMessage)),
        new BoundedRequests());
  }

  /** The bytes of a message, or the reason why they could not be read. */
  @SuppressWarnings("ArrayRecordComponent") // bodies are never compared
  private record Body(byte[] bytes, @Nullable ServingException failure) {}

  private record BodyMarshaller(int maxMessage) implements MethodDescriptor.Marshaller<Body> {
    @Override
    public InputStream stream(Body body) {
      return new ByteArrayInputStream(body.bytes());
    }

    @Override
    public Body parse(InputStream stream) {
      try {
        int most = maxMessage + 1;
        // If the length of a stream is known, it is read into an array of just this length.
        int size = stream instanceof KnownLength ? Math.min(stream.available(), most) : most;
        byte[] bytes = stream.readNBytes(size);
        return bytes.length > maxMessage // the message may have arrived compressed
            ? new Body(new byte[0], Receipt.tooLarge(maxMessage))
            : new Body(bytes, null);
      } catch (IOException e) { // the bytes can't be decompressed
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
        } catch (StatusRuntimeException e) { // the message holds a text that is not valid UTF-8
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

  /** Returns the bytes that the message takes: its encoded form and the object together. */
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
