package io.unipin.cli.shell;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import java.io.PrintWriter;

/** What every command uses: the session, the server, the source of lines, and the output. */
record Context(Session session, Ports ports, Lines lines, PrintWriter out) {
  private static final ObjectMapper mapper = new ObjectMapper();

  /** Returns a server's answer as JSON. */
  static JsonNode json(MessageOrBuilder answer) {
    try {
      return mapper.readTree(JsonFormat.printer().alwaysPrintFieldsWithNoPresence().print(answer));
    } catch (InvalidProtocolBufferException | JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
