package io.unipin.tests;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.conditions.ArchConditions.callCodeUnitWhere;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Checks that UniPin's results, files and output do not depend on the machine's language, time zone
 * or charset.
 */
final class AnyPlaceTest {
  private static final Path ROOT = Path.of(System.getProperty("unipin.root"));

  /**
   * Methods that use the machine's own language, time zone or charset. An entry has the form
   * class.method(parameters).
   */
  private static final Set<String> OF_THE_MACHINE =
      Set.of(
          "java.lang.String.format(java.lang.String,[Ljava.lang.Object;)",
          "java.lang.String.toLowerCase()",
          "java.lang.String.toUpperCase()",
          "java.lang.String.getBytes()",
          "java.lang.String.<init>([B)",
          "java.lang.String.<init>([B,int,int)",
          "java.io.ByteArrayOutputStream.toString()",
          "java.io.InputStreamReader.<init>(java.io.InputStream)",
          "java.io.OutputStreamWriter.<init>(java.io.OutputStream)",
          "java.io.FileReader.<init>(java.lang.String)",
          "java.io.FileReader.<init>(java.io.File)",
          "java.io.FileWriter.<init>(java.lang.String)",
          "java.io.FileWriter.<init>(java.io.File)",
          "java.io.PrintWriter.<init>(java.io.OutputStream)",
          "java.io.PrintStream.<init>(java.io.OutputStream)",
          "java.util.Scanner.<init>(java.io.InputStream)",
          "java.util.Formatter.<init>()",
          "java.util.Locale.getDefault()",
          "java.util.TimeZone.getDefault()",
          "java.util.Calendar.getInstance()",
          "java.nio.charset.Charset.defaultCharset()",
          "java.time.ZoneId.systemDefault()",
          "java.time.Clock.systemDefaultZone()",
          "java.time.LocalDate.now()",
          "java.time.LocalTime.now()",
          "java.time.LocalDateTime.now()",
          "java.time.ZonedDateTime.now()",
          "java.time.OffsetDateTime.now()",
          "java.time.format.DateTimeFormatter.ofPattern(java.lang.String)",
          "java.text.SimpleDateFormat.<init>(java.lang.String)",
          "java.text.DecimalFormat.<init>(java.lang.String)",
          "java.text.NumberFormat.getInstance()",
          "java.text.NumberFormat.getNumberInstance()",
          "java.text.NumberFormat.getIntegerInstance()",
          "java.text.NumberFormat.getPercentInstance()",
          "java.text.Collator.getInstance()");

  /**
   * A format specifier for a number. The formatter writes the number in the style of its locale.
   */
  private static final Pattern NUMBER =
      Pattern.compile("%[-#+ 0,(]*\\d*(\\.\\d+)?[dfegEG](?![a-z=])");

  private static final Pattern FORMATTING = Pattern.compile("formatted\\(|format\\(|printf\\(");
  private static final Pattern STATEMENT_END = Pattern.compile("[;{}]\\s*\\n");

  @Test
  void code_neverAsksWhereTheMachineStands() {
    JavaClasses code =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.unipin");
    assertThat(code.contain("io.unipin.feedlog.imports.Importer")).isTrue();
    noClasses()
        .that()
        .resideOutsideOfPackage("io.unipin.proto..")
        .should(
            callCodeUnitWhere(
                describe(
                    "depend on the machine's language, time zone or charset",
                    (JavaCall<?> call) -> OF_THE_MACHINE.contains(signature(call)))))
        .check(code);
  }

  private static String signature(JavaCall<?> call) {
    return call.getTargetOwner().getName()
        + "."
        + call.getName()
        + "("
        + String.join(
            ",", call.getTarget().getRawParameterTypes().stream().map(t -> t.getName()).toList())
        + ")";
  }

  @Test
  void code_formatsNumbersForNoLanguage() throws IOException {
    List<String> found = new ArrayList<>();
    for (String module : Modules.ALL) {
      if (module.equals("proto")) {
        continue; // its Java is generated
      }
      Path sources = ROOT.resolve(module).resolve("src/main/java");
      try (Stream<Path> files = Files.walk(sources)) {
        for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
          for (String statement : localized(Files.readString(file))) {
            found.add(sources.relativize(file) + ": " + statement);
          }
        }
      }
    }
    assertThat(found).isEmpty();
  }

  /** Returns the statements that format a number without stating a locale. */
  private static List<String> localized(String source) {
    return STATEMENT_END
        .splitAsStream(source)
        .filter(NUMBER.asPredicate())
        .filter(FORMATTING.asPredicate())
        .filter(statement -> !statement.contains("Locale"))
        .map(String::strip)
        .toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "String s = \"%d\".formatted(n);\n",
        "String s = String.format(\"%,d\", n);\n",
        "out.printf(\n  \"%.3f\", x);\n"
      })
  void localized_numberForALanguage_isFound(String source) {
    assertThat(localized(source)).hasSize(1);
    assertThat(localized(source.replace("(", "(Locale.ROOT, "))).isEmpty();
    assertThat(localized(source.replaceAll("%[^\"]*", "%s"))).isEmpty();
  }
}
