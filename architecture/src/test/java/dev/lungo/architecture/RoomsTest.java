package dev.lungo.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.conditions.ArchConditions.onlyDependOnClassesThat;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Arrays;
import java.util.stream.Stream;

/** Which room may use which: the table of ARCHITECTURE.md. */
@AnalyzeClasses(packages = "dev.lungo", importOptions = DoNotIncludeTests.class)
class RoomsTest {
    private static final String[] FREESTANDING = {
        "dev.lungo.isa..",
        "dev.lungo.machine..",
        "dev.lungo.devices..",
        "dev.lungo.boot..",
        "dev.lungo.firmware..",
        "dev.lungo.pc..",
        "dev.lungo.metal.."
    };

    // spotless:off
    @ArchTest static final ArchRule isa     = room("isa").usesOnly();
    @ArchTest static final ArchRule machine = room("machine").usesOnly("isa");
    @ArchTest static final ArchRule devices = room("devices").usesOnly("isa", "machine");
    @ArchTest static final ArchRule boot    = room("boot").usesOnly("isa", "machine");
    @ArchTest static final ArchRule firmware = room("firmware").usesOnly("isa", "machine", "boot");
    @ArchTest static final ArchRule pc      = room("pc").usesOnly("isa", "machine", "devices", "boot", "firmware");
    @ArchTest static final ArchRule host    = room("host").usesOnly("isa", "machine");
    @ArchTest static final ArchRule cpu     = room("cpu").usesOnly("isa", "machine", "host");
    @ArchTest static final ArchRule kvm     = room("kvm").usesOnly("isa", "machine", "host");
    @ArchTest static final ArchRule toolchain = room("toolchain").usesOnly("isa", "boot");
    @ArchTest static final ArchRule metal   = room("metal").usesOnly("isa", "machine", "boot", "firmware");
    @ArchTest static final ArchRule cli     = room("cli").usesOnly("isa", "machine", "boot", "firmware", "pc", "host");
    // spotless:on

    @ArchTest
    static final ArchRule roomsHaveNoCycles =
            slices().matching("dev.lungo.(*)..").should().beFreeOfCycles();

    /** These rooms are to be compiled ahead of time for bare metal; there is no such JDK there. */
    @ArchTest
    static final ArchRule freestandingRoomsKeepToTheSmallJdk =
            classes()
                    .that()
                    .resideInAnyPackage(FREESTANDING)
                    .should(
                            onlyDependOnClassesThat(
                                    resideInAnyPackage("dev.lungo..", "org.jspecify.annotations")
                                            .or(smallJdk())));

    /** Calling native code and reaching memory by address are these rooms' business alone. */
    @ArchTest
    static final ArchRule onlyTheHostAndTheEnginesReachRawMemory =
            noClasses()
                    .that()
                    .resideOutsideOfPackages(
                            "dev.lungo.host..", "dev.lungo.cpu..", "dev.lungo.kvm..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("java.lang.foreign..")
                    .orShould()
                    .dependOnClassesThat()
                    .haveFullyQualifiedName("dev.lungo.host.Raw");

    private static DescribedPredicate<JavaClass> smallJdk() {
        // The compiler names java.lang.invoke and java.lang.runtime for lambdas, records, switches.
        DescribedPredicate<JavaClass> packages =
                resideInAnyPackage(
                        "",
                        "java.lang",
                        "java.lang.annotation",
                        "java.lang.invoke",
                        "java.lang.runtime",
                        "java.util",
                        "java.util.function");
        DescribedPredicate<JavaClass> hosted =
                new DescribedPredicate<>("need an operating system") {
                    @Override
                    public boolean test(JavaClass type) {
                        return switch (type.getName()) {
                            case "java.lang.Thread",
                                    "java.lang.Process",
                                    "java.lang.ProcessBuilder",
                                    "java.lang.Runtime",
                                    "java.lang.ClassLoader",
                                    "java.util.Timer",
                                    "java.util.Scanner",
                                    "java.util.ServiceLoader" ->
                                    true;
                            default -> false;
                        };
                    }
                };
        return packages.and(not(hosted));
    }

    private static Room room(String name) {
        return new Room(name);
    }

    private record Room(String name) {
        /** Of the project's rooms; what is not the project's is another rule's affair. */
        ArchRule usesOnly(String... others) {
            String[] allowed =
                    Stream.concat(Stream.of(name), Arrays.stream(others))
                            .map(room -> "dev.lungo." + room + "..")
                            .toArray(String[]::new);
            return classes()
                    .that()
                    .resideInAPackage("dev.lungo." + name + "..")
                    .should(
                            onlyDependOnClassesThat(
                                    resideInAnyPackage(allowed)
                                            .or(resideOutsideOfPackages("dev.lungo.."))));
        }
    }
}
