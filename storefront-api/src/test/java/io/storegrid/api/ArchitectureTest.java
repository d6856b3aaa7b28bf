package io.storegrid.api;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaFieldAccess;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.storegrid.compute.Fault;
import io.storegrid.compute.FaultCode;
import io.storegrid.compute.gateway.CommandGateway;
import io.storegrid.domain.Outcome;
import io.storegrid.grid.StoregridNode;
import io.storegrid.persistence.Database;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The allowed arrows between modules and packages, and what no class may do. */
class ArchitectureTest {

    private static final JavaClasses STORE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("io.storegrid");

    private static final String DOMAIN = "io.storegrid.domain..";
    private static final String PERSISTENCE = "io.storegrid.persistence..";
    private static final String COMPUTE = "io.storegrid.compute..";
    private static final String GRID = "io.storegrid.grid..";
    private static final String API = "io.storegrid.api..";
    private static final String LAUNCH = "io.storegrid.api.launch..";

    /** What crosses the grid besides the model and the commands: jobs and processors. */
    private static final List<String> JOBS = List.of(
            "org.apache.ignite.lang.IgniteCallable",
            "org.apache.ignite.lang.IgniteClosure",
            "org.apache.ignite.lang.IgniteRunnable",
            "org.apache.ignite.lang.IgniteBiPredicate",
            "org.apache.ignite.compute.ComputeTask",
            "org.apache.ignite.compute.ComputeJob",
            "javax.cache.processor.EntryProcessor");

    static final List<Named<ArchRule>> RULES = List.of(
            rule(
                    "the model uses only the JDK",
                    classes()
                            .that()
                            .resideInAPackage(DOMAIN)
                            .should()
                            .onlyDependOnClassesThat(resideInAnyPackage("java..", "org.jspecify..", DOMAIN))),
            rule(
                    "the model has no clock and no randomness",
                    noClasses()
                            .that()
                            .resideInAPackage(DOMAIN)
                            .should()
                            .callMethodWhere(describe("reads a clock or chance", call -> {
                                JavaClass owner = call.getTargetOwner();
                                String name = call.getName();
                                return (owner.isEquivalentTo(System.class)
                                                && (name.equals("currentTimeMillis") || name.equals("nanoTime")))
                                        || (owner.isEquivalentTo(Math.class) && name.equals("random"))
                                        || (owner.isEquivalentTo(UUID.class) && name.equals("randomUUID"))
                                        || (name.equals("now")
                                                && Stream.of(
                                                                Instant.class,
                                                                LocalDate.class,
                                                                LocalDateTime.class,
                                                                OffsetDateTime.class,
                                                                ZonedDateTime.class)
                                                        .anyMatch(owner::isEquivalentTo));
                            }))),
            rule(
                    "the model holds no source of time or chance",
                    noClasses()
                            .that()
                            .resideInAPackage(DOMAIN)
                            .should()
                            .dependOnClassesThat(assignableTo(RandomGenerator.class)
                                    .or(assignableTo(Random.class))
                                    .or(assignableTo(Clock.class)))),
            rule(
                    "persistence uses the model and nothing above",
                    noClasses()
                            .that()
                            .resideInAPackage(PERSISTENCE)
                            .should()
                            .dependOnClassesThat(resideInAnyPackage(COMPUTE, GRID, API))),
            rule(
                    "compute uses the model and persistence and nothing above",
                    noClasses()
                            .that()
                            .resideInAPackage(COMPUTE)
                            .should()
                            .dependOnClassesThat(resideInAnyPackage(GRID, API))),
            rule(
                    "the grid's configuration knows no API",
                    noClasses().that().resideInAPackage(GRID).should().dependOnClassesThat(resideInAPackage(API))),
            rule(
                    "the API reaches the store by gateways only, but for the launch that puts it together",
                    noClasses()
                            .that()
                            .resideInAPackage(API)
                            .and()
                            .resideOutsideOfPackage(LAUNCH)
                            .should()
                            .dependOnClassesThat(resideInAPackage("io.storegrid..")
                                    .and(DescribedPredicate.not(resideInAnyPackage(
                                                    API,
                                                    DOMAIN,
                                                    "io.storegrid.compute.gateway..",
                                                    "io.storegrid.compute.command..")
                                            .or(describe(
                                                    "a fault",
                                                    type -> type.isEquivalentTo(Fault.class)
                                                            || type.isEquivalentTo(FaultCode.class))))))),
            rule(
                    "the API knows neither Ignite nor JDBC, but for the launch",
                    noClasses()
                            .that()
                            .resideInAPackage(API)
                            .and()
                            .resideOutsideOfPackage(LAUNCH)
                            .should()
                            .dependOnClassesThat(resideInAnyPackage(
                                    "org.apache.ignite..",
                                    "java.sql..",
                                    "javax.sql..",
                                    "org.postgresql..",
                                    "com.zaxxer.."))),
            rule(
                    "only the API speaks HTTP",
                    noClasses()
                            .that()
                            .resideOutsideOfPackage(API)
                            .should()
                            .dependOnClassesThat(
                                    resideInAnyPackage("io.javalin..", "org.eclipse.jetty..", "jakarta.servlet.."))),
            rule(
                    "nobody logs by java.util.logging",
                    noClasses().should().dependOnClassesThat(resideInAPackage("java.util.logging.."))),
            // Two are programs of their own: the generator of the sample, which writes the sample to its standard
            // output, and
            // the payment simulator, which says there where it listens.
            rule(
                    "only the console writes to the standard streams",
                    noClasses()
                            .that()
                            .doNotHaveFullyQualifiedName("io.storegrid.api.launch.Console")
                            .and()
                            .doNotHaveFullyQualifiedName("io.storegrid.persistence.sample.SampleGenerator")
                            .and()
                            .doNotHaveFullyQualifiedName("io.storegrid.compute.payment.PaymentSimulator")
                            .should()
                            .accessFieldWhere(DescribedPredicate.<JavaFieldAccess>describe(
                                    "a standard stream",
                                    access -> access.getTargetOwner().isEquivalentTo(System.class)
                                            && (access.getName().equals("out")
                                                    || access.getName().equals("err"))))),
            rule(
                    "what crosses the grid is final, abstract, an enum or an interface, and no record",
                    classes().that(crossTheGrid()).should(beFinalAndNoRecord())),
            rule(
                    "no name says nothing",
                    noClasses()
                            .should()
                            .haveSimpleNameEndingWith("Manager")
                            .orShould()
                            .haveSimpleNameEndingWith("Helper")
                            .orShould()
                            .haveSimpleNameEndingWith("Util")
                            .orShould()
                            .haveSimpleNameEndingWith("Utils")
                            .orShould()
                            .haveSimpleNameEndingWith("Impl")));

    private static Named<ArchRule> rule(String claim, ArchRule rule) {
        return Named.of(claim, rule.as(claim));
    }

    private static DescribedPredicate<JavaClass> crossTheGrid() {
        return describe(
                "cross the grid",
                type -> type.getPackageName().equals("io.storegrid.domain")
                        || type.getPackageName().equals("io.storegrid.compute.command")
                        || JOBS.stream().anyMatch(type::isAssignableTo));
    }

    private static ArchCondition<JavaClass> beFinalAndNoRecord() {
        return new ArchCondition<>("be final, abstract, an enum or an interface, and no record") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                boolean fits = type.isEnum()
                        || type.isInterface()
                        || type.getModifiers().contains(JavaModifier.ABSTRACT)
                        || (type.getModifiers().contains(JavaModifier.FINAL) && !type.isRecord())
                        || type.isAnonymousClass();
                events.add(new SimpleConditionEvent(type, fits, type.getFullName()));
            }
        };
    }

    @ParameterizedTest
    @FieldSource("RULES")
    void isKept(ArchRule rule) {
        rule.check(STORE);
    }

    @Test
    void noCycleRunsThroughTheModules() {
        slices().matching("io.storegrid.(*)..").should().beFreeOfCycles().check(STORE);
    }

    /**
     * Two packages are both the floor and the roof of those below them: they hold what all share (a fault; the routes'
     * settings) and put them together. Only their being put together is let off.
     */
    @Test
    void noCycleRunsThroughThePackages() {
        slices().matching("io.storegrid.(**)")
                .should()
                .beFreeOfCycles()
                .ignoreDependency(resideInAPackage("io.storegrid.compute"), resideInAPackage("io.storegrid.compute.*"))
                .ignoreDependency(resideInAPackage("io.storegrid.api"), resideInAPackage("io.storegrid.api.*"))
                .check(STORE);
    }

    /** A rule over nothing holds: each module must have been seen. */
    @Test
    void everyModuleIsSeen() {
        for (Class<?> type : List.of(
                Outcome.class, Database.class, CommandGateway.class, StoregridNode.class, StorefrontApi.class)) {
            assertTrue(STORE.contain(type), type::getName);
        }
        assertTrue(STORE.stream().noneMatch(type -> type.getSimpleName().endsWith("Test")), "no tests");
        assertTrue(STORE.that(crossTheGrid()).stream().filter(alwaysTrue()).count() > 30);
    }
}
