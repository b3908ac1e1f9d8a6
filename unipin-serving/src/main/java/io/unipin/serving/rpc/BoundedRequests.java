package io.unipin.serving.rpc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.WireFormat;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Counts what a request is made of before it is built: a message of two bytes costs fifty once it is an object. What is too
 * large, inflates too far or is no message at all is INVALID_ARGUMENT or RESOURCE_EXHAUSTED, and nothing is logged for it.
 * Thread-safe.
 */
final class BoundedRequests implements ServerInterceptor {
  /** More than the largest request within {@link RequestLimits} has. */
  static final int MAX_OBJECTS = 131_072;

  private BoundedRequests() {}

  /** The same service, whose requests are looked at first. */
  static ServerServiceDefinition of(ServerServiceDefinition service) {
    return ServerInterceptors.intercept(
        ServerInterceptors.useMarshalledMessages(service, new BodyMarshaller()),
        new BoundedRequests());
  }

  /** A message as it came, or why it could not be read. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Body(byte[] bytes, @Nullable Status failure) {}

  private static final class BodyMarshaller implements MethodDescriptor.Marshaller<Body> {
    @Override
    public InputStream stream(Body body) {
      return new ByteArrayInputStream(body.bytes());
    }

    @Override
    public Body parse(InputStream stream) {
      try {
        return new Body(stream.readAllBytes(), null);
      } catch (StatusRuntimeException e) { // inflates beyond the limit
        return new Body(new byte[0], e.getStatus());
      } catch (IOException e) { // does not inflate
        return new Body(new byte[0], Status.INVALID_ARGUMENT.withDescription("not compressed so"));
      }
    }
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Descriptor type = inputType(call.getMethodDescriptor());
    return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
      private boolean refused;

      @Override
      public void onMessage(Q message) {
        Status failure = failure((Body) message, type);
        if (failure == null) {
          try {
            super.onMessage(message);
            return;
          } catch (StatusRuntimeException e) { // text that is no text
            failure = notA(type);
          }
        }
        refused = true;
        call.close(failure, new Metadata());
      }

      @Override
      public void onHalfClose() {
        if (!refused) {
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

  private static @Nullable Status failure(Body body, Descriptor type) {
    if (body.failure() != null) {
      return body.failure();
    }
    try {
      int left = new Count(MAX_OBJECTS).take(CodedInputStream.newInstance(body.bytes()), type);
      return left >= 0
          ? null
          : Status.INVALID_ARGUMENT.withDescription(
              "a request of at most " + MAX_OBJECTS + " messages and texts expected");
    } catch (IOException e) {
      return notA(type);
    }
  }

  private static Status notA(Descriptor type) {
    return Status.INVALID_ARGUMENT.withDescription("a " + type.getName() + " expected");
  }

  /** Walks over a message without building it. */
  private static final class Count {
    private int left;

    Count(int most) {
      left = most;
    }

    /** What is left after a message and all in it; negative as soon as nothing is. */
    int take(CodedInputStream in, Descriptor type) throws IOException {
      for (int tag = in.readTag(); tag != 0 && left >= 0; tag = in.readTag()) {
        FieldDescriptor field = type.findFieldByNumber(WireFormat.getTagFieldNumber(tag));
        boolean delimited = WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
        if (delimited || field == null) {
          left--;
        }
        if (delimited && field != null && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
          int end = in.pushLimit(in.readRawVarint32());
          take(in, field.getMessageType());
          if (left >= 0) {
            in.checkLastTagWas(0);
            in.popLimit(end);
          }
        } else {
          in.skipField(tag);
        }
      }
      return left;
    }
  }
}
