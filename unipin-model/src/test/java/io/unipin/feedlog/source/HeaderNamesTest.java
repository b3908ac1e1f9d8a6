package io.unipin.feedlog.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class HeaderNamesTest {
  @Test
  void of_columnsWithoutNames_tellTheirPlaces() {
    assertThat(HeaderNames.of(Arrays.asList("", "user", " ", null)))
        .containsExactly("column1", "user", "column3", "column4");
  }

  @Test
  void of_columnWithoutName_takesNoNameThatIsGiven() {
    assertThat(HeaderNames.of(Arrays.asList("Column2", "", "column2_")))
        .containsExactly("Column2", "column2__", "column2_");
  }
}
