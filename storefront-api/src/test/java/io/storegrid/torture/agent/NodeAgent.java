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
        Listener listener = new Listener();
        AgentBuilder builder = new AgentBuilder.Default()
                .disableClassFormatChanges()
                .with(listener)
                .type(named(RUNNER))
                .transform(advice(Hooks.Attempt.class, isMethod().and(named("attempt"))))
                .transform(advice(Hooks.Finish.class, isMethod().and(named("finish"))))
                .type(named(WRITER))
                .transform(advice(
                        Hooks.Written.class, isMethod().and(named("write")).and(takesArguments(3))))
                .type(named(APPLIER))
                .transform(advice(Hooks.Late.class, isMethod().and(named("applyAll"))))
                .type(named(MEMBER))
                .transform(advice(Hooks.Answer.class, isMethod().and(named("answer"))));
        builder = switch (ablation) {
            case NONE -> builder;
            case FENCE ->
                builder.type(named(TRIP))
                        .transform(advice(Hooks.WithoutFence.class, isMethod().and(named("query"))))
                        .type(named(VIOLATION))
                        .transform(
                                advice(Hooks.WithoutAssertions.class, isMethod().and(named("require"))));
            case RECORDS ->
                builder.type(named(TRIP))
                        .transform(advice(Hooks.WithoutRecords.class, isMethod().and(named("query"))));
            case NEWEST_WINS ->
                builder.type(named(NEWEST))
                        .transform(advice(
                                Hooks.LastWins.class,
                                isMethod().and(named("process")).and(not(isBridge()))));
        };
        List<String> changed = new ArrayList<>(List.of(RUNNER, WRITER, APPLIER, MEMBER));
        changed.addAll(
                switch (ablation) {
                    case NONE -> List.of();
                    case FENCE -> List.of(TRIP, VIOLATION);
                    case RECORDS -> List.of(TRIP);
                    case NEWEST_WINS -> List.of(NEWEST);
                });
        // Loaded now, and nobody looks at what is loaded later: that would cost a node a good part of its start, and a
        // JVM
        // that takes classes out of an archive does not survive it (JDK 17, a class of a multi-release jar).
        ResettableClassFileTransformer transformer = builder.installOn(instrumentation);
        changed.forEach(listener::load);
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
