/**
 * The verb {@code shell}: an interactive program that asks a running server for pages, records
 * actions, and asks why. {@code Shell} reads lines and runs commands; each class named after its
 * commands holds a few of them.
 */
@NullMarked
package io.unipin.cli.shell;

import org.jspecify.annotations.NullMarked;
