package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.cli.Main;
import io.unipin.proto.v1.Item;
import io.unipin.serving.security.Role;
import io.unipin.serving.security.TokenTable;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Timeout(120)
final class ItemsCommandTest {
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

  private static Printed run(String... arguments) {
    List<String> all = new ArrayList<>(List.of("items"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--server", server.adminAddress()));
    return Printed.by(all);
  }

  private static String line(Item item) {
    String content =
        item.getContentList().stream().map(String::valueOf).collect(Collectors.joining(", "));
    return "%s,%s,%s,\"[%s]\"".formatted(item.getId(), item.getTitle(), item.getAuthor(), content);
  }

  private static Path csv(String name, Stream<String> rows) throws Exception {
    List<String> lines = new ArrayList<>(List.of("item_id,title,author,content"));
    rows.forEach(lines::add);
    return Files.write(folder.resolve(name), lines);
  }

  @Test
  void put_everyRowIsAccountedFor() throws Exception {
    Path file =
        csv(
            "many.csv",
            IntStream.range(0, 250).mapToObj(ItemsServer::item).map(ItemsCommandTest::line));
    assertThat(run("put", file.toString(), "--batch", "40"))
        .isEqualTo(
            new Printed(
                0,
                List.of("250 rows read = 250 added + 0 replaced + 0 unchanged + 0 refused"),
                List.of()));
    assertThat(run("put", file.toString()).out())
        .containsExactly("250 rows read = 0 added + 0 replaced + 250 unchanged + 0 refused");
    assertThat(server.admin().getItem(ItemsServer.FIRST + 249).getItem().getTitle())
        .isEqualTo("New item 249");
  }

  @Test
  void put_refusedRows_areNamedAndCounted() throws Exception {
    Item odd = ItemsServer.item(301).toBuilder().addContent(1).build();
    Path file =
        csv(
            "mixed.csv",
            Stream.of(
                line(ItemsServer.item(300)),
                "x,title,,",
                line(odd),
                line(ItemsServer.item(300).toBuilder().setTitle("Later").build()),
                "-5,below,,",
                TinyServer.FIRST_ID + ",own,,"));
    Printed printed = run("put", file.toString());
    assertThat(printed.code()).isEqualTo(1);
    assertThat(printed.out())
        .startsWith(
            "refused: mixed.csv line 3: column item_id: a whole number of 64 bits expected, got"
                + " 'x'",
            "refused: mixed.csv line 6: item -5: id: at least 0 expected, got -5")
        .endsWith(
            "6 rows read = 1 added + 1 replaced + 0 unchanged + 1 that the bundle has itself + 1"
                + " kept, not served + 2 refused");
    assertThat(printed.out().get(2))
        .startsWith("kept, not served: mixed.csv line 4: item " + odd.getId() + ": ");
  }

  @Test
  void indexItems_takesATokenAndNamesWhatWasNotThere() throws Exception {
    String token = "0123456789abcdefghij";
    Path secret = Files.writeString(folder.resolve("operator"), token);
    Path tokens =
        Files.writeString(folder.resolve("tokens"), TokenTable.line(Set.of(Role.ADMIN), token));
    try (TinyServer guarded =
        TinyServer.start(folder.resolve("guarded"), "security.tokens=" + tokens)) {
      List<String> call =
          List.of(
              "index",
              "items",
              "--server",
              guarded.adminAddress(),
              "--token",
              secret.toString(),
              "--delete",
              TinyServer.FIRST_ID + ",7");
      Printed printed = Printed.by(call);
      assertThat(printed.err()).isEmpty();
      assertThat(printed.out()).startsWith("not there: 7").hasSize(3);
      assertThat(Printed.by(call.subList(0, 4)).err().get(0)).contains("a bearer token expected");
    }
  }

  @Test
  void put_dryRun_changesNothing() throws Exception {
    Path file = csv("dry.csv", Stream.of(line(ItemsServer.item(400)), "y,,,"));
    Printed printed = run("put", file.toString(), "--dry-run");
    assertThat(printed.code()).isEqualTo(1);
    assertThat(printed.out()).last().isEqualTo("2 rows read = 1 sound + 1 refused");
    assertThat(server.admin().getItem(ItemsServer.FIRST + 400).hasItem()).isFalse();
  }

  @Test
  void put_manyRefusals_listIsBounded() throws Exception {
    Path file = csv("bad.csv", IntStream.range(0, 50).mapToObj(i -> "bad,,,"));
    Printed printed = run("put", file.toString());
    assertThat(printed.out()).hasSize(22);
    assertThat(printed.out().get(20)).isEqualTo("and 30 rows more that are refused or not served");
    assertThat(printed.out().get(21))
        .isEqualTo("50 rows read = 0 added + 0 replaced + 0 unchanged + 50 refused");
  }

  @Test
  void put_columnsThatAreNotRead_areNamed() throws Exception {
    Path file = Files.writeString(folder.resolve("more.csv"), "item_id,price\n");
    assertThat(run("put", file.toString()).out())
        .first()
        .isEqualTo("note: columns [price] are not read");
  }

  @Test
  void put_serverThatIsNotThere_saysWhatHasNoAnswer() throws Exception {
    Path file = csv("lost.csv", Stream.of(line(ItemsServer.item(500))));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine main = Main.commandLine();
    main.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    int code = main.execute("items", "put", file.toString(), "--server", "127.0.0.1:1");
    assertThat(code).isEqualTo(1);
    assertThat(err.toString()).startsWith("unipin items put: no answer: ");
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(out.toString()).contains("1 without an answer");
  }

  @Test
  void delete_byIdsAndByFile() throws Exception {
    server.admin().putItems(List.of(ItemsServer.item(600), ItemsServer.item(601)));
    long first = ItemsServer.FIRST + 600;
    assertThat(run("delete", String.valueOf(first), "77").out())
        .containsExactly("1 deleted, 1 not there");
    String lines = "\uFEFF" + (first + 1) + "\n\n78\n"; // begins with a byte-order mark
    Path file = Files.writeString(folder.resolve("gone.txt"), lines);
    assertThat(run("delete", "--file", file.toString()).out())
        .containsExactly("1 deleted, 1 not there");
    Path bad = Files.writeString(folder.resolve("bad.txt"), "1\ntwo\n");
    assertThat(run("delete", "--file", bad.toString()).err())
        .containsExactly(
            "unipin items delete: bad.txt line 2: an item's id expected, got 'two'"
                + " (next: vi +2 %s)".formatted(bad));
    assertThat(run("delete").err())
        .containsExactly(
            "unipin items delete: ids and --item-key, or --file expected, got none"
                + " (next: ./unipin items delete --help)");
  }

  @Test
  void get_showsTheItemAndWhereItIsServed() throws Exception {
    Item item = ItemsServer.item(700);
    server.admin().putItems(List.of(item));
    Path json = folder.resolve("item.json");
    Printed printed = run("get", String.valueOf(item.getId()), "--json", json.toString());
    assertThat(printed.code()).isZero();
    assertThat(printed.out())
        .containsExactly(
            "item " + item.getId() + ": New item 700",
            "  category  new",
            "  author    author 1",
            "  appeared  2023-11-14T22:13:19Z",
            "  expires   never",
            "  content   8 numbers",
            "  bundle fresh serves it");
    assertThat(Files.readString(json)).contains("\"title\": \"New item 700\"", "\"SERVED\"");

    assertThat(run("get", String.valueOf(TinyServer.FIRST_ID)).out())
        .containsExactly(
            "item " + TinyServer.FIRST_ID + " was not put",
            "  bundle fresh serves its own item of this id");
    Printed unknown = run("get", "123");
    assertThat(unknown.code()).isEqualTo(1);
    assertThat(unknown.out().get(1)).startsWith("  bundle fresh does not serve it: ");
  }
}
