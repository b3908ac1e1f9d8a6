package io.unipin.serving.kafka;

import io.unipin.serving.metrics.KafkaMeters;
import io.unipin.serving.spans.BatchSpans;

/** The clients, metrics and spans that all readers of topics use. */
record TopicTools(KafkaClients clients, KafkaMeters meters, BatchSpans spans) {}
