package io.unipin.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.ScoredItem;
import org.junit.jupiter.api.Test;

final class ItemNameTest {
  private final Feed feed = new Feed();

  private ItemName of(String word) {
    return ItemName.of(word, feed);
  }

  @Test
  void of_rankIdAndKey_nameItemsOfThePage() {
    feed.begin(Pages.of(11, 12), 0);
    assertThat(of("#1")).isEqualTo(new ItemName(11, "", "Item 11"));
    assertThat(of("#2")).isEqualTo(new ItemName(0, "k12", "Item 12"));
    assertThat(of("12")).isEqualTo(new ItemName(0, "k12", "Item 12"));
    assertThat(of("k12")).isEqualTo(new ItemName(0, "k12", "Item 12"));
    assertThat(of("id:11")).isEqualTo(new ItemName(11, "", "Item 11"));
  }

  @Test
  void of_otherItems_areTakenAsTheyAreNamed() {
    assertThat(of("7")).isEqualTo(new ItemName(7, "", ""));
    assertThat(of("key:7")).isEqualTo(new ItemName(0, "7", ""));
    assertThat(of("key:#7")).isEqualTo(new ItemName(0, "#7", ""));
    assertThat(of("lamp")).isEqualTo(new ItemName(0, "lamp", ""));
  }

  @Test
  void of_digitsThatAreAKeyOfAnotherItem_areRefused() {
    ScoredItem item = ScoredItem.newBuilder().setItemId(99).setKey("3").build();
    feed.begin(RetrieveAndRankResponse.newBuilder().addItems(item).build(), 0);
    assertThatThrownBy(() -> of("3"))
        .hasMessage("one item expected, got '3', which is a key on the page and may be an id")
        .isInstanceOfSatisfying(
            ShellException.class, e -> assertThat(e.next()).isEqualTo("key:3 or id:3"));
    assertThat(of("key:3")).isEqualTo(new ItemName(0, "3", ""));
  }

  @Test
  void of_wrongRanksAndIds_areRefused() {
    assertThatThrownBy(() -> of("#1")).hasMessageContaining("before the first page, got '#1'");
    feed.begin(Pages.of(11), 0);
    assertThatThrownBy(() -> of("#2")).hasMessage("a rank from #1 to #1 expected, got '#2'");
    assertThatThrownBy(() -> of("#0")).hasMessage("a rank from #1 to #1 expected, got '#0'");
    assertThatThrownBy(() -> of("#x")).hasMessageContaining("a rank of the last page such as #1");
    assertThatThrownBy(() -> of("99999999999999999999"))
        .hasMessageContaining("a whole number of 64 bits expected as an id");
  }

  @Test
  void unknown_namesTheNearestItemOfThePage() {
    feed.begin(Pages.of(1234, 1236), 0);
    assertThat(of("k1324").unknown(feed)).hasMessageEndingWith("did you mean 'k1234'?");
  }
}
