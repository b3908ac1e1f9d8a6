package io.unipin.kvcache.tier;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;

class PageMapTest {
  private static final int LIMIT = 8;
  private static final Id USER = new Id(1, 1);
  private static final Id OTHER = new Id(2, 2);

  private final PageMap pages = new PageMap(LIMIT);

  private void assertCounts(int used, int available) {
    assertThat(pages.used()).as("used").isEqualTo(used);
    assertThat(pages.available()).as("available").isEqualTo(available);
  }

  @Test
  void claim_firstAndLastPage_areUsed() {
    assertThat(pages.claim(new int[] {0, LIMIT - 1})).isTrue();
    assertCounts(2, LIMIT - 2);
    assertThat(pages.isTaken(0)).isTrue();
    assertThat(pages.isTaken(LIMIT - 1)).isTrue();
    assertThat(pages.take(LIMIT - 2)).containsExactly(1, 2, 3, 4, 5, 6);
  }

  @Test
  void claim_withAPageThatIsTakenOrOutOfRange_changesNothing() {
    assertThat(pages.claim(new int[] {5})).isTrue();
    for (int wrong : new int[] {5, -1, LIMIT}) {
      assertThat(pages.claim(new int[] {2, 3, wrong})).as("page %d", wrong).isFalse();
      assertCounts(1, LIMIT - 1);
    }
    assertThat(pages.isTaken(2)).isFalse();
    assertThat(pages.isTaken(3)).isFalse();
    assertThat(pages.isTaken(5)).as("another chunk has it").isTrue();
  }

  @Test
  void take_dirtyPages_beforeFreePages() {
    int[] first = pages.take(3);
    int[] second = pages.take(2);
    pages.soil(USER, first);
    pages.soil(OTHER, second);
    assertCounts(0, LIMIT);
    int[] taken = pages.take(4);
    assertThat(taken).containsExactlyInAnyOrder(3, 4, 0, 1);
    assertCounts(4, 4);
    assertThat(pages.dirty(OTHER)).isEmpty();
    assertThat(pages.dirty(USER)).singleElement().satisfies(d -> assertOnly(d, 2));
    assertThat(pages.take(4)).containsExactlyInAnyOrder(2, 5, 6, 7);
    assertThat(pages.dirty()).isNull();
    assertCounts(LIMIT, 0);
  }

  /** Frees the dirty pages that come first. */
  private void cleaned() {
    pages.cleaned(Objects.requireNonNull(pages.dirty()));
  }

  private static void assertOnly(PageMap.Dirty dirty, int page) {
    assertThat(dirty.pages()).containsExactly(page);
  }

  @Test
  void take_pagesFreedBehindIt_comesBackToThem() {
    int[] all = pages.take(LIMIT);
    pages.soil(USER, new int[] {all[1], all[6]});
    cleaned();
    assertCounts(LIMIT - 2, 2);
    assertThat(pages.isTaken(all[1])).isFalse();
    assertThat(pages.take(2)).containsExactlyInAnyOrder(all[1], all[6]);
  }

  @Test
  void take_afterSomePages_goesOnBehindThem() {
    int[] first = pages.take(3);
    pages.soil(USER, first);
    cleaned();
    assertThat(pages.take(2)).as("the file is filled in turn").containsExactly(3, 4);
  }

  @Test
  void dirty_ofAUser_isOnlyTheirs() {
    int[] first = pages.take(1);
    int[] second = pages.take(1);
    pages.soil(USER, first);
    pages.soil(OTHER, second);
    assertThat(pages.dirty(USER)).singleElement().satisfies(d -> assertOnly(d, first[0]));
    assertThat(pages.dirty(new Id(3, 3))).isEmpty();
    pages.cleaned(pages.dirty(USER).get(0));
    assertThat(pages.dirty(USER)).isEmpty();
    assertThat(pages.dirty()).satisfies(d -> assertOnly(d, second[0]));
    assertCounts(0, LIMIT);
  }

  @Test
  void soil_noPages_leavesNothingToClean() {
    pages.soil(USER, new int[0]);
    assertThat(pages.dirty()).isNull();
    assertThat(pages.dirty(USER)).isEmpty();
  }
}
