package io.storegrid.torture.agent;

import static net.bytebuddy.matcher.ElementMatchers.isBridge;
import static net.bytebuddy.matcher.ElementMatchers.isMethod;
import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.not;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

import java.io.IOException;
import java.lang.instrument.Instrumentation;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.agent.builder.ResettableClassFileTransformer;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.matcher.ElementMatcher;
import net.bytebuddy.utility.JavaModule;
import org.jspecify.annotations.Nullable;

/** The agent's entrance, and how a process is given it. */
public final class NodeAgent {

    private static final String RUNNER = "io.storegrid.compute.lane.BatchRunner";
    private static final String WRITER = "io.storegrid.compute.lane.BatchWriter";
    private static final String APPLIER = "io.storegrid.compute.lane.Applier";
    private static final String MEMBER = "io.storegrid.compute.lane.Member";
    private static final String NEWEST = "io.storegrid.compute.lane.ApplyNewest";
    private static final String VIOLATION = "io.storegrid.domain.InvariantViolation";
    private static final String TRIP = "io.storegrid.persistence.RoundTrip";

    /**
     * A hook at some methods of a class.
     *
     * @param hook whose methods have ByteBuddy's annotations
     */
    private record Change(String type, Class<?> hook, ElementMatcher.Junction<MethodDescription> where) {}

    private NodeAgent() {}

    /**
     * The JVM's option that puts the agent into a process.
     *
     * @param jar written if it is not there; refers to this JVM's classes
     * @param home of the node, where the agent and the harness leave each other files
     */
    public static String option(Path jar, Path home, Ablation ablation) throws IOException {
        if (!Files.exists(jar)) {
            Manifest manifest = new Manifest();
            Attributes attributes = manifest.getMainAttributes();
            attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
            attributes.putValue("Premain-Class", NodeAgent.class.getName());
            attributes.put(Attributes.Name.CLASS_PATH, home(NodeAgent.class) + " " + home(AgentBuilder.class));
            new JarOutputStream(Files.newOutputStream(jar), manifest).close();
        }
        return "-javaagent:" + jar.toAbsolutePath() + "=" + ablation + "," + home.toAbsolutePath();
    }

    private static URI home(Class<?> type) {
        try {
            return type.getProtectionDomain().getCodeSource().getLocation().toURI();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Called by the JVM before the product's main method. */
    public static void premain(String arguments, Instrumentation instrumentation) {
        String[] parts = arguments.split(",", 2);
        Ablation ablation = Ablation.valueOf(parts[0]);
        Hooks.home = Path.of(parts[1]);
        List<Change> changes = new ArrayList<>(List.of(
                new Change(RUNNER, Hooks.Attempt.class, named("attempt")),
                new Change(RUNNER, Hooks.Finish.class, named("finish")),
                new Change(WRITER, Hooks.Written.class, named("write").and(takesArguments(3))),
                new Change(APPLIER, Hooks.Late.class, named("applyAll")),
                new Change(MEMBER, Hooks.Answer.class, named("answer"))));
        changes.addAll(
                switch (ablation) {
                    case NONE -> List.of();
                    case FENCE ->
                        List.of(
                                new Change(TRIP, Hooks.WithoutFence.class, named("query")),
                                new Change(VIOLATION, Hooks.WithoutAssertions.class, named("require")));
                    case RECORDS -> List.of(new Change(TRIP, Hooks.WithoutRecords.class, named("query")));
                    case NEWEST_WINS ->
                        List.of(new Change(
                                NEWEST, Hooks.LastWins.class, named("process").and(not(isBridge()))));
                });
        Listener listener = new Listener();
        AgentBuilder builder =
                new AgentBuilder.Default().disableClassFormatChanges().with(listener);
        for (Change change : changes) {
            builder = builder.type(named(change.type()))
                    .transform(advice(change.hook(), isMethod().and(change.where())));
        }
        // Loaded now, and nobody looks at what is loaded later: that would cost a node a good part of its start, and
        // a JVM that takes classes out of an archive does not survive it (JDK 17, a class of a multi-release jar).
        ResettableClassFileTransformer transformer = builder.installOn(instrumentation);
        changes.stream().map(Change::type).distinct().forEach(listener::load);
        instrumentation.removeTransformer(transformer);
        CopiesTeller.start(Hooks.home);
    }

    private static AgentBuilder.Transformer advice(Class<?> hook, ElementMatcher<? super MethodDescription> where) {
        return (type, description, loader, module, domain) ->
                type.visit(Advice.to(hook).on(where));
    }

    /** A hook that does not fit ends the process: a run without it would prove nothing. */
    private static final class Listener extends AgentBuilder.Listener.Adapter {

        private final Set<String> transformed = ConcurrentHashMap.newKeySet();

        void load(String name) {
            try {
                Class.forName(name, false, ClassLoader.getSystemClassLoader());
            } catch (ClassNotFoundException e) {
                end(name, e);
            }
            if (!transformed.contains(name)) {
                end(name, "it was there before");
            }
        }

        @Override
        public void onTransformation(
                TypeDescription type,
                @Nullable ClassLoader loader,
                @Nullable JavaModule module,
                boolean loaded,
                DynamicType dynamicType) {
            transformed.add(type.getName());
        }

        @Override
        public void onError(
                String name, @Nullable ClassLoader loader, @Nullable JavaModule module, boolean loaded, Throwable why) {
            if (name.startsWith("io.storegrid.")) {
                end(name, why);
            }
        }

        private static void end(String name, Object why) {
            System.err.println("the agent cannot change " + name + ": " + why);
            Runtime.getRuntime().halt(Hooks.MISFIT);
        }
    }
}
