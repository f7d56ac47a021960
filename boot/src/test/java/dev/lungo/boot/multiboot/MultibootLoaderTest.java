package dev.lungo.boot.multiboot;

import static dev.lungo.boot.Images.MIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lungo.boot.BootException;
import dev.lungo.boot.BootFile;
import dev.lungo.boot.Images;
import dev.lungo.boot.KernelLoader;
import dev.lungo.boot.TestMemory;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.CpuRegisters.SegmentState;
import org.junit.jupiter.api.Test;

class MultibootLoaderTest {
    private static final int RAX = 0;
    private static final int RBX = 3;

    private final TestMemory memory = new TestMemory(64 * MIB);
    private final BootFile module = new BootFile("env", new byte[] {7, 8, 9});

    @Test
    void anElfKernelBeginsInProtectedModeWithTheMagicInEax() {
        CpuRegisters registers = load(elf(0x3));

        assertThat(registers.rip).isEqualTo(4 * MIB + 12); // the linear entry, made physical
        assertThat(registers.gpr[RAX]).isEqualTo(0x2BAD_B002);
        assertThat(registers.rflags).isEqualTo(2);
        assertThat(registers.cr0).isEqualTo(0x11);
        assertThat(registers.segments[1]).isEqualTo(SegmentState.flatCode32(0x10));
        assertThat(registers.segments[2]).isEqualTo(SegmentState.flatData(0x18));
        assertThat(memory.getInt(4 * MIB)).isEqualTo(0x1BAD_B002);
        assertThat(memory.bytes(4 * MIB + 12, 12)).containsOnly(0); // bss
    }

    @Test
    void theInformationTellsOfMemoryCommandLineModulesAndLoader() {
        long info = load(elf(0x3)).gpr[RBX];

        assertThat(memory.getInt(info)).isEqualTo(0b10_0100_1101);
        assertThat(memory.getInt(info + 4)).isEqualTo(639);
        assertThat(memory.getInt(info + 8)).isEqualTo(63 * 1024 - 128);
        assertThat(memory.string(memory.u32(info + 16))).isEqualTo("test.flat console=ttyS0");
        assertThat(memory.getInt(info + 20)).isEqualTo(1);
        long modules = memory.u32(info + 24);
        assertThat(memory.u32(modules)).isEqualTo(4 * MIB + 4096); // the first page after
        assertThat(memory.u32(modules + 4)).isEqualTo(4 * MIB + 4096 + 3);
        assertThat(memory.bytes(memory.u32(modules), 3)).containsExactly(7, 8, 9);
        assertThat(memory.string(memory.u32(modules + 8))).isEqualTo("env");
        assertThat(memory.string(memory.u32(info + 64))).isEqualTo("Lungo");
    }

    @Test
    void everyEntryOfTheMemoryMapIsPrecededByItsSize() {
        long info = load(elf(0x3)).gpr[RBX];

        long map = memory.u32(info + 48);
        assertThat(memory.getInt(info + 44)).isEqualTo(7 * 24);
        assertThat(memory.getInt(map)).isEqualTo(20);
        assertThat(memory.getLong(map + 4 + 8)).isEqualTo(0x9FC00);
        assertThat(memory.getInt(map + 20)).isEqualTo(1);
        assertThat(memory.getInt(map + 24)).isEqualTo(20);
    }

    @Test
    void anImageWithAddressesIsLoadedByThem() {
        // The header is at 16 in the file and the text begins at 8: 1 MiB + 8, so the header goes
        // to 1 MiB + 16. 40 bytes of it are loaded, and the bss ends at 1 MiB + 64.
        ByteWriter image = new ByteWriter().zeros(8).u64(0x1122_3344_5566_7788L);
        image.bytes(Images.multiboot(0x1_0000).toBytes());
        image.u32(MIB + 16).u32(MIB + 8).u32(MIB + 48).u32(MIB + 64).u32(MIB + 8).zeros(100);

        CpuRegisters registers = load(image);

        assertThat(registers.rip).isEqualTo(MIB + 8);
        assertThat(memory.getLong(MIB + 8)).isEqualTo(0x1122_3344_5566_7788L);
        assertThat(memory.getInt(MIB + 16)).isEqualTo(0x1BAD_B002);
        assertThat(memory.bytes(MIB + 48, 16)).containsOnly(0);
        assertThat(memory.getByte(MIB + 64)).isEqualTo((byte) 0xCC);
    }

    @Test
    void addressesThatContradictEachOtherAreRefused() {
        ByteWriter image = Images.multiboot(0x1_0000);
        image.u32(MIB).u32(2 * MIB).u32(MIB).u32(MIB).u32(MIB);

        assertThatThrownBy(() -> load(image))
                .isInstanceOf(BootException.class)
                .hasMessageContaining("contradict each other");
    }

    @Test
    void anImageThatIsCutShortIsRefused() {
        ByteWriter image = Images.multiboot(0x1_0000);
        image.u32(MIB).u32(MIB).u32(MIB + 0x8000).u32(0).u32(MIB);

        assertThatThrownBy(() -> load(image))
                .isInstanceOf(BootException.class)
                .hasMessage(
                        "test.flat is cut short: its Multiboot header says 32768 bytes but the"
                                + " file has 32; fetch it again");
    }

    @Test
    void aDemandNobodyHasDefinedIsRefused() {
        assertThatThrownBy(() -> load(elf(0x8)))
                .isInstanceOf(BootException.class)
                .hasMessageContaining("flags 8h");
    }

    @Test
    void aHeaderWithAWrongChecksumIsNone() {
        ByteWriter image = elf(0x3);
        image.setU32(88 + 8, 0);

        assertThatThrownBy(() -> load(image)).isInstanceOf(BootException.class);
    }

    private static ByteWriter elf(long flags) {
        long linear = 0xC040_0000L;
        return Images.elf32(linear, 4 * MIB, linear + 12, Images.multiboot(flags).toBytes());
    }

    private CpuRegisters load(ByteWriter image) {
        return KernelLoader.load(
                Images.request(Images.file("test.flat", image), module, 64 * MIB), memory);
    }
}
