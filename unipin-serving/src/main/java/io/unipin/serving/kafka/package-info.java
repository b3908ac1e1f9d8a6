/**
 * Reads and writes the topics of a fleet in Kafka.
 *
 * <p>Only this package knows Kafka's client. A server that names no Kafka loads no class of it.
 */
@NullMarked
package io.unipin.serving.kafka;

import org.jspecify.annotations.NullMarked;
