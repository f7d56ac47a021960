package dev.lungo.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lungo.boot.BootException;
import dev.lungo.firmware.bios.ArrayDisk;
import dev.lungo.firmware.bios.BiosBench;
import dev.lungo.firmware.bios.ElToritoImage;
import dev.lungo.machine.CpuRegisters.SegmentState;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/** Any program that calls the BIOS, with anything in its registers and in memory. */
class BiosFuzz {
    private static final int CALL_BYTES = 32;
    private static final int MOST_CALLS = 32;
    private static final int FIRST_HARDWARE = 0x70;
    private static final int POINTING = 0x74;

    private static final int[] VECTORS = {
        0x10, 0x11, 0x12, 0x13, 0x13, 0x13, 0x14, 0x15, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1A, 0x40,
        0x10
    };

    /** Functions that do something, so that not all input is refused at once. */
    private static final int[] FUNCTIONS = {
        0x0003, 0x0013, 0x0201, 0x0301, 0x0E41, 0x0941, 0x1130, 0x1300, 0x4200, 0x4300, 0x4800,
        0x4B00, 0x4B01, 0x4D00, 0x4F00, 0x4F01, 0x4F02, 0x4F04, 0x4F06, 0x4F09, 0x4F15, 0x5300,
        0x5303, 0x8300, 0x8600, 0x8700, 0x8900, 0xB102, 0xB103, 0xB10D, 0xE801, 0xE820, 0x0600,
        0x1012, 0x1017, 0x1B00, 0x0500, 0x0C00, 0x0012, 0x0010, 0x0004, 0x1100, 0x1110, 0x1121,
        0x1C01, 0x1C02, 0x4A00, 0x4C00, 0x4F05, 0x4F07, 0x4F08, 0x4F0A, 0x0D00, 0x0A41, 0x1200,
        0xC200, 0xC205, 0xC206, 0xC207, 0x0601, 0x0701
    };

    /** Segments whose ends are something's: memory's, the display's, the ROM's, the address's. */
    private static final int[] EDGES = {0x9FFF, 0xA000, 0xAFFF, 0xB000, 0xC000, 0xF000, 0xFFFF, 0};

    @MethodSource("seeds")
    @FuzzTest
    void everyCallIsSurvived(byte[] input) {
        BiosBench bench =
                new BiosBench(
                        BiosBench.disk(ArrayDisk.numbered(1 << 20)),
                        BiosBench.disk(ArrayDisk.numbered(163_840)),
                        BiosBench.cdrom(ElToritoImage.of(0, 4)));
        for (int at = 0;
                at + CALL_BYTES <= input.length && at < CALL_BYTES * MOST_CALLS;
                at += CALL_BYTES) {
            call(bench, input, at);
        }
    }

    private static void call(BiosBench bench, byte[] input, int at) {
        for (int i = 0; i < 8; i++) {
            bench.state.gpr[i] =
                    u16(input, at + 4 + 2 * i) * ((input[at + 1] & 1) != 0 ? 65_537L : 1);
        }
        if ((input[at] & 0x80) != 0) {
            bench.state.gpr[0] = FUNCTIONS[(input[at + 4] & 0xFF) % FUNCTIONS.length];
        }
        for (int i = 0; i < 4; i += 3) { // ES, DS
            int segment = u16(input, at + 20 + i);
            boolean edge = (input[at + 1] & 8) != 0;
            int selector = edge ? EDGES[segment & 7] : segment;
            long base = (long) selector << ((input[at + 1] & 2) != 0 ? 16 : 4);
            bench.state.segments[i] = new SegmentState(0, base, 0xFFFF, 0x93);
        }
        for (int i = 0; i < 8; i++) { // what a pointer may lead to
            bench.memory.putByte(0x8000 + (u16(input, at + 2) + i & 0x7FFF), input[at + 24 + i]);
        }
        try {
            bench.interrupt(VECTORS[input[at] & 0xF]);
        } catch (BootException e) {
            // nothing is left to boot
        }
        if ((input[at + 1] & 0xF0) == 0xF0) {
            int hardware = (input[at + 1] & 4) != 0 ? FIRST_HARDWARE : 0x08 + (input[at] & 1);
            hardware = (input[at] & 2) != 0 ? POINTING : hardware;
            bench.hardwareInterrupt(hardware);
        }
    }

    private static int u16(byte[] input, int at) {
        return input[at] & 0xFF | (input[at + 1] & 0xFF) << 8;
    }

    @Test
    void randomCallsAreSurvived() {
        SeededInputs.made(400, BiosFuzz::randomCalls, this::everyCallIsSurvived);
    }

    private static byte[] randomCalls(Random random) {
        byte[] input = new byte[CALL_BYTES * MOST_CALLS];
        random.nextBytes(input);
        return input;
    }

    static List<byte[]> seeds() {
        return SeededInputs.first(10, BiosFuzz::randomCalls);
    }
}
