import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.kie.api.KieBase;
import org.kie.api.KieServices;
import org.kie.api.definition.type.FactType;
import org.kie.api.runtime.KieSession;
import org.kie.api.runtime.rule.FactHandle;

/**
 * Measure RULES.jar PROFILES.tsv WARM-UP ROUNDS MILLISECONDS: prints the numbers of the rules that hold for each
 * profile, one line a profile, then a line with the profiles answered per second in the best round and the number of
 * rounds that warmed up.
 *
 * One session is used for all profiles: each is inserted, the rules fire, and it is deleted again. A round lasts so many
 * milliseconds of CPU time of this thread and the garbage collector; the just-in-time compiler's is not counted. Rounds
 * are not counted either until ten in a row were no faster than the best before, but at most WARM-UP of them.
 */
public class Measure {
  private static final int PATIENCE = 10;

  private final KieSession session;
  private final List<Integer> holding = new ArrayList<>();
  private final List<Object> profiles;
  private final long nanoseconds;
  private int next = 0;

  private Measure(KieBase base, List<Object> profiles, long milliseconds) {
    this.session = base.newKieSession();
    this.session.setGlobal("holding", holding);
    this.profiles = profiles;
    this.nanoseconds = milliseconds * 1_000_000;
  }

  public static void main(String[] arguments) throws Exception {
    KieServices services = KieServices.Factory.get();
    var file = services.getResources().newFileSystemResource(arguments[0]);
    var module = services.getRepository().addKieModule(file);
    KieBase base = services.newKieContainer(module.getReleaseId()).getKieBase();
    List<Object> profiles = read(Path.of(arguments[1]), base.getFactType("bench", "Profile"));
    new Measure(base, profiles, Long.parseLong(arguments[4]))
        .run(Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]));
  }

  private void run(int warmUp, int rounds) {
    for (Object profile : profiles) {
      ask(profile);
      System.out.println(String.join(" ", holding.stream().sorted().map(String::valueOf).toList()));
    }
    double best = 0;
    int warmed = 0;
    for (int idle = 0; warmed < warmUp && idle < PATIENCE; warmed++) {
      double rate = round();
      idle = rate > best ? 0 : idle + 1;
      best = Math.max(best, rate);
    }
    best = 0;
    for (int round = 0; round < rounds; round++) {
      best = Math.max(best, round());
    }
    System.out.println(best + " " + warmed);
  }

  private void ask(Object profile) {
    holding.clear();
    FactHandle handle = session.insert(profile);
    session.fireAllRules();
    session.delete(handle);
    session.fireAllRules();
  }

  /** Profiles answered per second of CPU time. */
  private double round() {
    long started = cpu();
    long used = 0;
    int answered = 0;
    while (used < nanoseconds) {
      for (int n = 0; n < 10; n++) {
        ask(profiles.get(next));
        next = (next + 1) % profiles.size();
      }
      answered += 10;
      used = cpu() - started;
    }
    return answered * 1e9 / used;
  }

  private static long cpu() {
    long collecting = 0;
    for (var collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      collecting += collector.getCollectionTime();
    }
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() + collecting * 1_000_000;
  }

  /** A line of field names, a line of their types, then a profile a line. */
  private static List<Object> read(Path file, FactType type) throws Exception {
    List<String> lines = Files.readAllLines(file);
    String[] names = lines.get(0).split("\t");
    String[] types = lines.get(1).split("\t");
    List<Object> profiles = new ArrayList<>();
    for (String line : lines.subList(2, lines.size())) {
      String[] values = line.split("\t");
      Object profile = type.newInstance();
      for (int n = 0; n < names.length; n++) {
        type.set(profile, names[n], value(values[n], types[n]));
      }
      profiles.add(profile);
    }
    return profiles;
  }

  private static Object value(String text, String type) {
    return switch (type) {
      case "int" -> Integer.valueOf(text);
      case "double" -> Double.valueOf(text);
      case "String" -> text;
      default -> new ArrayList<>(List.of(text.split(",")));
    };
  }
}
