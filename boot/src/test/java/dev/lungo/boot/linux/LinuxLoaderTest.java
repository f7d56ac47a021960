package dev.lungo.boot.linux;

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
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.CpuRegisters.SegmentState;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class LinuxLoaderTest {
    private static final int RSI = 6;

    private final TestMemory memory = new TestMemory(64 * MIB);

    @Test
    void theProcessorBeginsIn64BitModeAtTheEntryOfThePreferredAddress() {
        CpuRegisters registers = load(kernel(Images.bzImage()));

        assertThat(registers.rip).isEqualTo(16 * MIB + 0x200);
        assertThat(registers.rflags).isEqualTo(2); // IF clear
        assertThat(registers.cr0).isEqualTo(0x8000_0011L); // PG, ET, PE
        assertThat(registers.cr4).isEqualTo(0x20); // PAE
        assertThat(registers.efer).isEqualTo(0x500); // LMA, LME
        assertThat(registers.segments[1]).isEqualTo(SegmentState.code64(0x10));
        for (int i : new int[] {0, 2, 3}) {
            assertThat(registers.segments[i]).isEqualTo(SegmentState.flatData(0x18));
        }
        assertThat(memory.bytes(16 * MIB, 4096)).containsOnly(0x90);
    }

    @Test
    void theGdtHasTheSelectorsOfTheProtocol() {
        CpuRegisters registers = load(kernel(Images.bzImage()));

        assertThat(registers.gdtLimit).isEqualTo(0x1F);
        assertThat(memory.getLong(registers.gdtBase + 0x10)).isEqualTo(0x00AF_9B00_0000_FFFFL);
        assertThat(memory.getLong(registers.gdtBase + 0x18)).isEqualTo(0x00CF_9300_0000_FFFFL);
    }

    @Test
    void theFirst4GiBAreMappedToThemselves() {
        CpuRegisters registers = load(kernel(Images.bzImage()));

        for (long linear : new long[] {0, 0x123_4567, 0x7FFF_FFFF, 0xFFFF_FFFFL}) {
            assertThat(translate(registers.cr3, linear)).isEqualTo(linear);
        }
        assertThat(memory.getLong(registers.cr3 + 8)).isZero();
    }

    private long translate(long cr3, long linear) {
        long pdpt = entry(cr3, linear >> 39, 0x3);
        long directory = entry(pdpt, linear >> 30, 0x3);
        return entry(directory, linear >> 21, 0x83) + (linear & 0x1F_FFFF);
    }

    private long entry(long table, long index, int attributes) {
        long entry = memory.getLong(table + 8 * (index & 0x1FF));
        assertThat(entry & 0xFFF).isEqualTo(attributes);
        return entry & ~0xFFFL;
    }

    @Test
    void bootParamsHoldTheSetupHeaderAndZeros() {
        ByteWriter image = Images.bzImage();
        long params = load(kernel(image)).gpr[RSI];

        assertThat(params % 4096).isZero();
        assertThat(memory.bytes(params + 0x1FE, 0x12)) // boot_flag to version and beyond
                .isEqualTo(Arrays.copyOfRange(image.toBytes(), 0x1FE, 0x210));
        assertThat(memory.bytes(params + 0x22C, 0x40)) // initrd_addr_max to the end, 26Ch
                .isEqualTo(Arrays.copyOfRange(image.toBytes(), 0x22C, 0x26C));
        assertThat(memory.getByte(params + 0x1EF)).isZero(); // sentinel
        assertThat(memory.bytes(params + 0x26C, 0x64)).containsOnly(0);
        assertThat(memory.bytes(params + 0x2D0 + 7 * 20, 0x100)).containsOnly(0);
        assertThat(memory.getByte(params + 0x210)).isEqualTo((byte) 0xFF); // type_of_loader
        assertThat(memory.string(memory.u32(params + 0x228))).isEqualTo("console=ttyS0");
    }

    @Test
    void theE820TableIsTheMemoryMap() {
        long params = load(kernel(Images.bzImage())).gpr[RSI];

        assertThat(memory.getByte(params + 0x1E8)).isEqualTo((byte) 7);
        assertThat(memory.getLong(params + 0x2D0)).isZero();
        assertThat(memory.getLong(params + 0x2D0 + 8)).isEqualTo(0x9FC00);
        assertThat(memory.getInt(params + 0x2D0 + 16)).isEqualTo(1);
        assertThat(memory.getLong(params + 0x2D0 + 60)).isEqualTo(MIB);
        assertThat(memory.getLong(params + 0x2D0 + 68)).isEqualTo(63 * MIB - 0x20000);
        assertThat(memory.getInt(params + 0x2D0 + 80 + 16)).isEqualTo(3); // ACPI
    }

    @Test
    void theInitrdIsAsHighAsMemoryAllows() {
        BootFile initrd = new BootFile("initrd", new byte[5000]);
        memory.putByte(64 * MIB - 0x20000 - 4096, (byte) 1);

        CpuRegisters registers =
                KernelLoader.load(
                        Images.request(kernel(Images.bzImage()), initrd, 64 * MIB), memory);

        long params = registers.gpr[RSI];
        assertThat(memory.u32(params + 0x218)).isEqualTo(64 * MIB - 0x20000 - 8192);
        assertThat(memory.u32(params + 0x21C)).isEqualTo(5000);
        assertThat(memory.bytes(memory.u32(params + 0x218), 5000)).containsOnly(0);
    }

    @Test
    void theInitrdIsAsHighAsTheKernelAllows() {
        BootFile initrd = new BootFile("initrd", new byte[5000]);
        ByteWriter image = Images.bzImage().setU32(0x22C, 0x37F_FFFF);

        CpuRegisters registers =
                KernelLoader.load(Images.request(kernel(image), initrd, 64 * MIB), memory);

        assertThat(memory.u32(registers.gpr[RSI] + 0x218)).isEqualTo(0x380_0000 - 8192);
    }

    @Test
    void theRsdpIsPassedOn() {
        BootRequest request =
                new BootRequest(
                        kernel(Images.bzImage()), List.of(), "", MemoryMap.of(64 * MIB), 0xF_0000);

        long params = KernelLoader.load(request, memory).gpr[RSI];

        assertThat(memory.getLong(params + 0x70)).isEqualTo(0xF_0000);
    }

    @Test
    void aRelocatableKernelGoesAboveWhereItsPreferredAddressIsNotFree() {
        ByteWriter image = Images.bzImage().setU64(0x258, 0x8_0000); // into the EBDA and beyond

        assertThat(load(kernel(image)).rip).isEqualTo(2 * MIB + 0x200);
    }

    @Test
    void aKernelThatCannotMoveIsRefusedWhereThereIsNoMemory() {
        ByteWriter image = Images.bzImage().setU64(0x258, 0x8_0000).setU8(0x234, 0);

        assertThatThrownBy(() -> load(kernel(image)))
                .isInstanceOf(BootException.class)
                .hasMessage(
                        "vmlinuz runs at 80000h and nowhere else, where there is no memory; give"
                                + " another kernel");
    }

    @Test
    void aKernelThatNeedsMoreThanThereIsIsRefused() {
        ByteWriter image = Images.bzImage().setU32(0x260, 48 * MIB); // 16 MiB to 64 MiB

        assertThatThrownBy(() -> load(kernel(image)))
                .isInstanceOf(BootException.class)
                .hasMessage(
                        "vmlinuz runs in 48 MiB of memory from 16 MiB on, which a machine with 64"
                                + " MiB does not have; give it more");
    }

    @Test
    void anInitrdLargerThanMemoryIsRefused() {
        BootFile initrd = new BootFile("initrd.gz", new byte[(int) (50 * MIB)]);

        assertThatThrownBy(() ->
                        KernelLoader.load(
                                Images.request(kernel(Images.bzImage()), initrd, 64 * MIB), memory))
                .isInstanceOf(BootException.class)
                .hasMessageStartingWith("initrd.gz of 50 MiB does not fit");
    }

    @Test
    void aKernelThatIsCutShortIsRefused() {
        byte[] whole = Images.bzImage().toBytes();
        BootFile cut = new BootFile("vmlinuz", Arrays.copyOf(whole, 1000));

        assertThatThrownBy(() -> load(cut))
                .isInstanceOf(BootException.class)
                .hasMessage(
                        "vmlinuz is cut short: its header says 5120 bytes but the file has 1000;"
                                + " fetch it again");
    }

    /** memtest86+ is so: its header counts paragraphs, and the last is not whole. */
    @Test
    void aKernelMayEndWithinItsLastParagraph() {
        byte[] whole = Images.bzImage().toBytes();

        load(new BootFile("memtest", Arrays.copyOf(whole, whole.length - 8)));

        assertThatThrownBy(() ->
                        load(new BootFile("memtest", Arrays.copyOf(whole, whole.length - 16))))
                .isInstanceOf(BootException.class);
    }

    @Test
    void a32BitKernelIsRefused() {
        assertThatThrownBy(() -> load(kernel(Images.bzImage().setU16(0x236, 0))))
                .isInstanceOf(BootException.class)
                .hasMessageContaining("no 64-bit entry");
    }

    @Test
    void aCommandLineThatIsTooLongIsRefused() {
        BootRequest request =
                new BootRequest(
                        kernel(Images.bzImage()),
                        List.of(),
                        "x".repeat(2048),
                        MemoryMap.of(64 * MIB),
                        0);

        assertThatThrownBy(() -> KernelLoader.load(request, memory))
                .isInstanceOf(BootException.class)
                .hasMessage("the command line has 2048 bytes, and vmlinuz takes 2047; shorten it");
    }

    private CpuRegisters load(BootFile kernel) {
        return KernelLoader.load(Images.request(kernel, 64 * MIB), memory);
    }

    private static BootFile kernel(ByteWriter image) {
        return Images.file("vmlinuz", image);
    }
}
