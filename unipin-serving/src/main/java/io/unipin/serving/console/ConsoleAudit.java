package io.unipin.serving.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import io.unipin.serving.audit.AuditEntry;
import io.unipin.serving.audit.AuditLog;
import io.unipin.serving.audit.AuditNote;
import io.unipin.serving.security.TokenFile;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Writes to the audit log those actions of the console that change the server or show a user's
 * data. Thread-safe.
 */
final class ConsoleAudit {
  private static final String PREFIX = "/api/";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final AuditLog log;
  private final @Nullable TokenFile tokens;

  ConsoleAudit(AuditLog log, @Nullable TokenFile tokens) {
    this.log = log;
    this.tokens = tokens;
  }

  /** Begins the entry of an action. */
  AuditNote begins(HttpExchange exchange, String path, byte[] body) {
    AuditNote note = note(exchange, path);
    try {
      JsonNode form = JSON.readTree(body);
      if (form != null) {
        note.namesUser(form.path("user").asText(""));
        note.names("bundle", form.path("bundle").asText(""));
        note.names("item", item(form.path("item")));
      }
    } catch (IOException e) {
      // The action itself refuses a body that is not JSON, so the entry's outcome shows the
      // refusal.
    }
    return note;
  }

  /** Returns an item's key or id. A form holds either the id or the whole item. */
  private static String item(JsonNode item) {
    return item.isObject() ? item.path("key").asText(item.path("id").asText("")) : item.asText("");
  }

  /** Writes the entry of an action whose caller was refused. */
  void refused(HttpExchange exchange, String path, boolean action, int status) {
    if (action) {
      note(exchange, path).end(Integer.toString(status));
    }
  }

  private AuditNote note(HttpExchange exchange, String path) {
    AuditEntry.Who who =
        new AuditEntry.Who(
            tokens == null
                ? ""
                : tokens.fingerprint(exchange.getRequestHeaders().getFirst("Authorization")),
            "",
            exchange.getRemoteAddress().getAddress().getHostAddress());
    return new AuditNote(log, "console " + path.substring(PREFIX.length()), who);
  }
}
