package io.unipin.feedlog.infer;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.feedlog.infer.profile.TimeFormat;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Tests that files with several meanings are refused until a caller decides. */
final class DataFileDecisionsTest extends DataFilesFixture {
  @Test
  void of_day_and_month_below_13_is_refused_until_decided() throws IOException {
    Path file =
        write(
            "orders.csv",
            "user_id,sku,order_date\n"
                + lines(
                    v -> v.user() + "," + "s" + v.item() + ",0" + (1 + v.draw(9)) + "/03/2021"));
    assertThatThrownBy(() -> infer(file))
        .isInstanceOf(InferenceException.class)
        .hasMessageContaining("day/month/year or month/day/year")
        .hasMessageContaining("--time-format day-first");
    Inferred inferred = infer(file, new Decisions(java.util.Map.of(), "month-first", ""));
    assertThat(requireNonNull(inferred.time()).format()).isEqualTo(TimeFormat.MONTH_FIRST);
  }

  @Test
  void of_two_users_is_refused_until_decided() throws IOException {
    Path file =
        write(
            "orders.csv",
            "user_id,customer_id,sku,ts\n"
                + lines(v -> v.user() + ",k" + v.draw(13) + ",s" + v.item() + "," + v.timeMs()));
    assertThatThrownBy(() -> infer(file))
        .hasMessageContaining("'user_id'")
        .hasMessageContaining("'customer_id'")
        .hasMessageContaining("--user 'customer_id'");
    Decisions decided = Decisions.none().with(Role.USER, "customer_id");
    assertThat(infer(file, decided).required(Role.USER).name()).isEqualTo("customer_id");
    assertThatThrownBy(() -> infer(file, Decisions.none().with(Role.USER, "custmer_id")))
        .hasMessageContaining("did you mean 'customer_id'");
  }

  @Test
  void of_two_times_is_refused_until_decided() throws IOException {
    Path file =
        write(
            "orders.csv",
            "user_id,sku,click_time,view_time\n"
                + lines(
                    v ->
                        v.user()
                            + ",s"
                            + v.item()
                            + ","
                            + v.timeMs()
                            + ","
                            + (v.timeMs() - 1000L * v.draw(9))));
    assertThatThrownBy(() -> infer(file)).hasMessageContaining("--time 'click_time'");
  }

  @Test
  void of_ids_that_nothing_tells_apart_is_refused() throws IOException {
    Path file = write("a.csv", "a,b\n" + lines(v -> v.user() + "," + v.item()));
    assertThatThrownBy(() -> infer(file))
        .hasMessageContaining("--user 'a' --item 'b', or --user 'b' --item 'a'");
    Decisions decided = Decisions.none().with(Role.USER, "a").with(Role.ITEM, "b");
    assertThat(imported(file, decided).actions()).isEqualTo(VISITS.size());
  }

  @Test
  void of_file_without_users_names_its_columns() throws IOException {
    Path file = write("weather.csv", "city,temperature\nUlm,3\nKiel,4\n");
    assertThatThrownBy(() -> infer(file))
        .hasMessageContaining("[city, temperature]")
        .hasMessageContaining("--user COLUMN");
  }
}
