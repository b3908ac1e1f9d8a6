package io.unipin.serving.rpc.audit;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.unipin.proto.v1.ChangeItemsRequest;
import io.unipin.proto.v1.EraseUserRequest;
import io.unipin.proto.v1.GetItemRequest;
import io.unipin.proto.v1.LoadBundleRequest;
import io.unipin.proto.v1.ReloadCountsRequest;
import io.unipin.proto.v1.UniPinAdminGrpc;
import io.unipin.proto.v1.UniPinGrpc;
import io.unipin.serving.audit.AuditEntry;
import io.unipin.serving.audit.AuditLog;
import io.unipin.serving.audit.AuditNote;
import io.unipin.serving.security.TokenFile;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Writes every call of the administration service and every erasure to the audit log, whatever its
 * outcome.
 *
 * <p>It consists of two interceptors. The server's interceptor knows the caller and sees the
 * outcome, even if another interceptor refuses the call. The service's interceptor sees the
 * messages and notes the things that they name, such as bundles. Thread-safe.
 */
public final class Audit implements ServerInterceptor {
  private static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final Context.Key<AuditNote> NOTE = Context.key("unipin-audit");
  private static final String ERASE = UniPinGrpc.getEraseUserMethod().getFullMethodName();

  private final AuditLog log;
  private final @Nullable TokenFile tokens;

  /** Creates the server's interceptor. {@code tokens} is null if callers need no token. */
  public Audit(AuditLog log, @Nullable TokenFile tokens) {
    this.log = log;
    this.tokens = tokens;
  }

  /** Returns a service that notes the things that the messages of audited calls name. */
  public static ServerServiceDefinition noted(ServerServiceDefinition service) {
    return ServerInterceptors.intercept(service, new Messages());
  }

  private static boolean isAudited(MethodDescriptor<?, ?> method) {
    return UniPinAdminGrpc.SERVICE_NAME.equals(method.getServiceName())
        || ERASE.equals(method.getFullMethodName());
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    if (!isAudited(call.getMethodDescriptor())) {
      return next.startCall(call, headers);
    }
    String name = String.valueOf(call.getMethodDescriptor().getBareMethodName());
    AuditNote note = new AuditNote(log, name, who(call, headers));
    ServerCall<Q, A> noted =
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void close(Status status, Metadata trailers) {
            note.end(status.getCode().name());
            super.close(status, trailers);
          }
        };
    Context context = Context.current().withValue(NOTE, note);
    return new SimpleForwardingServerCallListener<>(
        Contexts.interceptCall(context, noted, headers, next)) {
      @Override
      public void onCancel() {
        note.end(Status.Code.CANCELLED.name());
        super.onCancel();
      }

      @Override
      public void onComplete() {
        // The call ended without a close above, because its messages were too large.
        note.end(Status.Code.RESOURCE_EXHAUSTED.name());
        super.onComplete();
      }
    };
  }

  private AuditEntry.Who who(ServerCall<?, ?> call, Metadata headers) {
    SocketAddress address = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    return new AuditEntry.Who(
        tokens == null ? "" : tokens.fingerprint(headers.get(TOKEN)),
        session == null ? "" : certificate(session),
        address instanceof InetSocketAddress place && place.getAddress() != null
            ? place.getAddress().getHostAddress()
            : "");
  }

  private static String certificate(SSLSession session) {
    try {
      return session.getPeerPrincipal().getName();
    } catch (SSLPeerUnverifiedException e) {
      return ""; // the port asks for no certificate
    }
  }

  /** Notes the things that messages name, without data of users. */
  private static final class Messages implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      AuditNote note = NOTE.get(Context.current());
      ServerCall.Listener<Q> listener = next.startCall(call, headers);
      if (note == null) {
        return listener;
      }
      return new SimpleForwardingServerCallListener<>(listener) {
        @Override
        public void onMessage(Q message) {
          add(message, note);
          super.onMessage(message);
        }
      };
    }

    private static void add(Object message, AuditNote note) {
      if (message instanceof LoadBundleRequest load) {
        note.names("bundle", load.getBundle());
      } else if (message instanceof ReloadCountsRequest reload) {
        note.names("counts", reload.getCounts());
      } else if (message instanceof EraseUserRequest erasure) {
        note.namesUser(erasure.getUserId());
      } else if (message instanceof GetItemRequest item) {
        note.names("item", item.getKey().isEmpty() ? Long.toString(item.getId()) : item.getKey());
      } else if (message instanceof ChangeItemsRequest change) {
        note.counts("messages", 1);
        note.counts("puts", change.getPutsCount());
        note.counts("deletes", change.getDeletesCount() + change.getDeleteKeysCount());
        note.counts("restores", change.getUpsertsCount());
      }
    }
  }
}
