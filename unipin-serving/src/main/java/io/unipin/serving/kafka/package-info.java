/**
 * Reads and writes the topics of a fleet in Kafka.
 *
 * <p>Only this package knows Kafka's client. A server whose settings name no Kafka loads no class
 * of this client.
 */
@NullMarked
package io.unipin.serving.kafka;

import org.jspecify.annotations.NullMarked;
