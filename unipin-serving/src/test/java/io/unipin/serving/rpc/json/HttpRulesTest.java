package io.unipin.serving.rpc.json;

import static io.unipin.serving.rpc.json.TestDoor.HOST;
import static io.unipin.serving.rpc.json.TestDoor.JSON;
import static io.unipin.serving.rpc.json.TestDoor.answers;
import static io.unipin.serving.rpc.json.TestDoor.send;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.netty.shaded.io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests which requests are not calls, and how they are answered. */
final class HttpRulesTest {
  private final TestDoor doors = new TestDoor();

  @AfterEach
  void end_nothingIsHeld() {
    doors.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          GET /v1/EraseUser HTTP/1.1~Host: h~~ | 405 | method: POST expected, got GET
          OPTIONS /v1/EraseUser HTTP/1.1~Host: h~~ | 405 | POST expected
          POST /healthz HTTP/1.1~Host: h~Content-Length: 0~~ | 405 | GET, HEAD expected
          POST /v1/EraseUsr HTTP/1.1~Host: h~Content-Length: 0~~ | 404 | did you mean '/v1/EraseUser'?
          POST /v1/erase-user HTTP/1.1~Host: h~Content-Length: 0~~ | 404 | did you mean '/v1/EraseUser'?
          POST /v1/LoadBundle HTTP/1.1~Host: h~Content-Length: 0~~ | 404 | got '/v1/LoadBundle'
          POST /v1/EraseUser HTTP/1.1~Host: h~Content-Length: 2~~{} | 415 | application/json expected, got none
          POST /v1/EraseUser HTTP/1.1~Host: h~Content-Type: text/plain~Content-Length: 2~~{} | 415 | got 'text/plain'
          POST /v1/EraseUser HTTP/1.1~Host: h~Content-Type: application/json; charset=latin1~Content-Length: 2~~{} | 415 | expected
          POST /v1/EraseUser HTTP/1.1~Host: h~Content-Type: application/json~Content-Encoding: gzip~Content-Length: 2~~{} | 415 | identity expected
          POST /v1/EraseUser HTTP/1.1~Host: h~Content-Type: application/json~X-Deadline-Ms: soon~Content-Length: 2~~{} | 400 | X-Deadline-Ms: 1 to 3600000 milliseconds expected, got 'soon'
          POST /v1/EraseUser HTTP/1.1~Host: h~Content-Type: application/json~Expect: tea~Content-Length: 2~~{} | 417 | got 'tea'
          POST /v1/EraseUser HTTP/1.1~Host: h~Origin: http://evil~Content-Type: application/json~Content-Length: 2~~{} | 403 | web pages may not
          POST /v1/EraseUser HTTP/1.1~Host: h~Content-Type: application/json~Content-Length: 2~Content-Length: 3~~{} | 400 | HTTP/1.1 expected
          POST /v1/EraseUser HTTP/1.1~Host: h~Content-Type: application/json~Content-Length: -1~~{} | 400 | HTTP/1.1 expected
          nonsense~~ | 400 | HTTP/1.1 expected
          GET /healthz HTTP/2.0~Host: h~~ | 505 | HTTP/1.1 expected
          """)
  void request_againstTheRules_isExplained(String request, int status, String message) {
    EmbeddedChannel channel = doors.connect(doors.door);
    send(channel, request.replace("~", "\r\n"));
    String answer = answers(channel);
    assertThat(answer)
        .startsWith("HTTP/1.1 " + status + " ")
        .contains(message, "\"code\":", "\"domain\":\"unipin\"")
        .doesNotContainIgnoringCase("access-control");
    assertThat(doors.service.calls).isEmpty();
    assertThat(doors.metrics.scrape())
        .contains("unipin_json_refused_total{status=\"" + status + "\"}");
  }

  @Test
  void head_thatIsTooLong_isExplained() {
    EmbeddedChannel line = doors.connect(doors.door);
    send(line, "GET /" + "a".repeat(5000) + " HTTP/1.1\r\n" + HOST + "\r\n");
    assertThat(answers(line)).startsWith("HTTP/1.1 414 ");
    EmbeddedChannel headers = doors.connect(doors.door);
    send(
        headers,
        "GET /healthz HTTP/1.1\r\n" + ("A: " + "b".repeat(1000) + "\r\n").repeat(9) + "\r\n");
    assertThat(answers(headers)).startsWith("HTTP/1.1 431 ");
    assertThat(headers.isOpen()).isFalse();
  }

  @Test
  void chunk_thatIsNone_endsTheCall() {
    EmbeddedChannel channel = doors.connect(doors.door);
    send(channel, "POST /v1/EraseUser HTTP/1.1\r\n" + JSON + "Transfer-Encoding: chunked\r\n\r\n");
    send(channel, "zz\r\n");
    assertThat(answers(channel)).startsWith("HTTP/1.1 400 ").contains("chunks as in HTTP/1.1");
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void pages_areReadByGetAndHead() {
    EmbeddedChannel channel = doors.connect(doors.door);
    send(channel, "GET /openapi.json HTTP/1.1\r\n" + HOST + "\r\n");
    assertThat(answers(channel)).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\n{}");
    send(channel, "HEAD /openapi.json?x=1 HTTP/1.1\r\n" + HOST + "\r\n");
    assertThat(answers(channel)).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\n");
  }
}
