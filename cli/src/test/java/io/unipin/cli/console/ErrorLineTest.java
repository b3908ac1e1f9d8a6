package io.unipin.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ErrorLineTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          --pages: a whole number expected, got 'two' | --pages | a whole number | two | ``
          a verb expected, got 'serv'; did you mean 'serve'? | `` | a verb | serv | serve
          my.yaml:2:3: server.prot: unknown key; known here are [port, host]; did you mean 'port'? | my.yaml:2:3: server.prot | one of [port, host] | prot | port
          --set a.prot: a.prot: unknown key; known here are [port]; did you mean 'port'? | --set a.prot: a.prot | one of [port] | prot | port
          DIR: a folder expected, got /a/b, which does not exist; did you mean '/a/bc'? | DIR | a folder | /a/b | /a/bc
          events.csv line 3, column item: a number expected, got 'six' | events.csv line 3, column item | a number | six | ``
          server.port: a free port of 127.0.0.1 expected, got 9090: taken by process 3 (java) | server.port | a free port of 127.0.0.1 | 9090 | ``
          bundle twoo: no such bundle; did you mean 'two'? | bundle twoo | a bundle of the server's folder | twoo | two
          about 9 MiB free for the log expected at /a, got 3 MiB | `` | about 9 MiB free for the log | 3 MiB | ``
          x.budget: with y at most 3 MiB expected, for the process may take 5 MiB, got 9GiB | x.budget | with y at most 3 MiB | 9GiB | ``
          /dev/full can't be written: No space left on device | /dev/full | `` | `` | ``
          the disk is gone | `` | `` | `` | ``
          """)
  void of_splitsTheMessage(
      String message, String place, String expected, String got, String nearest) {
    assertThat(ErrorLine.of(message)).isEqualTo(new ErrorLine(place, expected, got, nearest));
  }
}
