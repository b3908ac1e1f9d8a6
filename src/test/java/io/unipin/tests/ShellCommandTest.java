package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests each command of the shell against a server. */
@Timeout(120)
final class ShellCommandTest {
  private static final ObjectMapper mapper = new ObjectMapper();

  @TempDir static Path folder;
  private static TinyServer server;

  @BeforeAll
  static void start() throws Exception {
    server = ItemsServer.start(folder);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static Printed run(List<String> options) {
    List<String> all = new ArrayList<>(List.of("shell"));
    addUnlessIn(options, all, "--address", server.address());
    addUnlessIn(options, all, "--admin", server.adminAddress());
    addUnlessIn(options, all, "--console", server.console());
    all.addAll(options);
    return Printed.by(all);
  }

  private static void addUnlessIn(
      List<String> options, List<String> all, String option, String value) {
    if (!options.contains(option)) {
      all.addAll(List.of(option, value));
    }
  }

  /** Runs these lines. The shell must run all of them without an error. */
  private static Printed lines(String... lines) {
    List<String> options = new ArrayList<>();
    for (String line : lines) {
      options.addAll(List.of("--command", line));
    }
    Printed printed = run(options);
    assertThat(printed.err()).isEmpty();
    assertThat(printed.code()).isZero();
    return printed;
  }

  /** Runs these lines, of which the last one fails, and returns the error. */
  private static String failure(String... lines) {
    List<String> options = new ArrayList<>();
    for (String line : lines) {
      options.addAll(List.of("--command", line));
    }
    Printed printed = run(options);
    assertThat(printed.code()).isEqualTo(1);
    assertThat(printed.err()).hasSize(1);
    String start = "unipin shell: line " + lines.length + ": ";
    assertThat(printed.err().get(0)).startsWith(start).contains("expected", " Next: ");
    return printed.err().get(0).substring(start.length());
  }

  /** Returns one column of the rows of a printed page, such as the ids. */
  private static List<String> column(Printed page, int column) {
    return page.out().stream()
        .filter(line -> line.matches(" +\\d+ +5\\d{3} .*"))
        .map(line -> line.strip().split(" +", -1)[column])
        .toList();
  }

  @Test
  void page_showsRankItemKeyTitleProbabilitiesAndUtility() {
    Printed page = lines("user page", "page 5");
    assertThat(page.out().get(0)).isEqualTo("user page");
    assertThat(page.out().get(1).strip().split(" +", -1))
        .startsWith("#", "item", "key", "title")
        .contains("p(click)", "p(save)", "p(hide)", "utility")
        .doesNotContain("change");
    assertThat(column(page, 0)).containsExactly("1", "2", "3", "4", "5");
    assertThat(page.out()).last().asString().contains("bundle fresh");
  }

  @Test
  void next_goesOnWhereThePageEnded() {
    Printed both = lines("user next", "page 4", "next");
    assertThat(column(both, 0)).containsExactly("1", "2", "3", "4", "5", "6", "7", "8");
    assertThat(column(both, 1)).doesNotHaveDuplicates();
    assertThat(column(lines("user next", "page 8"), 1)).isEqualTo(column(both, 1));
    assertThat(failure("user next", "next"))
        .isEqualTo("a first page expected before the next one, got none. Next: page");
  }

  @Test
  void act_changesTheNextPage_whichMarksTheChange() {
    Printed acted = lines("user act", "page 5", "act click #1", "act click,save #2", "page 5");
    assertThat(acted.out()).filteredOn(line -> line.startsWith("recorded: click on ")).hasSize(1);
    assertThat(acted.out())
        .filteredOn(line -> line.startsWith("recorded: click, save on "))
        .hasSize(1);
    List<String> ids = column(acted, 1);
    assertThat(ids).hasSize(10);
    assertThat(ids.subList(5, 10)).doesNotContain(ids.get(0), ids.get(1));
    assertThat(acted.out()).filteredOn(line -> line.endsWith("utility  change")).hasSize(1);
    List<String> second = acted.out().subList(acted.out().size() - 6, acted.out().size() - 1);
    for (int i = 0; i < 5; i++) {
      int was = ids.subList(0, 5).indexOf(ids.get(5 + i));
      String change =
          was < 0 ? "new" : was == i ? "" : was > i ? "up " + (was - i) : "down " + (i - was);
      assertThat(second.get(i)).endsWith(change);
    }
  }

  @Test
  void retract_takesBackTheLastEventOfTheSession() {
    List<String> before = column(lines("user retract", "page"), 1);
    assertThat(column(lines("user retract", "page", "act click #1"), 1)).isEqualTo(before);
    assertThat(column(lines("user retract", "page"), 1)).isNotEqualTo(before);
    assertThat(failure("user retract", "retract"))
        .isEqualTo(
            "an event expected, got none: this session recorded none of retract. Next: act ACTION"
                + " ITEM");
    Printed retracted =
        lines("user two", "page", "act click #1", "act save #2", "retract", "retract");
    assertThat(retracted.out()).filteredOn(line -> line.equals("taken back: 1")).hasSize(2);
    assertThat(column(lines("user two", "page"), 1)).isEqualTo(column(retracted, 1));
  }

  @Test
  void history_showsWhatTheModelRead() {
    assertThat(lines("user history", "history").out())
        .containsExactly("user history", "0 actions in all, 0 read by the model");
    Printed history =
        lines("user history", "act click sku-5002", "act hide id:5003", "history", "history 1");
    assertThat(history.out()).contains("2 actions in all, 2 read by the model");
    assertThat(history.out())
        .filteredOn(line -> line.matches(".*Z +click +5002 +sku-5002 +Item 2 +home"))
        .hasSize(1);
    assertThat(history.out())
        .filteredOn(line -> line.matches(".*Z +hide +5003 +Item 3 +home"))
        .hasSize(2);
  }

  @Test
  void why_saysWhyAnItemIsOnThePageOrNot() {
    Printed on = lines("user why", "page", "why #1");
    assertThat(on.text())
        .contains("The item is on the page.", "place 1 of 300 candidates by utility")
        .contains("utility ", "p(click)", "term of the utility");
    Printed seen = lines("user why", "act click sku-5010", "page", "why not sku-5010");
    assertThat(seen.text())
        .contains("5010 (sku-5010) 'Item 10': The user's history holds this item");
    Printed unknown = lines("user why", "page 200", "why sku-50O2");
    assertThat(unknown.text())
        .contains("The bundle does not know this item.", "did you mean 'sku-50");
  }

  @Test
  void put_delete_restore_changeWhatIsServed() throws Exception {
    String content = "content='[1,1,-1,1,1,-1,1,1]'";
    assertThat(lines("put id=910001 title='A new item' " + content).out())
        .containsExactly("added 910001");
    assertThat(lines("put {\"key\": \"fresh-1\", \"content\": [1,1,1,1,1,1,1,1]}").out())
        .containsExactly("added fresh-1");
    assertThat(server.admin().getItem(910001).getItem().getTitle()).isEqualTo("A new item");
    assertThat(lines("delete fresh-1").text())
        .isEqualTo("deleted fresh-1; another put brings it back");
    assertThat(lines("put key=bare").text()).startsWith("not served bare: ");
    Path file = Files.writeString(folder.resolve("shell.csv"), "item_id,title\n910005,Five\n");
    assertThat(lines("put '" + file + "'").text()).contains("1 rows read");
    assertThat(lines("user w", "delete sku-5020", "why sku-5020").text())
        .contains("deleted sku-5020; restore sku-5020 brings it back", "not served because: ");
    assertThat(lines("user w", "restore sku-5020", "why sku-5020").text())
        .contains("restored sku-5020", "term of the utility");
    assertThat(lines("user w", "hide 5021", "restore 5021").text()).contains("deleted 5021");
    assertThat(failure("put kye=a title=b"))
        .contains("one of [item_id, key, title", "got 'kye'; did you mean 'key'?");
    assertThat(failure("put id=1.5 title=b")).contains("a whole number of 64 bits expected");
    assertThat(failure("put nosuch.csv")).contains("a file, NAME=VALUE or JSON expected");
    assertThat(failure("put {\"key\": ")).contains("an item as a JSON object expected");
    assertThat(failure("delete sku-nothing")).contains("got 'sku-nothing'");
  }

  @Test
  void erase_ofAUser_emptiesTheHistory() {
    Printed erased = lines("user gone", "act click sku-5030", "history", "erase gone", "history");
    assertThat(erased.out())
        .containsSubsequence(
            "1 actions in all, 1 read by the model",
            "erased",
            "0 actions in all, 0 read by the model");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "pgae | a command expected, got 'pgae'; did you mean 'page'? Next: help",
        "act clik #1 | an action of the bundle, one of [click, hide, save], expected, got 'clik';"
            + " did you mean 'click'? Next: act click #1",
        "act click #9 | a rank from #1 to #3 expected, got '#9'. Next: page 9",
        "act click | act ACTION ITEM expected, got 'click' after act. Next: help act",
        "act click sku-99999 | the key or id of an item expected, got 'sku-99999'",
        "page many | a number of items from 1 expected, got 'many'. Next: page 10",
        "page 9999 | page_size: ",
        "user | user ID expected, got nothing after user. Next: help user",
        "user 'a | a closing ' expected, got the end of the line. Next: help",
        "why | why [not] ITEM expected, got nothing after why. Next: help why",
        "quit now | quit without words expected, got 'now' beside it. Next: help quit"
      })
  void wrongLine_isOneErrorWithWhatToDoNext(String line, String error) {
    assertThat(failure("user wrong", "page 3", line)).startsWith(error);
  }

  @Test
  void commandWithoutAUser_saysHowToChooseOne() {
    assertThat(failure("page")).isEqualTo("a chosen user expected, got none. Next: user u0001");
  }

  @Test
  void pipe_stopsAtTheFirstError_unlessItKeepsGoing() {
    String text = "# a comment\n\nuser pipe\npgae\npage 2\n";
    Printed stopped = piped(text);
    assertThat(stopped.code()).isEqualTo(1);
    assertThat(stopped.out()).containsExactly("user pipe");
    assertThat(stopped.err()).hasSize(1);
    assertThat(stopped.err().get(0)).startsWith("unipin shell: line 4: a command expected");
    Printed going = piped(text, "--keep-going");
    assertThat(going.code()).isEqualTo(1);
    assertThat(column(going, 0)).containsExactly("1", "2");
    assertThat(piped("user pipe\nquit\npgae\n").code()).isZero();
    assertThat(piped("").code()).isZero();
  }

  private static Printed piped(String text, String... options) {
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    try {
      return run(List.of(options));
    } finally {
      System.setIn(before);
    }
  }

  @Test
  void json_hasOneObjectPerAnswerAndError() throws Exception {
    Path json = folder.resolve("answers.jsonl");
    Printed printed =
        run(
            List.of(
                "--json",
                json.toString(),
                "--user",
                "j",
                "--keep-going",
                "--command",
                "page 2",
                "--command",
                "pgae",
                "--command",
                "act click #1"));
    assertThat(printed.code()).isEqualTo(1);
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(json)) {
      lines.add(mapper.readTree(line));
    }
    assertThat(lines).hasSize(3);
    assertThat(lines.get(0).path("line").asText()).isEqualTo("page 2");
    assertThat(lines.get(0).path("answer").path("items")).hasSize(2);
    assertThat(lines.get(1).path("error").asText()).contains("did you mean 'page'?");
    assertThat(lines.get(2).path("answer").path("recorded").asInt()).isEqualTo(1);
  }

  @Test
  void portsWithoutAServer_areNamedWithTheirOption() {
    String nowhere = "127.0.0.1:1";
    Printed service = run(List.of("--address", nowhere, "--user", "u", "--command", "page"));
    assertThat(service.err().get(0))
        .contains("an answer of the service at 127.0.0.1:1 expected, got: ", "--address HOST:PORT");
    Printed admin = run(List.of("--admin", nowhere, "--user", "u", "--command", "act click 5000"));
    assertThat(admin.err().get(0))
        .contains("an answer of the admin port at 127.0.0.1:1 expected", "--admin HOST:PORT");
    Printed console =
        run(List.of("--console", "http://" + nowhere, "--user", "u", "--command", "why 5000"));
    assertThat(console.err().get(0))
        .contains("an answer of the console at http://127.0.0.1:1 expected", "--console URL");
  }

  @Test
  void console_thatIsNoAddress_isRefused() {
    assertThat(run(List.of("--console", "localhost:9093")).err())
        .containsExactly(
            "unipin shell: --console: an address such as http://127.0.0.1:9093 expected, got"
                + " 'localhost:9093' (next: ./unipin shell --help)");
  }

  @Test
  void help_listsEveryCommand() {
    assertThat(lines("help").text())
        .contains("user ID", "page [N]", "act ACTION[,ACTION] ITEM", "why [not] ITEM", "quit");
    assertThat(lines("help act").out())
        .containsExactly("act ACTION[,ACTION] ITEM: Records an action on an item.");
  }
}
