package dev.lungo.cli.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lungo.fuzz.SeededInputs;
import dev.lungo.host.HostMemory;
import dev.lungo.isa.Cr0;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.Efer;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.CpuRegisters.SegmentState;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Whatever a guest has in its registers and page tables, one can look at it: that is what the
 * monitor shows, and what is said of a crash.
 *
 * <p>An input is a byte for the paging mode, registers of eight bytes, and what is in memory from 0
 * on, where the page tables are.
 */
class GuestViewFuzz {
    private static final int MEMORY_BYTES = 1 << 20;

    private final HostMemory memory = new HostMemory(MEMORY_BYTES);

    @FuzzTest
    void anyGuestCanBeLookedAt(byte[] input) {
        if (input.length == 0) {
            return;
        }
        ByteBuffer rest = ByteBuffer.wrap(input);
        CpuRegisters registers = registers(rest);
        byte[] tables = new byte[Math.min(rest.remaining(), MEMORY_BYTES)];
        rest.get(tables);
        memory.clear();
        memory.write(0, tables);

        assertThat(RegisterText.of(registers)).isNotBlank();
        GuestView view = new GuestView(registers, memory);
        assertThat(view.disassembly(view.instructionPointer(), 10)).isNotBlank();
        for (long address : registers.gpr) {
            assertThat(view.block(address, 10, registers.rip)).isNotBlank();
            assertThat(view.linear(address, 100)).hasSizeLessThanOrEqualTo(100);
            assertThat(view.physical(address, 100)).hasSizeLessThanOrEqualTo(100);
        }
    }

    @Test
    void randomGuestsCanBeLookedAt() {
        SeededInputs.made(1_000, GuestViewFuzz::random, this::anyGuestCanBeLookedAt);
    }

    private static byte[] random(Random random) {
        byte[] input = new byte[random.nextInt(0x3000)];
        for (int i = 0; i < input.length; i++) { // small addresses, most of them in use
            input[i] = (byte) (i % 8 == 0 || random.nextInt(20) == 0 ? random.nextInt() | 1 : 0);
        }
        return input;
    }

    private static CpuRegisters registers(ByteBuffer rest) {
        int mode = rest.get();
        CpuRegisters registers = new CpuRegisters();
        registers.cr0 = (mode & 1) != 0 ? Cr0.PG | Cr0.PE : mode & Cr0.PE;
        registers.cr4 = ((mode & 4) != 0 ? Cr4.PAE : 0) | ((mode & 8) != 0 ? Cr4.LA57 : 0);
        registers.efer = (mode & 16) != 0 ? Efer.LMA : 0;
        registers.rip = next(rest);
        registers.cr3 = next(rest);
        registers.rflags = next(rest);
        for (int i = 0; i < registers.gpr.length; i++) {
            registers.gpr[i] = next(rest);
        }
        for (int i = 0; i < registers.segments.length; i++) {
            long bits = next(rest);
            int access = (int) (bits >>> 16) & 0xF0FF;
            registers.segments[i] = new SegmentState((int) bits & 0xFFFF, next(rest), -1, access);
        }
        return registers;
    }

    private static long next(ByteBuffer rest) {
        return rest.remaining() < 8 ? 0 : Long.reverseBytes(rest.getLong());
    }
}
