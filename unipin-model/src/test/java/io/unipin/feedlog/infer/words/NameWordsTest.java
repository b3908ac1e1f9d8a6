package io.unipin.feedlog.infer.words;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.feedlog.infer.words.NameWords.Word;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class NameWordsTest {
  @ParameterizedTest
  @CsvSource({
    "userId,USER",
    "visitorid,USER",
    "Kunden-Nr.,USER",
    "user_id:token,USER",
    "CUSTOMER_ID,USER",
    "Käufer,USER",
    "movieId,ITEM",
    "Artikelnummer,ITEM",
    "event_attributes.object.object_id,WEAK_ITEM",
    "Bestelldatum,TIME",
    "unixReviewTime,TIME",
    "warengruppe,CATEGORY",
    "Produktname,TITLE",
    "sessionId,SESSION",
    "query_id,SLATE",
    "overall,RATING",
    "customer_email,WEAK_USER",
    "用户ID,USER",
    "дата,TIME",
    "puntuación,RATING"
  })
  void set_containsWhatTheNameSpeaksOf(String name, Word word) {
    assertThat(NameWords.set(name)).contains(word);
  }

  @ParameterizedTest
  @CsvSource({"c1", "xyz", "useragentx", "itemxyz"})
  void isKnown_otherName_false(String name) {
    assertThat(NameWords.isKnown(name)).isFalse();
  }
}
