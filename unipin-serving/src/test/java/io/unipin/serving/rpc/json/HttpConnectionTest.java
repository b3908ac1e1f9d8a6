package io.unipin.serving.rpc.json;

import static io.unipin.serving.rpc.json.TestDoor.ERASURE;
import static io.unipin.serving.rpc.json.TestDoor.HOST;
import static io.unipin.serving.rpc.json.TestDoor.JSON;
import static io.unipin.serving.rpc.json.TestDoor.answers;
import static io.unipin.serving.rpc.json.TestDoor.disconnect;
import static io.unipin.serving.rpc.json.TestDoor.pass;
import static io.unipin.serving.rpc.json.TestDoor.send;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelOutboundHandlerAdapter;
import io.grpc.netty.shaded.io.netty.channel.ChannelPromise;
import io.grpc.netty.shaded.io.netty.channel.embedded.EmbeddedChannel;
import io.grpc.netty.shaded.io.netty.util.ReferenceCountUtil;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests what a connection does when its client or its service is slow, and which connections are
 * cut off.
 */
final class HttpConnectionTest {
  private final TestDoor doors = new TestDoor();

  @AfterEach
  void end_nothingIsHeld() {
    doors.close();
  }

  @Test
  void call_isAnsweredAndTheConnectionServesTheNext() {
    EmbeddedChannel channel = doors.connect(doors.door);
    for (int call = 0; call < 3; call++) {
      send(channel, ERASURE);
      assertThat(answers(channel)).isEmpty();
      doors.service.answer(call);
      assertThat(answers(channel))
          .startsWith("HTTP/1.1 200 OK\r\n")
          .contains("content-type: application/json\r\n", "\"existed\":true")
          .doesNotContain("connection: close");
      pass(channel, 50_000);
      assertThat(channel.isOpen()).isTrue();
    }
    assertThat(doors.service.users).containsExactly("u", "u", "u");
    pass(channel, 11_000);
    assertThat(channel.isOpen()).as("idle for a minute").isFalse();
    assertThat(doors.service.cancelled).isZero();
  }

  @Test
  void pipelinedRequests_areServedOneAfterTheOther() {
    EmbeddedChannel channel = doors.connect(doors.door);
    send(channel, ERASURE + "GET /healthz HTTP/1.1\r\n" + HOST + "\r\n" + ERASURE + ERASURE);
    assertThat(doors.service.calls).hasSize(1);
    doors.service.answer(0);
    assertThat(answers(channel)).containsSubsequence("existed", "SERVING");
    assertThat(doors.service.calls).hasSize(2);
    doors.service.answer(1);
    assertThat(answers(channel)).contains("existed");
    doors.service.answer(2);
    assertThat(answers(channel)).contains("existed");
  }

  @Test
  void head_thatDoesNotEnd_isCutOff() {
    EmbeddedChannel channel = doors.connect(doors.door);
    for (int second = 0; second < 4; second++) {
      send(channel, "P");
      pass(channel, 1000);
      assertThat(channel.isOpen()).isTrue();
    }
    pass(channel, 1001);
    assertThat(channel.isOpen()).isFalse();
    assertThat(doors.cuts("slow_head")).isEqualTo(1);
    EmbeddedChannel silent = doors.connect(doors.door);
    pass(silent, 10_001);
    assertThat(silent.isOpen()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "P", "POST /v1/EraseUser HTTP/1.1\r\n"})
  void head_thatBeginsWhileTheRequestBeforeIsServed_isCutOff(String ofNext) {
    EmbeddedChannel channel = doors.connect(doors.door);
    send(channel, ERASURE + ofNext);
    pass(channel, 40_000);
    send(channel, ofNext.isEmpty() ? "P" : "");
    doors.service.answer(0);
    assertThat(answers(channel)).startsWith("HTTP/1.1 200 ");
    pass(channel, 4999);
    assertThat(channel.isOpen()).isTrue();
    pass(channel, 2);
    assertThat(channel.isOpen()).isFalse();
    assertThat(doors.cuts("slow_head")).isEqualTo(1);
  }

  @Test
  void head_ofAWholeRequestInParts_isNotCutOff() {
    EmbeddedChannel channel = doors.connect(doors.door);
    send(channel, ERASURE + ERASURE.substring(0, 40));
    doors.service.answer(0);
    assertThat(answers(channel)).startsWith("HTTP/1.1 200 ");
    pass(channel, 4000);
    send(channel, ERASURE.substring(40));
    doors.service.answer(1);
    assertThat(answers(channel)).startsWith("HTTP/1.1 200 ");
    pass(channel, 59_000);
    assertThat(channel.isOpen()).as("it waits for the next request").isTrue();
  }

  @Test
  void headRequest_isAnsweredWithoutABody() {
    EmbeddedChannel channel = doors.connect(doors.door);
    send(channel, "HEAD /healthz HTTP/1.1\r\n" + HOST + "\r\n");
    assertThat(answers(channel))
        .startsWith("HTTP/1.1 200 ")
        .contains("content-length: 20\r\n")
        .endsWith("\r\n\r\n");
    send(channel, "HEAD /v1/EraseUser HTTP/1.1\r\n" + HOST + "\r\n");
    assertThat(answers(channel)).startsWith("HTTP/1.1 405 ").endsWith("\r\n\r\n");
  }

  @Test
  void body_thatDoesNotEnd_isAnsweredAndCutOff() {
    EmbeddedChannel channel = doors.connect(doors.door);
    send(channel, ERASURE.substring(0, ERASURE.length() - 5));
    assertThat(doors.budget.used()).isPositive();
    pass(channel, 29_000);
    send(channel, "s");
    pass(channel, 1001);
    assertThat(answers(channel))
        .startsWith("HTTP/1.1 408 ")
        .contains("connection: close", "\"code\":\"DEADLINE_EXCEEDED\"")
        .contains("\"reason\":\"DEADLINE\"");
    assertThat(doors.budget.used()).isZero();
    pass(channel, 2001);
    assertThat(channel.isOpen()).isFalse();
    assertThat(doors.cuts("slow_body")).isEqualTo(1);
    assertThat(doors.service.calls).isEmpty();
    assertThat(doors.service.ends).as("the call was not complete").containsExactly("cancelled");
  }

  /** A client whose socket takes no more bytes. */
  private static final class Stuck extends ChannelOutboundHandlerAdapter {
    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
      ReferenceCountUtil.release(message); // the write never completes
    }
  }

  @Test
  void answer_thatIsNotTaken_endsTheConnection() {
    EmbeddedChannel channel = doors.connect(doors.door);
    channel.pipeline().addFirst(new Stuck());
    send(channel, ERASURE);
    doors.service.answer(0);
    channel.runPendingTasks();
    assertThat(doors.budget.used()).as("the request is no longer in memory").isZero();
    pass(channel, 29_000);
    assertThat(channel.isOpen()).isTrue();
    pass(channel, 1001);
    assertThat(channel.isOpen()).isFalse();
    assertThat(doors.cuts("slow_reader")).isEqualTo(1);
  }

  @Test
  void answers_thatManyDoNotTake_areBoundedTogether() {
    Door narrow = doors.door(100, 1000);
    EmbeddedChannel first = doors.connect(narrow);
    first.pipeline().addFirst(new Stuck());
    for (int i = 0; first.isOpen() && i < 50; i++) {
      EmbeddedChannel channel = i == 0 ? first : doors.connect(narrow);
      if (i > 0) {
        channel.pipeline().addFirst(new Stuck());
      }
      send(channel, ERASURE);
      doors.service.answer(i);
      channel.runPendingTasks();
      first.runPendingTasks();
    }
    assertThat(first.isOpen()).as("it has waited longest").isFalse();
    assertThat(doors.cuts("unsent")).isEqualTo(1);
    doors.channels.forEach(TestDoor::disconnect);
    assertThat(narrow.connections().count()).isZero();
  }

  @Test
  void clientThatLeaves_cancelsItsCall() {
    EmbeddedChannel channel = doors.connect(doors.door);
    send(channel, ERASURE);
    disconnect(channel);
    channel.runPendingTasks();
    assertThat(doors.service.cancelled).isEqualTo(1);
    doors.service.answer(0); // no client reads this answer
  }

  @Test
  void deadline_thatPasses_isAnsweredAndTheConnectionGoesOn() {
    EmbeddedChannel channel = doors.connect(doors.door);
    send(channel, ERASURE.replace(HOST, HOST + "X-Deadline-Ms: 60000\r\n"));
    pass(channel, 30_000);
    assertThat(answers(channel)).isEmpty();
    pass(channel, 30_001);
    assertThat(answers(channel))
        .startsWith("HTTP/1.1 504 ")
        .contains("\"code\":\"DEADLINE_EXCEEDED\"", "\"reason\":\"DEADLINE\"");
    assertThat(doors.service.cancelled).isEqualTo(1);
    doors.service.answer(0);
    assertThat(answers(channel)).as("a late answer").isEmpty();
    send(channel, ERASURE);
    doors.service.answer(1);
    assertThat(answers(channel)).startsWith("HTTP/1.1 200 ");
  }

  @Test
  void refusal_saysWhenToTryAgain() {
    EmbeddedChannel channel = doors.connect(doors.door);
    send(
        channel,
        ERASURE.replace("EraseUser", "Retrieve").replace("14", "2").replaceAll("\\{.*", "{}"));
    assertThat(answers(channel))
        .startsWith("HTTP/1.1 429 ")
        .contains("retry-after: 2\r\n", "\"retryDelay\":\"1.200s\"", "RESOURCE_EXHAUSTED");
  }

  @Test
  void largeBody_isRefusedBeforeItComes() {
    EmbeddedChannel channel = doors.connect(doors.door);
    send(channel, "POST /v1/EraseUser HTTP/1.1\r\n" + JSON + "Content-Length: 5000\r\n\r\n");
    assertThat(answers(channel))
        .startsWith("HTTP/1.1 413 ")
        .contains("at most 4096 bytes expected");
    send(channel, "x".repeat(5000));
    send(channel, ERASURE);
    doors.service.answer(0);
    assertThat(answers(channel)).as("the next request").startsWith("HTTP/1.1 200 ");
  }

  @Test
  void largeBodyInChunks_isRefusedWhenItIsTooLarge() {
    EmbeddedChannel channel = doors.connect(doors.door);
    send(channel, "POST /v1/EraseUser HTTP/1.1\r\n" + JSON + "Transfer-Encoding: chunked\r\n\r\n");
    String chunk = "800\r\n" + "x".repeat(2048) + "\r\n";
    send(channel, chunk + chunk);
    assertThat(answers(channel)).isEmpty();
    send(channel, chunk);
    assertThat(answers(channel)).startsWith("HTTP/1.1 413 ");
    assertThat(doors.budget.used()).isZero();
    for (int i = 0; i < 2100 && channel.isOpen(); i++) {
      send(channel, chunk);
    }
    assertThat(channel.isOpen()).as("after four MiB").isFalse();
  }

  @Test
  void manyTinyChunks_takeNoDeepStack() {
    EmbeddedChannel channel = doors.connect(doors.door);
    StringBuilder request = new StringBuilder("POST /v1/EraseUser HTTP/1.1\r\n" + JSON);
    request.append("Transfer-Encoding: chunked\r\n\r\n").append("1\r\n{\r\n");
    send(channel, request + "1\r\n \r\n".repeat(20_000) + "0\r\n\r\n");
    assertThat(answers(channel)).startsWith("HTTP/1.1 413 ");
    assertThat(channel.isOpen()).isTrue();
  }

  @Test
  void expectation_isMetOnlyForACallThatMayGoOn() {
    EmbeddedChannel channel = doors.connect(doors.door);
    String careful = ERASURE.replace(HOST, HOST + "Expect: 100-continue\r\n");
    send(channel, careful.substring(0, careful.indexOf('{')));
    assertThat(answers(channel)).startsWith("HTTP/1.1 100 Continue\r\n\r\n");
    send(channel, "{\"userId\":\"u\"}");
    doors.service.answer(0);
    assertThat(answers(channel)).startsWith("HTTP/1.1 200 ");
    send(channel, careful.substring(0, careful.indexOf('{')).replace("14", "5000"));
    assertThat(answers(channel)).startsWith("HTTP/1.1 413 ").contains("connection: close");
  }

  @Test
  void newConnection_takesTheRoomOfOneThatWaits() {
    Door narrow = doors.door(2, 1 << 20);
    EmbeddedChannel busy = doors.connect(narrow);
    send(busy, ERASURE);
    EmbeddedChannel waiting = doors.connect(narrow);
    EmbeddedChannel next = doors.connect(narrow);
    waiting.runPendingTasks();
    assertThat(waiting.isOpen()).isFalse();
    assertThat(doors.cuts("crowd")).isEqualTo(1);
    send(next, ERASURE);
    EmbeddedChannel last = doors.connect(narrow);
    assertThat(answers(last))
        .startsWith("HTTP/1.1 503 ")
        .contains("retry-after: 1\r\n", "\"retryDelay\":\"1s\"", "\"reason\":\"UNAVAILABLE\"");
    assertThat(last.isOpen()).isFalse();
    List<EmbeddedChannel> waited = List.of(busy, next);
    for (int i = 0; i < waited.size(); i++) {
      doors.service.answer(i);
      assertThat(answers(waited.get(i))).startsWith("HTTP/1.1 200 ");
    }
    doors.channels.forEach(TestDoor::disconnect);
    assertThat(narrow.connections().count()).isZero();
  }

  @Test
  void newConnection_takesTheRoomOfASecondRequestWithoutItsEnd() {
    Door narrow = doors.door(1, 1 << 20);
    EmbeddedChannel first = doors.connect(narrow);
    send(first, ERASURE + ERASURE.substring(0, ERASURE.length() - 5));
    doors.service.answer(0);
    assertThat(answers(first)).startsWith("HTTP/1.1 200 ");
    assertThat(first.isOpen()).isTrue();
    EmbeddedChannel next = doors.connect(narrow);
    first.runPendingTasks();
    assertThat(first.isOpen()).isFalse();
    assertThat(doors.cuts("crowd")).isEqualTo(1);
    send(next, ERASURE);
    doors.service.answer(1);
    assertThat(answers(next)).startsWith("HTTP/1.1 200 ");
    doors.channels.forEach(TestDoor::disconnect);
  }

  @Test
  void connectionsWithoutRoom_areFewAndSoonClosed() {
    Door narrow = doors.door(1, 1 << 20);
    send(doors.connect(narrow), ERASURE);
    for (int i = 0; i < 2 * Connections.MOST_REFUSED; i++) {
      doors.connect(narrow, new Stuck()); // takes no bytes, as during a TLS handshake
    }
    List<EmbeddedChannel> refused = doors.channels.subList(1, doors.channels.size());
    refused.forEach(EmbeddedChannel::runPendingTasks);
    assertThat(refused).filteredOn(EmbeddedChannel::isOpen).hasSize(Connections.MOST_REFUSED);
    assertThat(narrow.connections().count()).isEqualTo(1 + Connections.MOST_REFUSED);
    refused.forEach(channel -> pass(channel, 2001));
    assertThat(refused).noneMatch(EmbeddedChannel::isOpen);
    assertThat(narrow.connections().count()).isEqualTo(1);
    doors.channels.forEach(TestDoor::disconnect);
  }

  @Test
  void stop_letsEachAnswerEndItsConnection() {
    EmbeddedChannel channel = doors.connect(doors.door);
    send(channel, ERASURE);
    doors.door.stopping();
    doors.service.answer(0);
    assertThat(answers(channel)).startsWith("HTTP/1.1 200 ").contains("connection: close");
    assertThat(channel.isOpen()).isFalse();
    EmbeddedChannel late = doors.connect(doors.door);
    send(late, ERASURE);
    doors.service.answer(1);
    assertThat(answers(late)).startsWith("HTTP/1.1 200 ").contains("connection: close");
  }
}
