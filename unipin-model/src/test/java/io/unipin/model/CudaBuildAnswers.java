package io.unipin.model;

import ai.djl.pytorch.jni.LibUtils;
import io.unipin.kvcache.HostRows;
import io.unipin.kvcache.KvType;
import io.unipin.model.device.DeviceCheck;
import io.unipin.model.device.DeviceException;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.TokenSequence;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.StringJoiner;

/** Prints the libraries with which this process computes, and the answers of a model. */
final class CudaBuildAnswers {
  private static final String ANSWERS = "answers ";

  private CudaBuildAnswers() {}

  public static void main(String[] arguments) {
    StringJoiner joined = new StringJoiner(" ");
    for (float number : of(Path.of(arguments[0]))) {
      joined.add(Float.toString(number));
    }
    System.out.println(ANSWERS + joined);
    System.out.println("folder " + LibUtils.getLibtorchPath());
    System.out.println("cuda " + cuda());
  }

  private static String cuda() {
    try {
      DeviceCheck.require(EngineDevice.cuda(0));
      return "computes";
    } catch (DeviceException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** Returns the answers among printed lines. */
  static float[] parse(List<String> printed) {
    String line = printed.stream().filter(l -> l.startsWith(ANSWERS)).findFirst().orElseThrow();
    String[] words = line.substring(ANSWERS.length()).split(" ", -1);
    float[] numbers = new float[words.length];
    for (int i = 0; i < words.length; i++) {
      numbers[i] = Float.parseFloat(words[i]);
    }
    return numbers;
  }

  /** Returns the state, a query and the probabilities of a random user. */
  static float[] of(Path folder) {
    Random random = new Random(5);
    TokenSequence tokens = TokenSequence.of(TestModels.actions(random, 30));
    int[] candidates = TestModels.candidates(random, 20);
    try (ServingModel model = ServingModel.load(folder, EngineOptions.cpu())) {
      ModelConfig config = model.config();
      int capacity = config.kvLayout(KvType.FLOAT32).capacityFor(1 + tokens.size());
      HostRows block = TestModels.block(config, KvType.FLOAT32, capacity);
      float[] state = model.extend(tokens, 0, block);
      float[][] outcomes = new float[1][config.actions().size()];
      outcomes[0][0] = 1;
      List<Float> numbers = new ArrayList<>();
      for (float[] part :
          List.of(
              state,
              model.queries(state, TestModels.CONTEXT, outcomes),
              model.score(block, 1 + tokens.size(), candidates, TestModels.CONTEXT))) {
        for (float number : part) {
          numbers.add(number);
        }
      }
      float[] answers = new float[numbers.size()];
      for (int i = 0; i < answers.length; i++) {
        answers[i] = numbers.get(i);
      }
      return answers;
    }
  }
}
