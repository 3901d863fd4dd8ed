package dev.baton;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Who may use whom, and what must stay out of where. Packages play the part that modules play elsewhere; these rules
 * are their walls, each with its reason. The picture is in ARCHITECTURE.md.
 */
@AnalyzeClasses(packages = "dev.baton", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String ROOT = "dev.baton.";

    /** Packages of our own that a package may use, beside itself. */
    private static final Map<String, Set<String>> MAY_USE = new TreeMap<>(Map.of(
            "graph", Set.of(),
            "model", Set.of("graph"),
            "protocol", Set.of("diff", "model"),
            "diff", Set.of("model", "graph"),
            "codec", Set.of("protocol", "model", "graph"),
            "access", Set.of("diff", "model"),
            "node", Set.of("access", "codec", "protocol", "diff", "model"),
            "jgroups", Set.of("node", "codec", "protocol", "model"),
            "tomcat", Set.of("node", "access", "diff", "protocol", "model", "jgroups", "api"),
            "api", Set.of()));

    /** Types that other packages may name. Each is a promise; a new one belongs into this list, with a thought. */
    private static final Map<String, Set<String>> PUBLIC = Map.of(
            "model", Set.of("AttributeChange", "BoundedBytes", "Branch", "BytePatch", "Epoch", "Fence", "Location",
                    "MalformedPatch", "Member", "NodeId", "Renumbering", "SegmentEntry", "SessionDelta", "SessionImage", "SessionKey", "SessionMeta",
                    "Settings", "SharedNames", "Stamp", "TableNumber", "Topology"),
            "protocol", Set.of("Change", "Content", "CoreSettings", "Denial", "Effect", "Input", "InvariantBroken",
                    "Message", "NodeCore", "ProtocolReport", "StoredSession"),
            "graph", Set.of("Description", "Kind", "MalformedGraph", "StreamPatch", "StreamTable"),
            "diff", Set.of("Aliases", "AttributeDiff", "Benchmark", "Differencer", "Methods", "Mutability", "Separation"),
            "codec", Set.of("MalformedMessage", "MessageCodec"),
            "access", Set.of("AccessLog", "Claim", "ClientState", "ClientStates", "Deadlock", "LockOwner", "LockTable",
                    "NotSerializableAttribute", "Scan", "TokenGate", "TokenHold", "Tracking", "UnreadableAttribute",
                    "ValueSerializer", "Waiter"),
            "api", Set.of("DeadlockException", "LockException", "LockTimeoutException", "NotClusteredException",
                    "SessionFence", "SessionGoneException", "SessionLocks"),
            "node", Set.of("Application", "ApplicationCounters", "ApplicationEvents", "ApplicationSettings", "Clock",
                    "ClusterRefused", "EarlyEntry", "HostName", "JmxView", "NodeCounters", "NodeEvents", "NodeFigures", "NodeSettings",
                    "SessionNode", "SessionUnavailable", "SystemClock", "Transport"),
            "jgroups", Set.of("JGroupsTransport", "StoreNode"),
            "tomcat", Set.of("BatonManager", "BatonSingleSignOn", "RequestBoundary"));

    private static final String[] PURE = {ROOT + "graph..", ROOT + "model..", ROOT + "protocol..", ROOT + "diff..", ROOT + "codec.."};

    @ArchTest
    static final ArchRule packagesUseOnlyThoseBelowThem = classes().that().resideInAPackage("dev.baton..")
            .should(new ArchCondition<>("use only the packages that stand beside their own in MAY_USE") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                    String own = packageOf(type);
                    Set<String> allowed = MAY_USE.get(own);
                    if (allowed == null) {
                        events.add(SimpleConditionEvent.violated(type, type.getName() + ": package " + own
                                + " has no row in MAY_USE: decide what it may use"));
                        return;
                    }
                    type.getDirectDependenciesFromSelf().stream()
                            .filter(d -> d.getTargetClass().getPackageName().startsWith(ROOT))
                            .filter(d -> !packageOf(d.getTargetClass()).equals(own))
                            .filter(d -> !allowed.contains(packageOf(d.getTargetClass())))
                            .forEach(d -> events.add(SimpleConditionEvent.violated(type, own + " may not use "
                                    + packageOf(d.getTargetClass()) + ": " + d.getDescription())));
                }
            }).because("arrows point down only: what is below can be tested, simulated and read without what is above");

    @ArchTest
    static final ArchRule noCycles = slices().matching("dev.baton.(*)..").should().beFreeOfCycles()
            .because("two packages that need each other are one package");

    @ArchTest
    static final ArchRule pureOnesDoNoInputAndOutput = noClasses().that().resideInAnyPackage(PURE)
            .should().dependOnClassesThat(describe("do input or output, log, or look at the world", type ->
                    type.getPackageName().startsWith("java.net") && !isValue(type)
                            || type.getPackageName().startsWith("java.nio.file")
                            || type.getPackageName().startsWith("java.nio.channels")
                            || type.getPackageName().startsWith("java.util.logging")
                            || type.getPackageName().startsWith("org.apache.juli")
                            || Set.of("java.io.File", "java.io.InputStream", "java.io.OutputStream",
                                    "java.io.PrintStream", "java.lang.Process", "java.lang.ProcessHandle",
                                    "java.util.Timer").contains(type.getName())))
            .because("the simulator owns all that the inner packages see; what they see beside it cannot be replayed");

    @ArchTest
    static final ArchRule pureOnesHaveNoThreads = noClasses().that().resideInAnyPackage(PURE)
            .should().dependOnClassesThat(describe("belong to threads", type ->
                    type.getPackageName().startsWith("java.util.concurrent")
                            && !type.getName().equals("java.util.concurrent.TimeUnit")
                            || type.isEquivalentTo(Thread.class) || type.isEquivalentTo(ThreadLocal.class)))
            .because("below node everything runs on one thread at a time and is deterministic");

    @ArchTest
    static final ArchRule pureOnesHaveNoRandomness = noClasses().that().resideInAnyPackage(PURE)
            .should().dependOnClassesThat(describe("draw random numbers", type ->
                    type.isAssignableTo(java.util.random.RandomGenerator.class)))
            .orShould().callMethod(java.util.UUID.class, "randomUUID")
            .orShould().callMethod(Math.class, "random")
            .because("the same seed must give the same trace");

    @ArchTest
    static final ArchRule coresAreNotOrderedByHashes = noClasses()
            .that().resideInAnyPackage(ROOT + "protocol..", ROOT + "codec..", ROOT + "diff..", ROOT + "graph..")
            .should().callConstructorWhere(owner("a collection in hash order", Set.of("java.util.HashMap",
                    "java.util.HashSet", "java.util.IdentityHashMap", "java.util.WeakHashMap")))
            .because("the order of hashes differs between runs and machines: LinkedHashMap, TreeMap, EnumMap keep it");

    @ArchTest
    static final ArchRule onlyOneClassReadsTheClock = noClasses()
            .that().doNotHaveFullyQualifiedName("dev.baton.node.SystemClock")
            .should().callMethod(System.class, "nanoTime")
            .orShould().callMethod(System.class, "currentTimeMillis")
            .orShould().callMethodWhere(owner("the wall clock", Set.of("java.time.Clock")))
            .orShould().callMethodWhere(named("now", "java.time."))
            .because("time is an argument: tests move it, and a zombie's clock is never compared with another's");

    @ArchTest
    static final ArchRule threadsAreMadeInNodeAndJGroupsOnly = noClasses()
            .that().resideOutsideOfPackages(ROOT + "node..", ROOT + "jgroups..")
            .should().callConstructorWhere(owner("a thread, timer or executor", Set.of("java.lang.Thread",
                    "java.util.Timer", "java.util.concurrent.ThreadPoolExecutor",
                    "java.util.concurrent.ScheduledThreadPoolExecutor", "java.util.concurrent.ForkJoinPool")))
            .orShould().dependOnClassesThat().haveFullyQualifiedName("java.util.concurrent.Executors")
            .because("a thread made elsewhere belongs to nobody and outlives its web application. The transport has a"
                    + " few of its own, for what JGroups may block in: connecting, probing");

    @ArchTest
    static final ArchRule jGroupsStaysInItsPackage = noClasses().that().resideOutsideOfPackage(ROOT + "jgroups..")
            .should().dependOnClassesThat().resideInAPackage("org.jgroups..")
            .because("the transport can be exchanged, and the simulator replaces it");

    @ArchTest
    static final ArchRule tomcatStaysInItsPackage = noClasses()
            .that().resideOutsideOfPackages(ROOT + "tomcat..", ROOT + "valve..", ROOT + "api..")
            .should().dependOnClassesThat().resideInAnyPackage("org.apache.catalina..", "org.apache.coyote..",
                    "org.apache.tomcat..", "org.apache.juli..", "jakarta..")
            .because("a store node runs without Tomcat, and one adapter is all there is to port");

    @ArchTest
    static final ArchRule applicationsNeedNothingButTheServletApi = noClasses().that().resideInAPackage(ROOT + "api..")
            .should().dependOnClassesThat().resideOutsideOfPackages("java..", "jakarta.servlet..", ROOT + "api..")
            .because("applications compile against it, on whatever server they run");

    @ArchTest
    static final ArchRule onlyTheAssemblySeesBothSides = noClasses().that().resideInAPackage(ROOT + "tomcat..")
            .and(describe("are not the Assembly", type -> !outermost(type).getSimpleName().equals("Assembly")))
            .should().dependOnClassesThat().resideInAPackage(ROOT + "jgroups..")
            .because("the adapters meet in one place").allowEmptyShould(true);

    @ArchTest
    static final ArchRule publicTypesAreChosen = classes().that().areTopLevelClasses().and().arePublic()
            .should(new ArchCondition<>("stand in the list PUBLIC of this test") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                    String own = packageOf(type);
                    if (!PUBLIC.getOrDefault(own, Set.of()).contains(type.getSimpleName())) {
                        events.add(SimpleConditionEvent.violated(type, type.getName() + " is public: make it"
                                + " package-private, or add it to PUBLIC where others need it"));
                    }
                }
            }).because("every public type is something that others come to depend on");

    @ArchTest
    static void theListOfPublicTypesHasNoGhosts(JavaClasses all) {
        Set<String> ghosts = new TreeSet<>();
        PUBLIC.forEach((own, names) -> names.stream().map(name -> ROOT + own + "." + name)
                .filter(name -> !all.contain(name) || !all.get(name).getModifiers().contains(JavaModifier.PUBLIC))
                .forEach(ghosts::add));
        assertThat(ghosts).as("in PUBLIC, but not public types any more").isEmpty();
    }

    @ArchTest
    static void everyPackageSaysWhatItIsFor(JavaClasses all) {
        Set<String> silent = new TreeSet<>();
        all.stream().map(JavaClass::getPackageName).distinct().filter(name -> all.stream()
                .noneMatch(type -> type.getName().equals(name + ".package-info"))).forEach(silent::add);
        // package-info.java leaves a class file only where it has annotations; the sources are asked instead
        silent.removeIf(name -> Files.exists(Path.of("src/main/java",
                (name + ".package-info").replace('.', '/') + ".java")));
        assertThat(silent).as("packages without package-info").isEmpty();
    }

    /** Named where attributes are told apart by their type; naming opens no connection. */
    private static boolean isValue(JavaClass type) {
        return type.isEquivalentTo(java.net.URI.class) || type.isEquivalentTo(java.net.URL.class);
    }

    private static JavaClass outermost(JavaClass type) {
        JavaClass outer = type;
        while (outer.getEnclosingClass().isPresent()) {
            outer = outer.getEnclosingClass().get();
        }
        return outer;
    }

    private static String packageOf(JavaClass type) {
        return type.getPackageName().substring(ROOT.length()).split("\\.")[0];
    }

    private static DescribedPredicate<JavaAccess<?>> owner(String what, Set<String> types) {
        return describe("the target is " + what, access -> types.contains(access.getTargetOwner().getName()));
    }

    private static DescribedPredicate<JavaAccess<?>> named(String method, String packagePrefix) {
        return describe("the target is " + packagePrefix + "*." + method, access -> access.getName().equals(method)
                && access.getTargetOwner().getName().startsWith(packagePrefix));
    }
}
