package dev.lungo.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.fuzz.GuestMode.Paging;
import dev.lungo.fuzz.ProcessorBench.Ending;
import dev.lungo.isa.CodeMode;
import dev.lungo.isa.Cr0;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.Decoder;
import dev.lungo.isa.Efer;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Rflags;
import dev.lungo.machine.CpuRegisters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Bytes taken as code in some mode, over tables that may be corrupt, with any registers.
 *
 * <p>They are a byte for the mode, one for paging and privilege, eight that registers and data are
 * made from, one for how many bytes of the tables change, three for each of those, and code. It is
 * run from each of its instructions in turn, since the first that faults or halts ends a run.
 */
final class GuestCode {
    private static final List<GuestMode> MODES = List.of(GuestMode.values());
    private static final List<Paging> PAGINGS = List.of(Paging.values());
    private static final int HEADER_BYTES = 11;
    private static final int MOST_CHANGES = 8;
    private static final int MOST_CODE_BYTES = 256;
    private static final int MOST_RUNS = 24;
    private static final long ZEROS = 0x6_0000;

    private final byte[] input;
    private final GuestMode mode;
    private final Paging paging;
    private final boolean user;
    private final long seed;
    private final int changes;
    private final byte[] code;

    private GuestCode(byte[] input) {
        this.input = input;
        mode = MODES.get((input[0] & 0xFF) % MODES.size());
        paging = PAGINGS.get((input[1] & 0x7F) % PAGINGS.size());
        user = (input[1] & 0x80) != 0;
        seed = seed(input);
        changes = Math.min(input[10] & 0xFF, MOST_CHANGES);
        code = rest(input, HEADER_BYTES + 3 * changes);
    }

    /**
     * Runs it on every bench, as long as it ends by itself on all of them, in the same state.
     *
     * @param times that each of its instructions is begun with
     */
    static void run(byte[] input, int times, ProcessorBench... benches) {
        if (input.length > HEADER_BYTES) {
            new GuestCode(input).run(times, List.of(benches));
        }
    }

    private void run(int times, List<ProcessorBench> benches) {
        for (ProcessorBench bench : benches) {
            bench.powerUp(mode, seed);
            bench.write(GuestTables.CODE, code);
        }
        Random random = new Random(seed);
        for (int start : instructions(mode.code, code)) {
            CpuRegisters registers = mode.registers(paging, user);
            scramble(registers, random);
            registers.rip += start;
            int event = random.nextInt(0x1000);
            List<Ending> endings = new ArrayList<>();
            for (ProcessorBench bench : benches) {
                signal(bench, event);
                for (int i = 0; i < times; i++) {
                    bench.load(registers);
                    changeTables(bench);
                    endings.add(bench.run());
                }
            }
            if (!endings.stream().allMatch(Ending::byItself)) {
                return; // it would take as long from the next
            }
            for (int i = times; i < endings.size(); i++) {
                CpuRegisters actual = endings.get(i).registers();
                CpuRegisters expected = endings.get(i % times).registers();
                if (!Arrays.equals(values(actual), values(expected))) {
                    assertThat(actual) // which tells more, and takes longer
                            .as("from %d with event %x, the %dth time", start, event, i % times)
                            .usingRecursiveComparison()
                            .isEqualTo(expected);
                }
            }
        }
        for (ProcessorBench bench : benches.subList(1, benches.size())) {
            int difference = Arrays.mismatch(bench.contents(), benches.getFirst().contents());
            assertThat(difference).as("the first place where memory differs").isEqualTo(-1);
        }
    }

    private static Object[] values(CpuRegisters r) {
        List<Object> values = new ArrayList<>(List.of(r.segments));
        for (long each : r.gpr) {
            values.add(each);
        }
        for (long each : r.debug) {
            values.add(each);
        }
        values.addAll(List.of(r.rip, r.rflags, r.ldtr, r.tr, r.gdtBase, r.gdtLimit, r.idtBase));
        values.addAll(List.of(r.idtLimit, r.cr0, r.cr2, r.cr3, r.cr4, r.cr8, r.efer));
        return values.toArray();
    }

    private void changeTables(ProcessorBench bench) {
        int end = Math.min(HEADER_BYTES + 3 * changes, input.length - 2);
        for (int at = HEADER_BYTES; at < end; at += 3) {
            int place = (input[at] & 0xFF) | (input[at + 1] & 0xFF) << 8;
            bench.write(GuestTables.PAGES[place >> 12] + (place & 0xFFF), input[at + 2]);
        }
    }

    private static void signal(ProcessorBench bench, int event) {
        switch (event & 0xF) {
            case 0 -> bench.nmi();
            case 1 -> bench.interrupt(0x20 + (event >> 4) % 0xE0);
            default -> {}
        }
    }

    private static long seed(byte[] input) {
        long seed = 0;
        for (int i = 2; i < 10; i++) {
            seed = seed << 8 | input[i] & 0xFF;
        }
        return seed;
    }

    private static byte[] rest(byte[] input, int from) {
        int end = Math.min(input.length, from + MOST_CODE_BYTES);
        return from >= end ? new byte[0] : Arrays.copyOfRange(input, from, end);
    }

    /** Where instructions begin. */
    private static List<Integer> instructions(CodeMode mode, byte[] code) {
        List<Integer> starts = new ArrayList<>();
        for (int at = 0; at < code.length && starts.size() < MOST_RUNS; ) {
            starts.add(at);
            at +=
                    Decoder.decode(mode, code, at, code.length - at) instanceof Instruction i
                            ? i.length()
                            : 1;
        }
        return starts;
    }

    private static void scramble(CpuRegisters registers, Random random) {
        for (int i = 0; i < registers.gpr.length; i++) {
            if (i != 4 || random.nextInt(16) == 0) {
                registers.gpr[i] = value(random);
            }
        }
        registers.rflags |=
                random.nextLong()
                        & (Rflags.STATUS | Rflags.DF | Rflags.IF | Rflags.IOPL | Rflags.AC);
        if (random.nextInt(8) == 0) {
            registers.rflags |= random.nextLong() & (Rflags.TF | Rflags.RF | Rflags.NT | Rflags.ID);
        }
        registers.cr0 |= random.nextLong() & (Cr0.MP | Cr0.WP | Cr0.AM);
        if (random.nextInt(8) == 0) {
            registers.cr0 |= random.nextLong() & (Cr0.EM | Cr0.TS | Cr0.CD);
        }
        registers.cr4 |=
                Cr4.OSFXSR
                        | random.nextLong()
                                & (Cr4.OSXSAVE | Cr4.OSXMMEXCPT | Cr4.PGE | Cr4.DE | Cr4.FSGSBASE);
        if (random.nextInt(4) == 0) {
            registers.cr4 |=
                    random.nextLong()
                            & (Cr4.VME | Cr4.PVI | Cr4.TSD | Cr4.PCE | Cr4.UMIP | Cr4.MCE);
        }
        registers.efer |= random.nextLong() & (Efer.SCE | Efer.NXE);
        if (random.nextInt(8) == 0) {
            for (int i = 0; i < 4; i++) {
                registers.debug[i] = value(random);
            }
            registers.debug[7] = random.nextLong() & 0xFFFF_2FFFL;
        }
    }

    /** Mostly what leads somewhere as an address. */
    private static long value(Random random) {
        return switch (random.nextInt(12)) {
            case 0 -> random.nextBoolean() ? random.nextInt(16) : GuestTables.selector(random);
            case 1 ->
                    random.nextBoolean() ? random.nextInt(0x400) : ZEROS + random.nextInt(2) * 64L;
            case 2 -> random.nextLong();
            case 3 -> random.nextInt();
            case 4 -> 0xC000_0080L + random.nextInt(8); // numbers of MSRs
            case 5 -> 0x1_0000 + random.nextInt(0x2_0000);
            case 6 -> (1L << random.nextInt(64)) - random.nextInt(3);
            case 7 -> ProcessorBench.DEVICE + random.nextInt(0x1000);
            case 8 -> GuestTables.DATA + (random.nextInt(8) << 12) - random.nextInt(16);
            default -> GuestTables.DATA + random.nextInt(GuestTables.DATA_BYTES);
        };
    }
}
