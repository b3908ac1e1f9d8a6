/**
 * The command {@code shell}: an interactive program that asks a running server for pages, records
 * actions, and asks why an item is on a page. {@code Shell} reads lines and runs commands. The
 * commands are in {@code WhyVerb} and in the classes whose names end with {@code Verbs}.
 */
@NullMarked
package io.unipin.cli.shell;

import org.jspecify.annotations.NullMarked;
