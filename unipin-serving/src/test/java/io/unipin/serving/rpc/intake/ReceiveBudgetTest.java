package io.unipin.serving.rpc.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ReceiveBudgetTest {
  private static final long MESSAGE = 1 << 20;

  private final ReceiveBudget budget = new ReceiveBudget(4 * MESSAGE);

  /** A call that records its refusals. */
  private final class Call {
    final Receipt receipt = new Receipt(budget, MESSAGE);
    final List<ServingException> refusals = new ArrayList<>();

    Call() {
      receipt.bind(refusals::add);
    }

    Call receive(long bytes) {
      receipt.inboundWireSize(bytes);
      return this;
    }

    FailureKind refusal() {
      assertThat(refusals).hasSize(1);
      return refusals.get(0).kind();
    }
  }

  @Test
  void receive_pastTheBudget_refusesTheLargestUnfinished() {
    List<Call> held = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      held.add(new Call().receive(MESSAGE - 10_000 + i * 1000L));
    }
    assertThat(held.get(4).refusal()).isEqualTo(FailureKind.OVERLOADED);
    assertThat(held.get(4).refusals.get(0).retryAfter()).isPresent();
    Call small = new Call().receive(200_000);
    assertThat(small.refusals).isEmpty();
    assertThat(held.get(3).refusal()).isEqualTo(FailureKind.OVERLOADED);
    assertThat(budget.used()).isLessThanOrEqualTo(4 * MESSAGE);
  }

  @Test
  void delivered_pastTheBudget_isRefused() {
    Call first = new Call().receive(1000);
    assertThat(first.receipt.delivered(3 * MESSAGE)).isTrue();
    assertThat(first.receipt.taken()).isTrue();
    Call second = new Call().receive(1000);
    assertThat(second.receipt.delivered(3 * MESSAGE)).isFalse();
    assertThat(second.refusal()).isEqualTo(FailureKind.OVERLOADED);
    first.receipt.streamClosed(Status.OK);
    second.receipt.streamClosed(Status.RESOURCE_EXHAUSTED);
    assertThat(budget.used()).isZero();
    Call third = new Call().receive(1000);
    assertThat(third.receipt.delivered(3 * MESSAGE)).isTrue();
  }

  @Test
  void delivered_whileOthersAreNotTaken_refusesThem() {
    List<Call> open = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      open.add(new Call().receive(1000));
      assertThat(open.get(i).receipt.delivered(MESSAGE - i)).isTrue();
    }
    Call late = new Call().receive(1000);
    assertThat(late.receipt.delivered(MESSAGE + 10)).isTrue();
    assertThat(late.receipt.taken()).isTrue();
    assertThat(open.get(0).refusal()).isEqualTo(FailureKind.OVERLOADED);
    assertThat(open.get(0).receipt.taken()).isFalse();
    assertThat(open.get(1).refusal()).isEqualTo(FailureKind.OVERLOADED);
    assertThat(open.get(2).receipt.taken()).isTrue();
    assertThat(budget.used()).isLessThanOrEqualTo(4 * MESSAGE);
  }

  @Test
  void answered_beforeTheStreamIsClosed_givesAllBack() {
    Call call = new Call().receive(1000);
    assertThat(call.receipt.delivered(3 * MESSAGE)).isTrue();
    assertThat(call.receipt.taken()).isTrue();
    assertThat(call.receipt.answered()).isTrue();
    assertThat(budget.used()).isZero();
    call.receipt.streamClosed(Status.OK); // the client has read the answer
    assertThat(budget.used()).isZero();
  }

  @Test
  void receive_largerThanAnyMessage_isTooLarge() {
    assertThat(new Call().receive(MESSAGE).receive(1).refusal()).isEqualTo(FailureKind.TOO_LARGE);
    assertThat(budget.used()).isZero();
  }

  @Test
  void receive_byteByByte_isRefusedLongBeforeItsObjectsAddUp() {
    Call call = new Call();
    for (int i = 0; i < 20_000; i++) {
      call.receive(1);
    }
    assertThat(call.refusal()).isEqualTo(FailureKind.TOO_LARGE);
  }

  @Test
  void end_givesAllBack() {
    List<Call> calls = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      calls.add(new Call().receive(50_000).receive(i));
    }
    for (Call call : calls) {
      call.receipt.streamClosed(Status.CANCELLED);
      call.receive(10); // bytes that arrive after the end have no effect
    }
    assertThat(budget.used()).isZero();
  }
}
