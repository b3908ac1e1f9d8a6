package io.unipin.serving.rpc.json;

import com.google.protobuf.Message;
import com.google.rpc.Code;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.unipin.settings.Nearest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The calls of one port, by the path of their URL, such as {@code /v1/RetrieveAndRank}. Streams are
 * not among them. Immutable.
 */
final class JsonMethods {
  static final String PREFIX = "/v1/";

  private final Map<String, JsonMethod<?, ?>> methods = new TreeMap<>();
  private final Set<String> streams = new TreeSet<>();

  /**
   * Lists the calls of a service.
   *
   * @param service the service behind its interceptors
   * @param described the service as it was generated, which knows the types of its messages
   */
  JsonMethods(ServerServiceDefinition service, ServiceDescriptor described) {
    for (MethodDescriptor<?, ?> method : described.getMethods()) {
      String path = PREFIX + method.getBareMethodName();
      if (method.getType() == MethodDescriptor.MethodType.UNARY) {
        methods.put(path, of(service.getMethod(method.getFullMethodName()), method));
      } else {
        streams.add(path);
      }
    }
  }

  private static <Q, A> JsonMethod<Q, A> of(
      ServerMethodDefinition<Q, A> definition, MethodDescriptor<?, ?> generated) {
    return new JsonMethod<>(
        definition,
        prototype(generated.getRequestMarshaller()),
        prototype(generated.getResponseMarshaller()));
  }

  private static Message prototype(MethodDescriptor.Marshaller<?> marshaller) {
    if (marshaller instanceof MethodDescriptor.PrototypeMarshaller<?> typed
        && typed.getMessagePrototype() instanceof Message message) {
      return message;
    }
    throw new IllegalStateException("a marshaller of protocol buffers expected");
  }

  /** Returns the paths of all calls, sorted. */
  Set<String> paths() {
    return methods.keySet();
  }

  /**
   * Returns the call of a path.
   *
   * @param others paths of this port that are not calls
   * @throws HttpRefusal when there is no such call; the message names the nearest path
   */
  JsonMethod<?, ?> at(String path, Set<String> others) {
    JsonMethod<?, ?> method = methods.get(path);
    if (method != null) {
      return method;
    }
    if (streams.contains(path)) {
      throw new HttpRefusal(
          501,
          Code.UNIMPLEMENTED,
          "path: a call without streams expected, got '%s', which only gRPC serves"
              .formatted(path));
    }
    List<String> known = new ArrayList<>(methods.keySet());
    known.addAll(others);
    throw new HttpRefusal(
        404,
        Code.NOT_FOUND,
        "path: one of %s expected, got '%s'%s"
            .formatted(known, Shortened.text(path), Nearest.hint(path, known)));
  }
}
