package io.unipin.tests;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Marks tests that need programs such as {@code nginx}. If a program is not installed, the tests
 * are skipped with a message. If the environment variable {@code UNIPIN_TEST} is set, the tests
 * fail instead.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(Programs.class)
@interface NeedsPrograms {
  /** Returns the names of the programs, which are looked up on the {@code PATH}. */
  String[] value();
}
