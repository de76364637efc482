import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.drools.compiler.kie.builder.impl.InternalKieModule;
import org.drools.model.codegen.ExecutableModelProject;
import org.kie.api.KieServices;
import org.kie.api.builder.KieBuilder;
import org.kie.api.builder.Message;

/** Build RULES.drl RULES.jar: compiles rules to an executable model, as kie-maven-plugin does, and keeps it. */
public class Build {
  public static void main(String[] arguments) throws IOException {
    Path drl = Path.of(arguments[0]);
    Path jar = Path.of(arguments[1]);
    KieServices services = KieServices.Factory.get();
    var files = services.newKieFileSystem()
        .generateAndWritePomXML(services.newReleaseId("befit.bench", "rules", "1"))
        .writeKModuleXML(services.newKieModuleModel().toXML())
        .write("src/main/resources/bench/rules.drl", Files.readString(drl));
    KieBuilder builder = services.newKieBuilder(files).buildAll(ExecutableModelProject.class);
    if (builder.getResults().hasMessages(Message.Level.ERROR)) {
      throw new IllegalArgumentException(builder.getResults().toString());
    }
    Files.write(jar, ((InternalKieModule) builder.getKieModule()).getBytes());
  }
}
