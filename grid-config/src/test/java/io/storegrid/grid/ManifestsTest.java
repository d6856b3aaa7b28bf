package io.storegrid.grid;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Deployment files are what the API takes them for, agree with each other and with the code. */
class ManifestsTest {

    private static final Path REPOSITORY = Path.of("..");
    private static final Path KUBERNETES = Path.of("kubernetes");
    private static final Path CONTAINER = Path.of("container");
    private static final Path RULES = Path.of("prometheus", "storegrid.rules.yaml");
    private static final Path OPERATIONS = REPOSITORY.resolve("docs").resolve("operations.md");
    private static final String IMAGE = "storegrid";
    private static final String DISCOVERY_SERVICE = "storegrid-discovery";
    private static final String DATA = "storegrid";
    private static final String API = "storegrid-api";
    private static final long UID = 10_001;

    /** What a JVM needs beside heap and grid, in MB: classes, compiled code, threads, buffers. */
    private static final long OVERHEAD_MB = 300;

    /** The longest that the stop of a process takes, in seconds. */
    private static final long STOP_SECONDS = 5;

    @TempDir
    private Path directory;

    @Test
    void everyFileIsReadAndListed() throws IOException {
        Set<Path> read = new TreeSet<>();
        for (String folder : List.of("overlays/production", "overlays/kind")) {
            read.addAll(Manifests.render(KUBERNETES.resolve(folder)).files());
        }
        try (Stream<Path> files = Files.walk(KUBERNETES)) {
            Set<Path> there = files.filter(file -> file.toString().endsWith(".yaml"))
                    .map(Path::toAbsolutePath)
                    .collect(Collectors.toCollection(TreeSet::new));
            assertEquals(there, read);
        }
    }

    @ParameterizedTest(name = "{0}: {3}")
    @CsvSource({
        "a misspelt field, minReadySeconds: 10, minReadySecond: 10, minReadySecond",
        "a misspelt field deep down, readinessProbe:, readynessProbe:, readynessProbe",
        "a field in the wrong place, minReadySeconds: 10, 'enableServiceLinks: false', enableServiceLinks",
        "a number for a text, 'io/port: \"8080\"', 'io/port: 8080', 8080",
        "a flag for a text, 'io/scrape: \"true\"', 'io/scrape: true', Boolean",
        "a text for a number, minReadySeconds: 10, 'minReadySeconds: \"10\"', Integer",
        "a key that comes twice, serviceName:, 'replicas: 4\n  serviceName:', duplicate key replicas",
        "another kind, kind: StatefulSet, kind: StatefullSet, No such kind",
        "another version, apps/v1, apps/v1beta1, No such kind",
    })
    void refusesWhatTheApiWouldNotUnderstand(String what, String good, String bad, String says) throws IOException {
        String text = Files.readString(KUBERNETES.resolve("base").resolve("data.yaml"));
        assertTrue(text.contains(good), what + ": nothing to spoil");
        RuntimeException refusal =
                assertThrows(RuntimeException.class, () -> Manifests.objects(text.replace(good, bad)), what);
        assertTrue(String.valueOf(refusal.getMessage()).contains(says), refusal.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "kind: StatefulSet\nmetadata: {name: storegrids}",
                "kind: StatefulSet\nmetadata: {name: storegrid}\nspec: {template: {spec: {topologySpreadConstraints: [{maxSkew: 2}]}}}"
            })
    void refusesPatchesThatChangeNothingOrTooMuch(String patch) throws IOException {
        Path overlay = Files.createDirectory(directory.resolve("overlay"));
        Path base = Files.createDirectory(directory.resolve("base"));
        Files.copy(KUBERNETES.resolve("base").resolve("data.yaml"), base.resolve("data.yaml"));
        Files.writeString(base.resolve("kustomization.yaml"), "kind: Kustomization\nresources: [data.yaml]\n");
        Files.writeString(
                overlay.resolve("kustomization.yaml"),
                "kind: Kustomization\nresources: [../base]\npatches: [{path: patch.yaml}]\n");
        Files.writeString(overlay.resolve("patch.yaml"), "apiVersion: apps/v1\n" + patch + "\n");
        assertThrows(IllegalArgumentException.class, () -> Manifests.render(overlay));
    }

    @ParameterizedTest
    @ValueSource(strings = {"base", "overlays/production", "overlays/kind"})
    void variablesAreSettings(String folder) throws IOException {
        Manifests.Rendered rendered = render(folder);
        for (Workload workload : workloads(rendered)) {
            Map<String, String> variables = variables(rendered, workload);
            assertEquals(Set.of(), strangers(variables.keySet()), workload.name());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"base", "overlays/production", "overlays/kind"})
    void dataNodesKnowTheDatabaseAndOthersDoNot(String folder) throws IOException {
        Manifests.Rendered rendered = render(folder);
        Map<String, String> data = variables(rendered, workload(rendered, DATA));
        Map<String, String> api = variables(rendered, workload(rendered, API));
        assertEquals("data", data.get(Setting.ROLE.variable()));
        assertEquals("api", api.get(Setting.ROLE.variable()));
        assertEquals("secret storegrid-database/url", data.get(Setting.DB_URL.variable()));
        assertEquals("secret storegrid-database/user", data.get(Setting.DB_USER.variable()));
        assertTrue(data.containsKey(Setting.DB_PASSWORD_FILE.variable()));
        assertEquals(
                List.of(),
                api.keySet().stream()
                        .filter(variable -> variable.startsWith("STOREGRID_DB_"))
                        .toList());
        for (Map<String, String> node : List.of(data, api)) {
            assertEquals("field metadata.name", node.get(Setting.NAME.variable()));
            assertEquals("field status.podIP", node.get(Setting.GRID_HOST.variable()));
            assertEquals("field metadata.namespace", node.get("STOREGRID_KUBERNETES_NAMESPACE"));
        }
        assertEquals("field metadata.labels['topology.kubernetes.io/zone']", data.get("STOREGRID_ZONE"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"base", "overlays/production", "overlays/kind"})
    void expectedNodesAreTheReplicas(String folder) throws IOException {
        Manifests.Rendered rendered = render(folder);
        StatefulSet data = rendered.one(StatefulSet.class, DATA);
        assertEquals(
                data.getSpec().getReplicas().toString(),
                variables(rendered, workload(rendered, DATA)).get(Setting.EXPECTED_NODES.variable()));
        assertEquals("Parallel", data.getSpec().getPodManagementPolicy());
    }

    @ParameterizedTest
    @ValueSource(strings = {"base", "overlays/production", "overlays/kind"})
    void portsAreTheNodes(String folder) throws IOException {
        Manifests.Rendered rendered = render(folder);
        for (Workload workload : workloads(rendered)) {
            Map<String, String> variables = variables(rendered, workload);
            assertEquals(Setting.HTTP_PORT.defaultText(), variables.get(Setting.HTTP_PORT.variable()));
            assertEquals(
                    Integer.toString(NodeSettings.DISCOVERY_PORT_DEFAULT),
                    variables.get(Setting.DISCOVERY_PORT.variable()));
            Map<String, Integer> expected =
                    new TreeMap<>(Map.of("http", httpPort(), "grid", GridConfiguration.COMMUNICATION_PORT));
            if (workload.name().equals(DATA)) {
                expected.put("discovery", NodeSettings.DISCOVERY_PORT_DEFAULT);
            }
            assertEquals(expected, ports(workload), workload.name());
            assertEquals(
                    Setting.HTTP_PORT.defaultText(),
                    workload.template().getMetadata().getAnnotations().get("prometheus.io/port"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"base", "overlays/production", "overlays/kind"})
    void servicesAndBudgetsSelectWhatTheyAreFor(String folder) throws IOException {
        Manifests.Rendered rendered = render(folder);
        Service discovery = rendered.one(Service.class, DISCOVERY_SERVICE);
        Service http = rendered.one(Service.class, "storegrid");
        assertEquals(List.of(DATA), selected(rendered, discovery.getSpec().getSelector()));
        assertEquals(List.of(API), selected(rendered, http.getSpec().getSelector()));
        assertEquals("None", discovery.getSpec().getClusterIP());
        assertEquals(true, discovery.getSpec().getPublishNotReadyAddresses());
        for (Service service : List.of(discovery, http)) {
            Workload behind = workload(
                    rendered,
                    selected(rendered, service.getSpec().getSelector()).get(0));
            service.getSpec()
                    .getPorts()
                    .forEach(port -> assertTrue(
                            ports(behind).containsKey(port.getTargetPort().getStrVal()), port.toString()));
        }
        for (String name : List.of(DATA, API)) {
            PodDisruptionBudget budget = rendered.one(PodDisruptionBudget.class, name);
            assertEquals(
                    List.of(name),
                    selected(rendered, budget.getSpec().getSelector().getMatchLabels()));
            assertEquals(1, budget.getSpec().getMaxUnavailable().getIntVal());
        }
        assertEquals(2, rendered.all(PodDisruptionBudget.class).size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"base", "overlays/production", "overlays/kind"})
    void workloadsSelectTheirPodsAndNoOthers(String folder) throws IOException {
        Manifests.Rendered rendered = render(folder);
        StatefulSet data = rendered.one(StatefulSet.class, DATA);
        Deployment api = rendered.one(Deployment.class, API);
        assertEquals(
                List.of(DATA), selected(rendered, data.getSpec().getSelector().getMatchLabels()));
        assertEquals(
                List.of(API), selected(rendered, api.getSpec().getSelector().getMatchLabels()));
        for (Workload workload : workloads(rendered)) {
            workload.pod()
                    .getTopologySpreadConstraints()
                    .forEach(spread -> assertEquals(
                            List.of(workload.name()),
                            selected(rendered, spread.getLabelSelector().getMatchLabels())));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"base", "overlays/production", "overlays/kind"})
    void onlyNodesWithoutDataAreScaledByLoad(String folder) throws IOException {
        Manifests.Rendered rendered = render(folder);
        List<HorizontalPodAutoscaler> scalers = rendered.all(HorizontalPodAutoscaler.class);
        assertEquals(1, scalers.size());
        HorizontalPodAutoscaler scaler = scalers.get(0);
        assertEquals("Deployment", scaler.getSpec().getScaleTargetRef().getKind());
        assertEquals(API, scaler.getSpec().getScaleTargetRef().getName());
        assertTrue(scaler.getSpec().getMinReplicas() <= scaler.getSpec().getMaxReplicas());
        assertNull(rendered.one(Deployment.class, API).getSpec().getReplicas(), "would be set back with every apply");
    }

    @ParameterizedTest
    @ValueSource(strings = {"base", "overlays/production", "overlays/kind"})
    void accessIsToTheOneListOfNodes(String folder) throws IOException {
        Manifests.Rendered rendered = render(folder);
        List<Role> roles = rendered.all(Role.class);
        assertEquals(1, roles.size());
        PolicyRule rule = roles.get(0).getRules().get(0);
        assertEquals(1, roles.get(0).getRules().size());
        assertEquals(List.of("get"), rule.getVerbs());
        assertEquals(List.of("endpoints"), rule.getResources());
        assertEquals(List.of(DISCOVERY_SERVICE), rule.getResourceNames());
        RoleBinding binding = rendered.all(RoleBinding.class).get(0);
        assertEquals(roles.get(0).getMetadata().getName(), binding.getRoleRef().getName());
        String account = binding.getSubjects().get(0).getName();
        for (Workload workload : workloads(rendered)) {
            assertEquals(account, workload.pod().getServiceAccountName());
            assertEquals(DISCOVERY_SERVICE, variables(rendered, workload).get("STOREGRID_KUBERNETES_SERVICE"));
        }
        assertEquals(
                DISCOVERY_SERVICE,
                rendered.one(StatefulSet.class, DATA).getSpec().getServiceName());
    }

    @ParameterizedTest
    @ValueSource(strings = {"base", "overlays/production", "overlays/kind"})
    void policiesOpenTheGridToItsNodesOnly(String folder) throws IOException {
        Manifests.Rendered rendered = render(folder);
        NetworkPolicy grid = rendered.one(NetworkPolicy.class, "storegrid-grid");
        assertEquals(
                List.of(DATA, API),
                selected(rendered, grid.getSpec().getPodSelector().getMatchLabels()));
        assertEquals(
                List.of(DATA, API),
                selected(
                        rendered,
                        grid.getSpec()
                                .getIngress()
                                .get(0)
                                .getFrom()
                                .get(0)
                                .getPodSelector()
                                .getMatchLabels()));
        assertEquals(Set.of(NodeSettings.DISCOVERY_PORT_DEFAULT, GridConfiguration.COMMUNICATION_PORT), open(grid));
        for (NetworkPolicy policy : rendered.all(NetworkPolicy.class)) {
            if (!policy.getMetadata().getName().equals("storegrid-grid")) {
                assertEquals(
                        Set.of(httpPort()), open(policy), policy.getMetadata().getName());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"base", "overlays/production", "overlays/kind"})
    void probesAskWhatTheApiServes(String folder) throws IOException {
        Manifests.Rendered rendered = render(folder);
        for (Workload workload : workloads(rendered)) {
            Container container = workload.container();
            assertAll(
                    () -> assertProbe("/health/live", container.getStartupProbe()),
                    () -> assertProbe("/health/live", container.getLivenessProbe()),
                    () -> assertProbe("/health/ready", container.getReadinessProbe()));
            assertEquals(
                    "/metrics",
                    workload.template().getMetadata().getAnnotations().get("prometheus.io/path"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"base", "overlays/production", "overlays/kind"})
    void podsMayDoLittle(String folder) throws IOException {
        Manifests.Rendered rendered = render(folder);
        for (Workload workload : workloads(rendered)) {
            PodSpec pod = workload.pod();
            Container container = workload.container();
            assertEquals(true, pod.getSecurityContext().getRunAsNonRoot());
            assertEquals(UID, pod.getSecurityContext().getRunAsUser());
            assertEquals(
                    "RuntimeDefault",
                    pod.getSecurityContext().getSeccompProfile().getType());
            assertEquals(true, container.getSecurityContext().getReadOnlyRootFilesystem());
            assertEquals(false, container.getSecurityContext().getAllowPrivilegeEscalation());
            assertEquals(
                    List.of("ALL"),
                    container.getSecurityContext().getCapabilities().getDrop());
            // Kubernetes would name variables of its own STOREGRID_PORT and the like.
            assertEquals(false, pod.getEnableServiceLinks());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"base", "overlays/production", "overlays/kind"})
    void filesThatSettingsNameAreMounted(String folder) throws IOException {
        Manifests.Rendered rendered = render(folder);
        String readme = Files.readString(KUBERNETES.resolve("README.md"));
        for (Workload workload : workloads(rendered)) {
            List<VolumeMount> mounts = workload.container().getVolumeMounts();
            Map<String, Volume> volumes =
                    workload.pod().getVolumes().stream().collect(Collectors.toMap(Volume::getName, volume -> volume));
            assertEquals(
                    volumes.keySet(), mounts.stream().map(VolumeMount::getName).collect(Collectors.toSet()));
            variables(rendered, workload).forEach((variable, value) -> {
                if (value.startsWith("/")) {
                    assertTrue(
                            mounts.stream().anyMatch(mount -> Path.of(value).startsWith(mount.getMountPath())),
                            workload.name() + " mounts nothing for " + variable + "=" + value);
                }
            });
            volumes.values().stream()
                    .filter(volume -> volume.getSecret() != null)
                    .map(volume -> volume.getSecret().getSecretName())
                    .forEach(secret -> assertTrue(
                            readme.contains("create secret generic " + secret), "nobody says how to make " + secret));
        }
        assertEquals(
                Set.of("keystore.p12", "truststore.p12", "password"),
                variables(rendered, workload(rendered, API)).entrySet().stream()
                        .filter(variable -> variable.getKey().startsWith("STOREGRID_TLS_"))
                        .map(variable ->
                                Path.of(variable.getValue()).getFileName().toString())
                        .collect(Collectors.toSet()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"base", "overlays/production", "overlays/kind"})
    void memoryHasRoomForGridAndHeap(String folder) throws IOException {
        Manifests.Rendered rendered = render(folder);
        for (Workload workload : workloads(rendered)) {
            Map<String, Quantity> limits = workload.container().getResources().getLimits();
            assertEquals(
                    limits.get("memory"),
                    workload.container().getResources().getRequests().get("memory"));
            assertFalse(limits.containsKey("cpu"), "a throttled node is taken for a dead one");
            Map<String, String> variables = variables(rendered, workload);
            long gridMb = workload.name().equals(DATA)
                    ? megabytes(variables.getOrDefault(Setting.MEMORY.variable(), Setting.MEMORY.defaultText()))
                    : 0;
            long limitMb = Quantity.getAmountInBytes(limits.get("memory")).longValueExact() >> 20;
            assertFits(limitMb, gridMb, variables.getOrDefault("JAVA_TOOL_OPTIONS", dockerfile()), workload.name());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"base", "overlays/production", "overlays/kind"})
    void drainingEndsBeforeThePatienceDoes(String folder) throws IOException {
        Manifests.Rendered rendered = render(folder);
        String script = Files.readString(CONTAINER.resolve("bin").resolve("drain"));
        long standard = Long.parseLong(only(script, "\\$\\{1:-([0-9]+)}"));
        for (Workload workload : workloads(rendered)) {
            List<String> command =
                    workload.container().getLifecycle().getPreStop().getExec().getCommand();
            assertEquals("/opt/storegrid/bin/drain", command.get(0));
            long limit = command.size() > 1 ? Long.parseLong(command.get(1)) : standard;
            assertTrue(workload.pod().getTerminationGracePeriodSeconds() > limit + STOP_SECONDS, workload.name());
        }
        assertTrue(script.contains("POST /v1/admin/drain "));
    }

    @Test
    void theImageHasOneName() throws IOException {
        assertEquals(IMAGE, only(dockerfile(), "image\\.title=\"([^\"]*)\""));
        for (String folder : List.of("base", "overlays/production", "overlays/kind")) {
            for (Workload workload : workloads(render(folder))) {
                assertEquals(IMAGE, workload.container().getImage());
            }
        }
        List<Manifests.Image> kind = render("overlays/kind").images();
        List<Manifests.Image> production = render("overlays/production").images();
        assertEquals(List.of(IMAGE), kind.stream().map(Manifests.Image::name).toList());
        assertEquals(
                List.of(IMAGE), production.stream().map(Manifests.Image::name).toList());
        assertTrue(Objects.requireNonNull(production.get(0).newName()).endsWith("/" + IMAGE), production.toString());
        String local = IMAGE + ":" + kind.get(0).newTag();
        for (Map<String, Object> node : nodes().values()) {
            assertEquals(local, node.get("image"));
        }
        for (Path text : List.of(
                CONTAINER.resolve("Dockerfile"), CONTAINER.resolve("README.md"), KUBERNETES.resolve("README.md"))) {
            assertTrue(Files.readString(text).contains(local), text + " does not name " + local);
        }
    }

    @Test
    void theImageIsBuiltFromWhatIsThere() throws IOException {
        String dockerfile = dockerfile();
        List<String> passed = Files.readAllLines(REPOSITORY.resolve(".dockerignore"));
        for (MatchResult copy : matches(dockerfile, "(?m)^COPY (?!--from)(?:--\\S+ )?(.+) (\\S+)$")) {
            for (String source : copy.group(1).split(" ", -1)) {
                assertTrue(Files.exists(REPOSITORY.resolve(source)), source + " is not there");
                assertTrue(passed.contains("!" + source.split("/", 2)[0]), source + " is ignored by .dockerignore");
            }
        }
        String parent = Files.readString(REPOSITORY.resolve("pom.xml"));
        for (MatchResult module : matches(parent, "<module>(.*)</module>")) {
            String name = module.group(1);
            if (!name.equals("gatling")) {
                assertTrue(dockerfile.contains("COPY " + name + "/pom.xml " + name + "/"), name);
                assertTrue(dockerfile.contains("COPY " + name + "/src/ " + name + "/src/"), name);
            }
        }
        assertTrue(dockerfile.contains("grid-config/container/bin/ /opt/storegrid/bin/"));
        for (String script : List.of("drain", "health")) {
            assertTrue(Files.isExecutable(CONTAINER.resolve("bin").resolve(script)), script);
        }
        assertEquals(UID + ":" + UID, only(dockerfile, "(?m)^USER (.*)$"));
        assertEquals(
                "[\"java\", \"-jar\", \"/opt/storegrid/storefront-api.jar\"]",
                only(dockerfile, "(?m)^ENTRYPOINT (.*)$"));
        assertEquals(
                List.of(httpPort(), NodeSettings.DISCOVERY_PORT_DEFAULT, GridConfiguration.COMMUNICATION_PORT),
                Arrays.stream(only(dockerfile, "(?m)^EXPOSE (.*)$").split(" ", -1))
                        .map(Integer::valueOf)
                        .toList());
        Set<String> variables = matches(dockerfile, "\\b(STOREGRID_[A-Z_]+)=").stream()
                .map(match -> match.group(1))
                .collect(Collectors.toSet());
        assertEquals(Set.of(), strangers(variables));
    }

    @Test
    void composedNodesFindEachOther() throws IOException {
        Map<String, Map<String, Object>> nodes = nodes();
        Set<String> addresses = new TreeSet<>();
        for (Map<String, Object> node : nodes.values()) {
            addresses.add(address(node) + ":" + NodeSettings.DISCOVERY_PORT_DEFAULT);
        }
        for (Map.Entry<String, Map<String, Object>> node : nodes.entrySet()) {
            Map<String, String> variables = texts(node.getValue(), "environment");
            assertEquals(Set.of(), strangers(variables.keySet()));
            NodeSettings settings = settings(variables);
            assertEquals(node.getKey(), settings.name());
            assertEquals(address(node.getValue()), settings.gridHost());
            assertEquals(addresses, new TreeSet<>(settings.join()));
            assertEquals(nodes.size(), settings.expectedNodes());
            assertFalse(settings.joinsOnly(), "after all were down one must be able to begin");
            assertFalse(settings.embedsDatabase());
            assertEquals(httpPort(), settings.httpPort());
            long limitMb = megabytes(text(node.getValue(), "mem_limit").replace("g", "GB"));
            assertFits(limitMb, settings.memoryBytes() >> 20, dockerfile(), node.getKey());
            assertEquals("unless-stopped", node.getValue().get("restart"));
        }
    }

    @Test
    void composeNamesWhatItDeclares() throws IOException {
        Map<String, Object> compose = Manifests.one(CONTAINER.resolve("compose.yaml"));
        Map<String, Object> services = map(compose, "services");
        for (String name : services.keySet()) {
            Map<String, Object> service = map(services, name);
            for (String other : map(service, "depends_on").keySet()) {
                assertTrue(services.containsKey(other), name + " depends on " + other);
            }
            for (Object secret : list(service, "secrets")) {
                assertTrue(map(compose, "secrets").containsKey(secret.toString()), name + " wants " + secret);
            }
            for (Object volume : list(service, "volumes")) {
                String source = volume.toString().split(":", 2)[0];
                assertTrue(
                        source.startsWith("./")
                                ? Files.exists(CONTAINER.resolve(source))
                                : map(compose, "volumes").containsKey(source),
                        name + " mounts " + source);
            }
        }
        for (Map<String, Object> node : nodes().values()) {
            Map<String, Object> build = map(node, "build");
            Path context = CONTAINER.resolve(text(build, "context"));
            assertTrue(Files.isSameFile(context, REPOSITORY));
            assertTrue(Files.exists(context.resolve(text(build, "dockerfile"))));
        }
    }

    @Test
    void theProxyKnowsEveryNodeAndRepeatsKeyedPostsOnly() throws IOException {
        String proxy = Files.readString(CONTAINER.resolve("nginx.conf"));
        Set<String> servers = matches(proxy, "(?m)^\\s*server ([^ {]+) ").stream()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(
                nodes().keySet().stream()
                        .map(name -> name + ":" + Setting.HTTP_PORT.defaultText())
                        .collect(Collectors.toCollection(TreeSet::new)),
                servers);
        assertEquals(
                proxy.chars().filter(letter -> letter == '{').count(),
                proxy.chars().filter(letter -> letter == '}').count());
        List<MatchResult> repeating = matches(proxy, "location ([^{]*)\\{[^}]*proxy_next_upstream [^;]*non_idempotent");
        assertEquals(
                List.of("@repeatable_post"),
                repeating.stream().map(match -> match.group(1).strip()).toList());
        assertTrue(proxy.contains("map \"$request_method $http_idempotency_key\" $repeatable_post"));
        assertTrue(proxy.contains("error_page 418 = @repeatable_post;"));
    }

    /** A file of rules, with the fields that ours use. */
    private record RuleFile(List<Group> groups) {

        private record Group(String name, List<Rule> rules) {}

        private record Rule(
                String alert,
                String expr,

                @com.fasterxml.jackson.annotation.JsonProperty("for") @Nullable
                String lasting,

                Map<String, String> labels,
                Map<String, String> annotations) {}
    }

    @Test
    void alertsAreExplainedAndAskForMetricsThatExist() throws IOException {
        String text = Files.readString(OPERATIONS);
        Set<String> documented = documentedMetrics(text);
        assertTrue(documented.contains("storegrid_pool_waiting"), documented.toString());
        Set<String> known = new TreeSet<>(documented);
        Set<String> alerts = new TreeSet<>();
        for (RuleFile.Group group :
                Manifests.strictly(Manifests.one(RULES), RuleFile.class).groups()) {
            for (RuleFile.Rule rule : group.rules()) {
                String name = rule.alert();
                assertTrue(alerts.add(name), name + " twice");
                assertTrue(
                        Set.of("critical", "warning", "info")
                                .contains(rule.labels().get("severity")),
                        name);
                assertEquals(Set.of("severity"), rule.labels().keySet(), name);
                assertEquals(
                        Set.of("summary", "description", "runbook"),
                        rule.annotations().keySet(),
                        name);
                assertEquals(
                        "docs/operations.md#" + name.toLowerCase(java.util.Locale.ROOT),
                        rule.annotations().get("runbook"));
                assertTrue(
                        text.contains("| <a id=\"" + name.toLowerCase(java.util.Locale.ROOT) + "\"></a>" + name + " | "
                                + rule.labels().get("severity") + " |"),
                        name + " has no row with its severity in the run-book");
                List<String> asked =
                        matches(rule.expr(), "\\b(?:storegrid|http_server|jvm|process|system)_[a-z_]+").stream()
                                .map(match -> match.group().replaceFirst("_(bucket|count|sum|max)$", ""))
                                .toList();
                assertTrue(!asked.isEmpty() || rule.expr().startsWith("up{job=\"storegrid\"}"), name + " asks nothing");
                assertEquals(
                        List.of(),
                        asked.stream().filter(metric -> !known.contains(metric)).toList(),
                        name);
            }
        }
        assertEquals(
                alerts,
                matches(text, "<a id=\"[a-z]+\"></a>(\\w+)").stream()
                        .map(match -> match.group(1))
                        .collect(Collectors.toCollection(TreeSet::new)));
    }

    private record Workload(String name, PodTemplateSpec template) {

        PodSpec pod() {
            return template.getSpec();
        }

        Container container() {
            assertEquals(1, pod().getContainers().size());
            return pod().getContainers().get(0);
        }
    }

    private static Manifests.Rendered render(String folder) throws IOException {
        return Manifests.render(KUBERNETES.resolve(folder));
    }

    /** Ours, without the PostgreSQL of a trial. */
    private static List<Workload> workloads(Manifests.Rendered rendered) {
        StatefulSet data = rendered.one(StatefulSet.class, DATA);
        Deployment api = rendered.one(Deployment.class, API);
        return List.of(
                new Workload(DATA, data.getSpec().getTemplate()),
                new Workload(API, api.getSpec().getTemplate()));
    }

    private static Workload workload(Manifests.Rendered rendered, String name) {
        return workloads(rendered).stream()
                .filter(workload -> workload.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** Variables of the container, and for those that Kubernetes fills in, from where. */
    private static Map<String, String> variables(Manifests.Rendered rendered, Workload workload) {
        Map<String, String> variables = new TreeMap<>();
        workload.container()
                .getEnvFrom()
                .forEach(source -> variables.putAll(Objects.requireNonNull(
                        rendered.generated().get(source.getConfigMapRef().getName()), "no such ConfigMap")));
        for (EnvVar variable : workload.container().getEnv()) {
            String value = variable.getValue();
            if (value == null) {
                value = variable.getValueFrom().getFieldRef() != null
                        ? "field " + variable.getValueFrom().getFieldRef().getFieldPath()
                        : "secret " + variable.getValueFrom().getSecretKeyRef().getName() + "/"
                                + variable.getValueFrom().getSecretKeyRef().getKey();
            }
            assertNull(variables.put(variable.getName(), value), variable.getName() + " is set twice");
        }
        return variables;
    }

    /** Variables that look like ours and are not. */
    private static Set<String> strangers(Set<String> variables) {
        Set<String> strangers = new TreeSet<>(variables);
        strangers.removeIf(variable -> !variable.startsWith(Setting.ENVIRONMENT_PREFIX));
        Arrays.stream(Setting.values()).map(Setting::variable).forEach(strangers::remove);
        return strangers;
    }

    /** The names of our workloads whose pods have all of {@code labels}. */
    private static List<String> selected(Manifests.Rendered rendered, Map<String, String> labels) {
        assertFalse(labels.isEmpty());
        return workloads(rendered).stream()
                .filter(workload ->
                        workload.template().getMetadata().getLabels().entrySet().containsAll(labels.entrySet()))
                .map(Workload::name)
                .toList();
    }

    private static Map<String, Integer> ports(Workload workload) {
        Map<String, Integer> ports = new TreeMap<>();
        workload.container().getPorts().forEach(port -> ports.put(port.getName(), port.getContainerPort()));
        return ports;
    }

    private static Set<Integer> open(NetworkPolicy policy) {
        return policy.getSpec().getIngress().stream()
                .flatMap(ingress -> ingress.getPorts().stream())
                .map(port -> port.getPort().getIntVal())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static void assertProbe(String path, Probe probe) {
        HTTPGetAction get = probe.getHttpGet();
        assertEquals(path, get.getPath());
        assertEquals("http", get.getPort().getStrVal());
    }

    private static void assertFits(long limitMb, long gridMb, String options, String name) {
        long heapMb = limitMb * Long.parseLong(only(options, "-XX:MaxRAMPercentage=([0-9]+)")) / 100;
        assertTrue(
                gridMb + heapMb + OVERHEAD_MB <= limitMb,
                "%s: %d MB of grid and %d MB of heap in %d MB".formatted(name, gridMb, heapMb, limitMb));
    }

    private static long megabytes(String size) {
        long number = Long.parseLong(size.replaceAll("[^0-9]", ""));
        return size.endsWith("GB") ? number << 10 : number;
    }

    private static int httpPort() {
        return Integer.parseInt(Setting.HTTP_PORT.defaultText());
    }

    private static String dockerfile() throws IOException {
        return Files.readString(CONTAINER.resolve("Dockerfile"));
    }

    /** The nodes of the compose file, by name. */
    private static Map<String, Map<String, Object>> nodes() throws IOException {
        Map<String, Object> services = map(Manifests.one(CONTAINER.resolve("compose.yaml")), "services");
        Map<String, Map<String, Object>> nodes = new TreeMap<>();
        for (String name : services.keySet()) {
            if (name.startsWith("node-")) {
                nodes.put(name, map(services, name));
            }
        }
        return nodes;
    }

    private static String address(Map<String, Object> node) {
        return text(map(map(node, "networks"), "grid"), "ipv4_address");
    }

    private static String text(Map<String, Object> tree, String key) {
        return Objects.requireNonNull(tree.get(key), key).toString();
    }

    private NodeSettings settings(Map<String, String> variables) throws IOException {
        Map<Setting, String> values = new EnumMap<>(Setting.class);
        for (Setting setting : Setting.values()) {
            String value = variables.get(setting.variable());
            if (value != null) {
                values.put(setting, value);
            }
        }
        assertEquals(
                Path.of("/run/secrets/database-password"), Path.of(values.getOrDefault(Setting.DB_PASSWORD_FILE, "")));
        Path password = Files.writeString(directory.resolve("database-password"), "trial");
        values.put(Setting.DB_PASSWORD_FILE, password.toString());
        return NodeSettings.of(values);
    }

    private static Map<String, Object> map(Map<String, Object> tree, String key) {
        Object value = tree.get(key);
        return value == null ? Map.of() : Manifests.tree(value);
    }

    private static List<?> list(Map<String, Object> tree, String key) {
        return tree.get(key) instanceof List<?> list ? list : List.of();
    }

    private static Map<String, String> texts(Map<String, Object> tree, String key) {
        Map<String, String> texts = new TreeMap<>();
        map(tree, key).forEach((name, value) -> {
            // Compose refuses flags, and reads numbers as it likes.
            assertTrue(value instanceof String, name + " is no text: " + value);
            texts.put(name, value.toString());
        });
        return texts;
    }

    /** Names in the first column of the table of metrics; {@code _idle} there stands for the last word of the one before. */
    private static Set<String> documentedMetrics(String text) {
        String section = text.substring(text.indexOf("\n## Metrics\n"));
        section = section.substring(0, section.indexOf("\n## ", 1));
        Set<String> names = new TreeSet<>();
        for (MatchResult row : matches(section, "(?m)^\\| (`[^|]*) \\|")) {
            String first = "";
            for (MatchResult code : matches(row.group(1), "`([^`]*)`")) {
                String name = code.group(1);
                if (name.startsWith("_")) {
                    name = first.substring(0, first.lastIndexOf('_')) + name;
                } else {
                    first = name;
                }
                names.add(name);
            }
        }
        return names;
    }

    private static String only(String text, String pattern) {
        List<MatchResult> found = matches(text, pattern);
        assertEquals(1, found.size(), pattern);
        return found.get(0).group(1);
    }

    private static List<MatchResult> matches(String text, String pattern) {
        return Pattern.compile(pattern).matcher(text).results().toList();
    }
}
