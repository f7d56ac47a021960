package dev.lungo.boot.pvh;

import static dev.lungo.boot.Images.MIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lungo.boot.BootException;
import dev.lungo.boot.BootFile;
import dev.lungo.boot.BootRequest;
import dev.lungo.boot.Images;
import dev.lungo.boot.KernelLoader;
import dev.lungo.boot.MemoryMap;
import dev.lungo.boot.TestMemory;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.CpuRegisters.SegmentState;
import java.util.List;
import org.junit.jupiter.api.Test;

class PvhLoaderTest {
    private static final long LINEAR = 0xFFFF_FFFF_8100_0000L;
    private static final byte[] CONTENT = {1, 2, 3, 4};
    private static final int RBX = 3;

    private final TestMemory memory = new TestMemory(64 * MIB);
    private final BootFile kernel =
            Images.file("vmlinux", Images.elf64(LINEAR, 16 * MIB, 16 * MIB + 2, CONTENT));
    private final BootFile initrd = new BootFile("initrd", new byte[] {7, 8, 9});

    @Test
    void segmentsGoToTheirPhysicalAddressesWithZerosBehind() {
        load();

        assertThat(memory.bytes(16 * MIB, 9)).containsExactly(1, 2, 3, 4, 0, 0, 0, 0, 0xCC);
    }

    @Test
    void theProcessorBeginsInProtectedModeAtTheNotesEntry() {
        CpuRegisters registers = load();

        assertThat(registers.rip).isEqualTo(16 * MIB + 2);
        assertThat(registers.rflags).isEqualTo(2);
        assertThat(registers.cr0).isEqualTo(0x11); // ET cannot be cleared
        assertThat(registers.cr4).isZero();
        assertThat(registers.efer).isZero();
        assertThat(registers.segments[1]).isEqualTo(SegmentState.flatCode32(0x10));
        assertThat(registers.segments[3]).isEqualTo(SegmentState.flatData(0x18));
        assertThat(registers.tr).isEqualTo(new SegmentState(0, 0, 0x67, 0x8B));
    }

    @Test
    void startInfoTellsOfTheCommandLineTheInitrdTheTablesAndMemory() {
        long info = load().gpr[RBX];

        assertThat(memory.getInt(info)).isEqualTo(0x336E_C578);
        assertThat(memory.getInt(info + 4)).isEqualTo(1);
        assertThat(memory.getInt(info + 12)).isEqualTo(1);
        long module = memory.getLong(info + 16);
        assertThat(memory.bytes(memory.getLong(module), 3)).containsExactly(7, 8, 9);
        assertThat(memory.getLong(module + 8)).isEqualTo(3);
        assertThat(memory.string(memory.getLong(info + 24))).isEqualTo("quiet");
        assertThat(memory.getLong(info + 32)).isEqualTo(0xF_0000);
        assertThat(memory.getInt(info + 48)).isEqualTo(7);
        long map = memory.getLong(info + 40);
        assertThat(memory.getLong(map + 3 * 24)).isEqualTo(MIB);
        assertThat(memory.getLong(map + 3 * 24 + 8)).isEqualTo(63 * MIB - 0x20000);
        assertThat(memory.getInt(map + 3 * 24 + 16)).isEqualTo(1);
    }

    @Test
    void anElfWithoutTheNoteIsRefused() {
        BootFile plain = Images.file("hello", Images.elf32(MIB, MIB, MIB, CONTENT));

        assertThatThrownBy(() -> KernelLoader.load(Images.request(plain, 64 * MIB), memory))
                .isInstanceOf(BootException.class)
                .hasMessageContaining("without a PVH entry");
    }

    @Test
    void segmentsThatOverlapAreRefused() {
        // The load segment again, in place of the note segment.
        byte[] bytes = Images.elf64(LINEAR, 16 * MIB, 16 * MIB, CONTENT).toBytes();
        byte[] twice = bytes.clone();
        System.arraycopy(bytes, 64, twice, 64 + 56, 56);
        BootFile kernel = new BootFile("vmlinux", twice);

        assertThatThrownBy(() ->
                        dev.lungo.boot.elf.ElfLoader.load(
                                dev.lungo.boot.elf.Elf.read(kernel),
                                new dev.lungo.boot.GuestRam(memory, MemoryMap.of(64 * MIB)),
                                0))
                .isInstanceOf(BootException.class)
                .hasMessageContaining("where vmlinux is already");
    }

    private CpuRegisters load() {
        return KernelLoader.load(
                new BootRequest(kernel, List.of(initrd), "quiet", MemoryMap.of(64 * MIB), 0xF_0000),
                memory);
    }
}
