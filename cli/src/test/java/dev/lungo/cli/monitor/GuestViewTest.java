package dev.lungo.cli.monitor;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.host.HostMemory;
import dev.lungo.isa.CodeMode;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.CpuRegisters.SegmentState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GuestViewTest {
    private static final long PRESENT = 1;
    private static final long LARGE = 1 << 7;

    private final HostMemory memory = new HostMemory(8 << 20);
    private final CpuRegisters registers = new CpuRegisters();

    @AfterEach
    void close() {
        memory.close();
    }

    @Test
    void realModeCodeIsAtTheSegmentsBase() {
        registers.segments[1] = new SegmentState(0xF000, 0xF_0000, 0xFFFF, 0x9B);
        registers.rip = 0xFFF0;
        memory.putByte(0xF_FFF0, (byte) 0xF4);

        GuestView view = new GuestView(registers, memory);

        assertThat(view.mode()).isEqualTo(CodeMode.CODE16);
        assertThat(view.disassembly(view.instructionPointer(), 1))
                .isEqualTo("00000000000ffff0  f4                              hlt\n");
    }

    @Test
    void longModeAddressesGoThroughFourLevels() {
        long64();
        memory.putLong(0x1000 + 0x1FF * 8, 0x2000 | PRESENT); // PML4: the kernel's half
        memory.putLong(0x2000 + 0x1FE * 8, 0x3000 | PRESENT);
        memory.putLong(0x3000, 0x20_0000 | PRESENT | LARGE);
        memory.putInt(0x20_0010, 0xCAFE_F00D);

        GuestView view = new GuestView(registers, memory);

        assertThat(view.linear(0xFFFF_FFFF_8000_0010L, 4)).containsExactly(0x0D, 0xF0, 0xFE, 0xCA);
        assertThat(view.linear(0xFFFF_FFFF_801F_FFFEL, 4)).as("the page ends").hasSize(2);
        assertThat(view.disassembly(0, 1)).contains("not mapped");
    }

    @Test
    void legacyPagingHasTwoLevelsOfFourByteEntries() {
        registers.segments[1] = SegmentState.flatCode32(8);
        registers.cr0 = 1L << 31 | 1;
        registers.cr3 = 0x1000;
        memory.putInt(0x1000 + 4 * 0x300, 0x2001); // C0000000h
        memory.putInt(0x2000 + 4 * 5, 0x6001);
        memory.putByte(0x6123, (byte) 7);

        assertThat(new GuestView(registers, memory).linear(0xC000_5123L, 1)).containsExactly(7);
    }

    @Test
    void bytesThatAreNoInstructionAreSaidToBeBad() {
        long64();
        memory.putLong(0x1000, 0x2000 | PRESENT);
        memory.putLong(0x2000, 0x3000 | PRESENT);
        memory.putLong(0x3000, PRESENT | LARGE);
        memory.putShort(0x5000, (short) 0x9006); // PUSH ES is none in 64-bit mode; NOP

        assertThat(new GuestView(registers, memory).disassembly(0x5000, 2))
                .isEqualTo(
                        """
                        0000000000005000  06                              (bad)
                        0000000000005001  90                              nop
                        """);
    }

    @Test
    void aDumpShowsBytesAndCharacters() {
        assertThat(GuestView.dump(0x10, "Lungo, bare metal\n".getBytes(US_ASCII)))
                .isEqualTo(
                        """
                        0000000000000010  4c 75 6e 67 6f 2c 20 62 61 72 65 20 6d 65 74 61  Lungo, bare meta
                        0000000000000020  6c 0a                                            l.
                        """);
    }

    private void long64() {
        registers.segments[1] = SegmentState.code64(0x10);
        registers.cr0 = 1L << 31 | 1;
        registers.cr3 = 0x1000;
        registers.cr4 = 1 << 5;
        registers.efer = 1 << 8 | 1 << 10;
    }
}
