package io.unipin.serving.rpc.json;

import com.google.rpc.Code;
import java.util.Map;

/**
 * Reports a request that is refused by the rules of HTTP, before it becomes a call. The message is
 * for the caller.
 */
final class HttpRefusal extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;
  private final Code code;
  private final transient Map<String, String> headers;

  HttpRefusal(int status, Code code, String message) {
    this(status, code, message, Map.of());
  }

  HttpRefusal(int status, Code code, String message, Map<String, String> headers) {
    // no stack trace: a refusal is no bug, and a flood of bad requests must stay cheap
    super(message, null, false, false);
    this.status = status;
    this.code = code;
    this.headers = Map.copyOf(headers);
  }

  int status() {
    return status;
  }

  Code code() {
    return code;
  }

  Map<String, String> headers() {
    return headers;
  }
}
