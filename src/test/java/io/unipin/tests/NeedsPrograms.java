package io.unipin.tests;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Tests that look at the server with programs of the machine. Where one is missing they are skipped and say so. With
 * {@code UNIPIN_TEST=all} or {@code nightly} in the environment they fail.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(Programs.class)
@interface NeedsPrograms {
  /** Their names, as they are looked up on the {@code PATH}. */
  String[] value();
}
