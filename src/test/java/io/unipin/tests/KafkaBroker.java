package io.unipin.tests;

import io.unipin.benchmarks.engines.KafkaServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A Kafka broker in a separate process, with methods by which tests write and read records. */
final class KafkaBroker implements AutoCloseable {
  private final KafkaServer server;

  private KafkaBroker(KafkaServer server) {
    this.server = server;
  }

  /** Starts a broker without topics. */
  static KafkaBroker start(Path folder) throws Exception {
    return new KafkaBroker(KafkaServer.start(folder));
  }

  /** Starts the broker again after {@link #kill}. */
  void restart() throws Exception {
    server.process().start();
  }

  String address() {
    return server.address();
  }

  /** Ends the broker as {@code kill -9} does. */
  void kill() throws InterruptedException {
    server.process().kill();
  }

  void createTopic(String name, int partitions, Map<String, String> settings) throws Exception {
    server.createTopic(name, partitions, settings);
  }

  /** Deletes a topic with its records. */
  void deleteTopic(String name) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", address()))) {
      admin.deleteTopics(List.of(name)).all().get();
    }
  }

  /** Writes records and waits until the broker has them. */
  void write(List<ProducerRecord<byte[], byte[]>> records) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", address(), "acks", "all"),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      List<Future<?>> sent = new ArrayList<>();
      records.forEach(record -> sent.add(producer.send(record)));
      for (Future<?> each : sent) {
        each.get();
      }
    }
  }

  /** Waits until a consumer group has committed all records that a topic has at the moment. */
  void awaitCommitted(String topic, String group) throws Exception {
    Map<TopicPartition, Long> ends = ends(topic);
    long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", address()))) {
      while (true) {
        Map<TopicPartition, OffsetAndMetadata> committed =
            admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
        boolean all =
            ends.entrySet().stream()
                .allMatch(
                    end -> {
                      OffsetAndMetadata to = committed.get(end.getKey());
                      return end.getValue() == 0 || (to != null && to.offset() >= end.getValue());
                    });
        if (all) {
          return;
        }
        if (System.nanoTime() - limit > 0) {
          throw new AssertionError("offsets %s expected, got %s".formatted(ends, committed));
        }
        TimeUnit.MILLISECONDS.sleep(50);
      }
    }
  }

  private Map<TopicPartition, Long> ends(String topic) {
    try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
      return consumer.endOffsets(partitions(consumer, topic));
    }
  }

  private KafkaConsumer<byte[], byte[]> consumer() {
    return new KafkaConsumer<>(
        Map.of("bootstrap.servers", address(), "auto.offset.reset", "earliest"),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }

  private static List<TopicPartition> partitions(KafkaConsumer<?, ?> consumer, String topic) {
    return consumer.partitionsFor(topic).stream()
        .map(info -> new TopicPartition(topic, info.partition()))
        .toList();
  }

  static ProducerRecord<byte[], byte[]> record(String topic, String key, byte[] value) {
    return new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), value);
  }

  /** Returns all records of a topic. The records of a partition are in order. */
  List<ConsumerRecord<byte[], byte[]>> read(String topic) {
    try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
      List<TopicPartition> partitions = partitions(consumer, topic);
      consumer.assign(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        consumer.poll(Duration.ofMillis(100)).forEach(all::add);
      }
      return all;
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
