package dev.lungo.conformance.vectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lungo.conformance.BareCpu;
import dev.lungo.cpu.SoftEngine;
import dev.lungo.host.HostMemory;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.CpuRegisters.SegmentState;
import dev.lungo.machine.VirtualCpu;
import dev.lungo.machine.VmExit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Real-mode instructions against what an 80286 did with them: the SingleStepTests vectors, in the
 * directory that the environment variable LUNGO_VECTORS names.
 */
class RealModeVectorsTest {
    private static final int MEMORY_BYTES = 32 << 20;

    /** Flag bits that an 80286 keeps clear in real mode, and later processors do not. */
    private static final int NOT_ON_286 = 0xF000;

    private final Exclusions exclusions;

    RealModeVectorsTest() throws IOException {
        exclusions = Exclusions.read(directory());
    }

    private static Path directory() {
        String vectors = System.getenv("LUNGO_VECTORS");
        assumeTrue(vectors != null, "LUNGO_VECTORS does not name the 80286 vectors");
        return Path.of(vectors, "80286-real-mode");
    }

    private static List<String> tiers() {
        return new SoftEngine().tiers();
    }

    @ParameterizedTest
    @MethodSource("tiers")
    void everyInstructionDoesWhatAn80286Did(String tier) throws IOException {
        BareCpu machine = new BareCpu(MEMORY_BYTES, tier);
        List<Path> files;
        try (Stream<Path> all = Files.list(directory())) {
            files = all.filter(file -> file.toString().endsWith(".MOO.gz")).sorted().toList();
        }
        List<String> wrong = new ArrayList<>();
        int run = 0;
        int leftOut = 0;
        try (Watchdog watchdog = new Watchdog(machine.cpu)) {
            for (Path file : files) {
                String form = file.getFileName().toString().replace(".MOO.gz", "");
                for (MooFile.Vector vector : MooFile.read(file).vectors()) {
                    if (exclusions.reason(form, vector).isPresent()) {
                        leftOut++;
                        continue;
                    }
                    run++;
                    watchdog.begin();
                    String difference = difference(machine, form, vector);
                    if (!difference.isEmpty()) {
                        wrong.add(form + " " + vector.name() + ": " + difference);
                    }
                }
            }
        }
        System.out.printf(
                "80286 vectors, %s tier: %d run, %d left out, %d differ%n",
                tier, run, leftOut, wrong.size());
        assertThat(wrong.size()).as(String.join("\n", wrong)).isZero();
    }

    private String difference(BareCpu machine, String form, MooFile.Vector vector) {
        HostMemory memory = machine.memory;
        VirtualCpu cpu = machine.cpu;
        vector.before().memory().forEach((at, value) -> memory.putByte(at, value.byteValue()));
        cpu.load(registers(vector.before().registers()));

        VmExit exit = cpu.run();

        Map<String, Integer> expected = new TreeMap<>(vector.before().registers());
        expected.putAll(vector.after().registers());
        Map<Integer, Integer> expectedMemory = new TreeMap<>(vector.before().memory());
        expectedMemory.putAll(vector.after().memory());
        int flagsAt = pushedFlags(form, vector, expected);
        StringBuilder found = new StringBuilder();
        if (!(exit instanceof VmExit.Halt)) {
            found.append("ended with ").append(exit).append("; ");
        }
        CpuRegisters after = new CpuRegisters();
        cpu.save(after);
        int compared = exclusions.definedFlags(form, vector) & ~NOT_ON_286;
        registers(after)
                .forEach((name, value) -> {
                    int mask = name.equals("flags") ? compared : 0xFFFF;
                    int wanted = expected.getOrDefault(name, 0);
                    if (((value ^ wanted) & mask) != 0) {
                        found.append("%s is %04x, not %04x; ".formatted(name, value, wanted));
                    }
                });
        expectedMemory.forEach((at, wanted) -> {
            int value = memory.getByte(at) & 0xFF;
            int mask = 0xFF;
            if (at == flagsAt) {
                mask = compared & 0xFF;
            } else if (at == flagsAt + 1) {
                mask = compared >> 8 & 0xFF;
            }
            if (((value ^ wanted) & mask) != 0) {
                found.append("[%06x] is %02x, not %02x; ".formatted(at, value, wanted));
            }
        });
        if (found.isEmpty()) {
            expectedMemory.keySet().forEach(at -> memory.putByte(at, (byte) 0));
        } else {
            memory.clear(); // it may have gone anywhere
            cpu.reset();
        }
        return found.toString();
    }

    /** The guest-physical address of flags that the instruction or its exception pushed, or -1. */
    private static int pushedFlags(
            String form, MooFile.Vector vector, Map<String, Integer> registers) {
        int top = (registers.get("ss") << 4) + registers.get("sp");
        if (form.equals("9C")) {
            return top;
        }
        return vector.exception() >= 0 ? top + 4 : -1;
    }

    private static CpuRegisters registers(Map<String, Integer> from) {
        CpuRegisters to = new CpuRegisters();
        String[] order = {"ax", "cx", "dx", "bx", "sp", "bp", "si", "di"};
        for (int i = 0; i < order.length; i++) {
            to.gpr[i] = from.getOrDefault(order[i], 0);
        }
        String[] segments = {"es", "cs", "ss", "ds"};
        for (int i = 0; i < segments.length; i++) {
            int selector = from.getOrDefault(segments[i], 0);
            to.segments[i] = new SegmentState(selector, (long) selector << 4, 0xFFFF, 0x93);
        }
        to.segments[4] = new SegmentState(0, 0, 0xFFFF, 0x93);
        to.segments[5] = to.segments[4];
        to.rip = from.getOrDefault("ip", 0);
        to.rflags = from.getOrDefault("flags", 0) & 0xFFF | 2;
        to.idtLimit = 0x3FF;
        to.cr0 = 0x6000_0010L;
        return to;
    }

    private static Map<String, Integer> registers(CpuRegisters from) {
        Map<String, Integer> to = new TreeMap<>();
        String[] order = {"ax", "cx", "dx", "bx", "sp", "bp", "si", "di"};
        for (int i = 0; i < order.length; i++) {
            to.put(order[i], (int) from.gpr[i] & 0xFFFF);
        }
        String[] segments = {"es", "cs", "ss", "ds"};
        for (int i = 0; i < segments.length; i++) {
            to.put(segments[i], from.segments[i].selector());
        }
        to.put("ip", (int) from.rip & 0xFFFF);
        to.put("flags", (int) from.rflags & 0xFFFF);
        return to;
    }
}
