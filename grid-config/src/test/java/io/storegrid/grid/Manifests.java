package io.storegrid.grid;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.type.LogicalType;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * Reads deployment files more strictly than {@code kubectl} does: a field that does not exist, a key that comes twice, a
 * number where the API has a text are errors. Renders as much of kustomize as our overlays use, and refuses the rest.
 */
final class Manifests {

    /** One object, after the strict reading. */
    record Item(String kind, String name, Map<String, Object> tree) {

        <T> T as(Class<T> type) {
            return STRICT.convertValue(tree, type);
        }
    }

    /**
     * What a folder stands for.
     *
     * @param generated entries of generated ConfigMaps and Secrets, by their name before the hash
     * @param images the kustomization's own, not those of what it includes
     * @param files all that was read, absolute
     */
    record Rendered(List<Item> items, Map<String, Map<String, String>> generated, List<Image> images, Set<Path> files) {

        <T> List<T> all(Class<T> type) {
            return items.stream()
                    .filter(item -> type.getSimpleName().equals(item.kind()))
                    .map(item -> item.as(type))
                    .toList();
        }

        <T> T one(Class<T> type, String name) {
            return find(items, type.getSimpleName(), name).as(type);
        }
    }

    record Image(
            String name, @Nullable String newName, @Nullable String newTag) {}

    /** The fields of a kustomization that our files use. */
    record Kustomization(
            String apiVersion,
            String kind,
            @Nullable String namespace,
            List<String> resources,
            List<String> components,
            List<Generator> configMapGenerator,
            List<Generator> secretGenerator,
            List<Image> images,
            List<Patch> patches) {

        Kustomization {
            resources = Objects.requireNonNullElse(resources, List.of());
            components = Objects.requireNonNullElse(components, List.of());
            configMapGenerator = Objects.requireNonNullElse(configMapGenerator, List.of());
            secretGenerator = Objects.requireNonNullElse(secretGenerator, List.of());
            images = Objects.requireNonNullElse(images, List.of());
            patches = Objects.requireNonNullElse(patches, List.of());
        }
    }

    record Generator(String name, @Nullable String behavior, List<String> literals) {}

    record Patch(String path, @Nullable Target target) {}

    record Target(String kind, String name) {}

    private record Operation(String op, String path, Object value) {}

    /** The fields of the Prometheus Operator's kind that our file uses; it is no part of the Kubernetes API. */
    private record PodMonitor(String apiVersion, String kind, ObjectMeta metadata, Spec spec) {

        private record Spec(
                String jobLabel,
                io.fabric8.kubernetes.api.model.LabelSelector selector,
                List<PodMetricsEndpoint> podMetricsEndpoints) {}

        private record PodMetricsEndpoint(String port, String path, String interval) {}
    }

    private static final Map<String, Class<?>> TYPES = Map.of(
            "v1 ServiceAccount", ServiceAccount.class,
            "v1 Service", Service.class,
            "apps/v1 StatefulSet", StatefulSet.class,
            "apps/v1 Deployment", Deployment.class,
            "rbac.authorization.k8s.io/v1 Role", Role.class,
            "rbac.authorization.k8s.io/v1 RoleBinding", RoleBinding.class,
            "autoscaling/v2 HorizontalPodAutoscaler", HorizontalPodAutoscaler.class,
            "policy/v1 PodDisruptionBudget", PodDisruptionBudget.class,
            "networking.k8s.io/v1 NetworkPolicy", NetworkPolicy.class,
            "monitoring.coreos.com/v1 PodMonitor", PodMonitor.class);

    private static final TypeReference<Map<String, Object>> TREE = new TypeReference<>() {};
    private static final TypeReference<List<Operation>> OPERATIONS = new TypeReference<>() {};

    private static final ObjectMapper STRICT = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .annotationIntrospector(new JacksonAnnotationIntrospector() {
                /** The model's classes keep what they do not know in a map, and so nothing would be unknown. */
                @Override
                public Boolean hasAnySetter(Annotated annotated) {
                    return Boolean.FALSE;
                }
            })
            .withCoercionConfig(
                    LogicalType.Textual,
                    texts -> texts.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
            .build();

    private Manifests() {}

    /** What is in {@code directory} and in all that it includes. */
    static Rendered render(Path directory) throws IOException {
        Path file = directory.resolve("kustomization.yaml");
        Kustomization kustomization = strictly(one(file), Kustomization.class);
        List<Item> items = new ArrayList<>();
        Map<String, Map<String, String>> generated = new TreeMap<>();
        Set<Path> files = new TreeSet<>(List.of(file.toAbsolutePath()));
        List<String> included = new ArrayList<>(kustomization.resources());
        included.addAll(kustomization.components());
        for (String resource : included) {
            Path path = directory.resolve(resource).normalize();
            if (Files.isDirectory(path)) {
                Rendered other = render(path);
                items.addAll(other.items());
                generated.putAll(other.generated());
                files.addAll(other.files());
            } else {
                items.addAll(objects(Files.readString(path)));
                files.add(path.toAbsolutePath());
            }
        }
        for (Patch patch : kustomization.patches()) {
            Path path = directory.resolve(patch.path());
            files.add(path.toAbsolutePath());
            apply(patch, Files.readString(path), items);
        }
        List<Generator> generators = new ArrayList<>(kustomization.configMapGenerator());
        generators.addAll(kustomization.secretGenerator());
        for (Generator generator : generators) {
            if ("merge".equals(generator.behavior()) != generated.containsKey(generator.name())) {
                throw new IllegalArgumentException(
                        file + ": generates " + generator.name() + " twice, or merges nothing");
            }
            Map<String, String> entries = generated.computeIfAbsent(generator.name(), name -> new TreeMap<>());
            for (String literal : generator.literals()) {
                String[] parts = literal.split("=", 2);
                entries.put(parts[0], parts[1]);
            }
        }
        return new Rendered(List.copyOf(items), generated, kustomization.images(), files);
    }

    /** The objects of one file, each read into the class of its kind. */
    static List<Item> objects(String text) {
        return documents(text).stream()
                .map(document -> item(STRICT.convertValue(document, TREE)))
                .toList();
    }

    /** A file's only document, as it is. */
    static Map<String, Object> one(Path file) throws IOException {
        List<Object> documents = documents(Files.readString(file));
        if (documents.size() != 1) {
            throw new IllegalArgumentException(file + " has " + documents.size() + " documents");
        }
        return STRICT.convertValue(documents.get(0), TREE);
    }

    static <T> T strictly(Map<String, Object> tree, Class<T> type) {
        return STRICT.convertValue(tree, type);
    }

    /** {@code value}, which must be a map. */
    static Map<String, Object> tree(Object value) {
        return STRICT.convertValue(value, TREE);
    }

    private static List<Object> documents(String text) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        Iterable<Object> documents = new Yaml(new SafeConstructor(options)).loadAll(text);
        return StreamSupport.stream(documents.spliterator(), false).toList();
    }

    private static Item item(Map<String, Object> tree) {
        String type = tree.get("apiVersion") + " " + tree.get("kind");
        Class<?> known = TYPES.get(type);
        if (known == null) {
            throw new IllegalArgumentException("No such kind here: " + type);
        }
        strictly(tree, known);
        ObjectMeta metadata = STRICT.convertValue(tree.get("metadata"), ObjectMeta.class);
        return new Item(known.getSimpleName(), metadata.getName(), tree);
    }

    private static Item find(List<Item> items, String kind, String name) {
        List<Item> found = items.stream()
                .filter(item -> item.kind().equals(kind) && item.name().equals(name))
                .toList();
        if (found.size() != 1) {
            throw new IllegalArgumentException("There are " + found.size() + " of " + kind + " " + name);
        }
        return found.get(0);
    }

    private static void apply(Patch patch, String text, List<Item> items) {
        Target target = patch.target();
        if (target != null) {
            Item item = find(items, target.kind(), target.name());
            JsonNode root = STRICT.valueToTree(item.tree());
            for (Operation operation : STRICT.convertValue(documents(text).get(0), OPERATIONS)) {
                operate(root, operation);
            }
            items.set(items.indexOf(item), item(STRICT.convertValue(root, TREE)));
            return;
        }
        for (Item change : objects(text)) {
            Item item = find(items, change.kind(), change.name());
            items.set(items.indexOf(item), item(merge(item.tree(), change.tree())));
        }
    }

    private static void operate(JsonNode root, Operation operation) {
        JsonPointer pointer = JsonPointer.compile(operation.path());
        JsonNode value = STRICT.valueToTree(operation.value());
        JsonNode old = root.at(pointer);
        boolean replaces = operation.op().equals("replace") && !old.isMissingNode();
        if (!replaces && !(operation.op().equals("test") && old.equals(value))) {
            throw new IllegalArgumentException("Cannot " + operation + " where there is " + old);
        }
        JsonNode parent = root.at(pointer.head());
        if (parent instanceof ObjectNode object) {
            object.set(pointer.last().getMatchingProperty(), value);
        } else if (parent instanceof ArrayNode array) {
            array.set(pointer.last().getMatchingIndex(), value);
        }
    }

    /** A strategic merge, as far as its lists go by {@code name}. */
    private static Map<String, Object> merge(Map<?, ?> old, Map<?, ?> change) {
        Map<String, Object> merged = new LinkedHashMap<>();
        old.forEach((key, value) -> merged.put(key.toString(), value));
        change.forEach((key, value) -> merged.merge(key.toString(), value, Manifests::mergeValue));
        return merged;
    }

    private static Object mergeValue(Object old, Object change) {
        if (old instanceof Map<?, ?> oldMap && change instanceof Map<?, ?> changeMap) {
            return merge(oldMap, changeMap);
        }
        if (old instanceof List<?> oldList && change instanceof List<?> changeList) {
            return mergeLists(oldList, changeList);
        }
        return change;
    }

    private static List<Object> mergeLists(List<?> old, List<?> change) {
        Map<Object, Object> byName = new LinkedHashMap<>();
        for (List<?> list : List.of(old, change)) {
            for (Object element : list) {
                Object name = element instanceof Map<?, ?> map ? map.get("name") : null;
                if (name == null) {
                    // kustomize merges spread constraints by two keys and so adds one instead of changing it.
                    throw new IllegalArgumentException("A list without names needs a JSON patch: " + change);
                }
                byName.merge(name, element, Manifests::mergeValue);
            }
        }
        return List.copyOf(byName.values());
    }
}
