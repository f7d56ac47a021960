package dev.lungo.metal.load;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ProgramTest {
    private static final int CODE = 0x434F_4445;
    private static final int BSS = 0x4253_5320;
    private static final int ENTRY = 0x454E_5452;
    private static final long FILE = 0xFFF0_0000L;
    private static final int MIB = 1 << 20;
    private static final byte[] TEXT = "instructions".getBytes(US_ASCII);

    private final SparseMemory memory = new SparseMemory();
    private final E820 map = new E820(8 * MIB, 9 * MIB);
    private final Program program = new Program(memory, map);

    ProgramTest() {
        map.add(MIB, 15 * MIB, E820.RAM);
    }

    @Test
    void aSelfIsPlacedWhereItSaysWithZerosBehind() {
        memory.put(MIB + 12, 7);
        memory.put(2 * MIB, 7);

        long entry = program.loadSelf(memory.put(FILE, self(MIB, 2 * MIB)));

        assertThat(entry).isEqualTo(MIB + 4);
        assertThat(memory.bytes(MIB, TEXT.length)).isEqualTo(TEXT);
        assertThat(memory.bytes(MIB + TEXT.length, 4)).containsOnly(0);
        assertThat(memory.bytes(2 * MIB, 16)).containsOnly(0);
    }

    @Test
    void elfFilesOfBothWidthsArePlacedByTheirPhysicalAddresses() {
        for (boolean wide : new boolean[] {false, true}) {
            long entry = program.loadElf(memory.put(FILE, elf(wide, wide ? MIB : 2 * MIB)));

            assertThat(entry).isEqualTo(MIB + 4);
            assertThat(memory.bytes(wide ? MIB : 2 * MIB, TEXT.length)).isEqualTo(TEXT);
        }
    }

    @Test
    void aSegmentOverTheHypervisorIsRefused() {
        assertThatThrownBy(() -> program.loadSelf(memory.put(FILE, self(MIB, 8 * MIB))))
                .hasMessage("the file wants memory at 800000h which is not free");
    }

    @Test
    void aSegmentOverAnotherIsRefused() {
        assertThatThrownBy(() -> program.loadSelf(memory.put(FILE, self(MIB, MIB + 8))))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void hostileProgramsAreRefusedOrStayInFreeMemory() {
        for (int seed = 0; seed < 3000; seed++) {
            Random random = new Random(seed);
            boolean elf = random.nextBoolean();
            byte[] bad = elf ? elf(random.nextBoolean(), MIB) : self(MIB, 2 * MIB);
            for (int i = random.nextInt(4); i >= 0; i--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            }
            E820 small = new E820(MIB + 0x8000, MIB + 0x9000);
            small.add(MIB, 0x1_0000, E820.RAM);
            Program victim = new Program(memory, small);
            Window file = memory.put(FILE, bad);
            memory.put(MIB + 0x8000, TEXT);
            try {
                long entry = elf ? victim.loadElf(file) : victim.loadSelf(file);
                assertThat(entry >>> 32).isZero();
            } catch (IllegalStateException refused) {
                assertThat(refused).hasMessageStartingWith("the file ");
            }
            assertThat(memory.bytes(MIB + 0x8000, TEXT.length)).isEqualTo(TEXT);
        }
    }

    /** Code, then zeros, then an entry. */
    private static byte[] self(long code, long zeros) {
        byte[] bytes = new byte[84 + TEXT.length];
        ByteBuffer self = ByteBuffer.wrap(bytes);
        self.putInt(CODE).putInt(0).putInt(84).putLong(code).putInt(TEXT.length).putInt(16);
        self.putInt(BSS).putInt(0).putInt(0).putLong(zeros).putInt(0).putInt(16);
        self.putInt(ENTRY).putInt(0).putInt(0).putLong(code + 4).putInt(0).putInt(0);
        self.put(TEXT);
        return bytes;
    }

    private static byte[] elf(boolean wide, long address) {
        int header = wide ? 64 : 52;
        int segment = wide ? 56 : 32;
        byte[] bytes = new byte[header + segment + TEXT.length];
        ByteBuffer elf = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        elf.put(0, "\177ELF".getBytes(US_ASCII)).put(4, (byte) (wide ? 2 : 1));
        elf.putShort(16, (short) 2).putShort(18, (short) (wide ? 62 : 3));
        int at = header + segment;
        if (wide) {
            elf.putLong(24, MIB + 4).putLong(32, header);
            elf.putShort(54, (short) segment).putShort(56, (short) 1);
            elf.putInt(header, 1).putLong(header + 8, at).putLong(header + 24, address);
            elf.putLong(header + 32, TEXT.length).putLong(header + 40, 100);
        } else {
            elf.putInt(24, MIB + 4).putInt(28, header);
            elf.putShort(42, (short) segment).putShort(44, (short) 1);
            elf.putInt(header, 1).putInt(header + 4, at).putInt(header + 12, (int) address);
            elf.putInt(header + 16, TEXT.length).putInt(header + 20, 100);
        }
        elf.put(at, TEXT);
        return bytes;
    }
}
