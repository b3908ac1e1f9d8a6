package io.unipin.tests;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Marks tests that examine the server with programs of the machine. If such a program is missing,
 * the tests are skipped with a message. If the environment has {@code UNIPIN_TEST=all} or
 * {@code UNIPIN_TEST=nightly}, they fail instead.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(Programs.class)
@interface NeedsPrograms {
  /** Returns the names of the programs, which are looked up on the {@code PATH}. */
  String[] value();
}
