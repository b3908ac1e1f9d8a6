/** Commands and options that read the topics of a fleet in Kafka. */
@NullMarked
package io.unipin.cli.kafka;

import org.jspecify.annotations.NullMarked;
