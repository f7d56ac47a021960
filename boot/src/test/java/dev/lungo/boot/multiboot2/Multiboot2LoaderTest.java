package dev.lungo.boot.multiboot2;

import static dev.lungo.boot.Images.MIB;
import static dev.lungo.boot.Images.tag;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class Multiboot2LoaderTest {
    private static final int RAX = 0;
    private static final int RBX = 3;
    private static final long RSDP = 0xF_0000;
    private static final boolean OPTIONAL = true;
    private static final boolean DEMANDED = false;

    private final TestMemory memory = new TestMemory(64 * MIB);
    private final BootFile module = new BootFile("initrd", new byte[] {7, 8, 9});

    @Test
    void anElfKernelBeginsInProtectedModeWithTheMagicInEax() {
        CpuRegisters registers = load(elf());

        assertThat(registers.rip).isEqualTo(4 * MIB);
        assertThat(registers.gpr[RAX]).isEqualTo(0x36D7_6289);
        assertThat(registers.cr0).isEqualTo(0x11);
        assertThat(memory.getInt(4 * MIB)).isEqualTo(0xE852_50D6);
    }

    @Test
    void theInformationIsAListOfTags() {
        Map<Integer, Long> tags = tags(load(elf()).gpr[RBX]);

        assertThat(memory.string(tags.get(1))).isEqualTo("console=ttyS0");
        assertThat(memory.string(tags.get(2))).isEqualTo("Lungo");
        assertThat(memory.bytes(memory.u32(tags.get(3)), 3)).containsExactly(7, 8, 9);
        assertThat(memory.u32(tags.get(3) + 4) - memory.u32(tags.get(3))).isEqualTo(3);
        assertThat(memory.string(tags.get(3) + 8)).isEqualTo("initrd");
        assertThat(memory.getInt(tags.get(4))).isEqualTo(639);
        assertThat(memory.getInt(tags.get(4) + 4)).isEqualTo(63 * 1024 - 128);
        assertThat(memory.getInt(tags.get(6))).isEqualTo(24);
        assertThat(memory.getLong(tags.get(6) + 8 + 8)).isEqualTo(0x9FC00);
        assertThat(memory.bytes(tags.get(14), 20)).isEqualTo(memory.bytes(RSDP, 20));
        assertThat(memory.bytes(tags.get(15), 36)).isEqualTo(memory.bytes(RSDP, 36));
        assertThat(memory.getInt(tags.get(21))).isEqualTo((int) (4 * MIB));
    }

    @Test
    void theEntryAddressTagGoesBeforeTheElfsEntry() {
        assertThat(load(elf(tag(3, DEMANDED, 4 * MIB + 8))).rip).isEqualTo(4 * MIB + 8);
    }

    @Test
    void anImageWithAnAddressTagIsLoadedByIt() {
        ByteWriter header =
                Images.multiboot2(
                        tag(2, DEMANDED, MIB, MIB, 0, MIB + 0x100), tag(3, DEMANDED, MIB + 4));

        CpuRegisters registers = load(header);

        assertThat(registers.rip).isEqualTo(MIB + 4);
        assertThat(memory.getInt(MIB)).isEqualTo(0xE852_50D6);
        assertThat(memory.bytes(MIB + header.length(), 0x100 - header.length())).containsOnly(0);
    }

    @Test
    void aRelocatableKernelGoesAsHighAsItLikes() {
        CpuRegisters registers = load(elf(tag(10, DEMANDED, MIB, 32 * MIB - 1, 2 * MIB, 2)));

        assertThat(registers.rip).isEqualTo(30 * MIB);
        assertThat(memory.getInt(30 * MIB)).isEqualTo(0xE852_50D6);
        assertThat(memory.getInt(tags(registers.gpr[RBX]).get(21))).isEqualTo((int) (30 * MIB));
    }

    @Test
    void aRelocatableKernelGoesAsLowAsItLikes() {
        assertThat(load(elf(tag(10, DEMANDED, 3 * MIB, -1, 2 * MIB, 1))).rip).isEqualTo(4 * MIB);
        assertThat(load(elf(tag(10, DEMANDED, 9 * MIB, -1, 0, 0))).rip).isEqualTo(9 * MIB);
    }

    @Test
    void whatIsOnlyWishedForIsPassedOver() {
        CpuRegisters registers =
                load(
                        elf(
                                tag(1, DEMANDED, 1, 4, 6, 12, 20), // some of it is EFI's
                                tag(1, OPTIONAL, 99),
                                tag(4, DEMANDED, 3),
                                tag(5, OPTIONAL, 1024, 768, 32),
                                tag(6, DEMANDED),
                                tag(7, DEMANDED),
                                tag(9, DEMANDED, 0),
                                tag(77, OPTIONAL)));

        assertThat(registers.rip).isEqualTo(4 * MIB);
    }

    @Test
    void aDemandThatCannotBeMetIsRefused() {
        for (ByteWriter demand :
                List.of(tag(1, DEMANDED, 99), tag(5, DEMANDED, 1024, 768, 32), tag(77, DEMANDED))) {
            assertThatThrownBy(() -> load(elf(demand)))
                    .isInstanceOf(BootException.class)
                    .hasMessageContaining("demands of its boot loader");
        }
    }

    @Test
    void aTagOfNoLengthIsRefused() {
        ByteWriter nothing = new ByteWriter().u16(4).u16(0).u32(0);

        assertThatThrownBy(() -> load(elf(nothing)))
                .isInstanceOf(BootException.class)
                .hasMessageContaining("a tag too short");
    }

    private static ByteWriter elf(ByteWriter... tags) {
        return Images.elf32(4 * MIB, 4 * MIB, 4 * MIB, Images.multiboot2(tags).toBytes());
    }

    private CpuRegisters load(ByteWriter image) {
        BootFile kernel = Images.file("kernel.elf", image);
        return KernelLoader.load(
                new BootRequest(
                        kernel, List.of(module), "console=ttyS0", MemoryMap.of(64 * MIB), RSDP),
                memory);
    }

    /** Where the content of each tag is. */
    private Map<Integer, Long> tags(long info) {
        Map<Integer, Long> tags = new HashMap<>();
        long end = info + memory.getInt(info);
        long at = info + 8;
        while (at < end) {
            assertThat(at % 8).isZero();
            tags.put(memory.getInt(at), at + 8);
            at += (memory.getInt(at + 4) + 7) & -8;
        }
        assertThat(at).isEqualTo(end);
        assertThat(tags).containsKey(0);
        return tags;
    }
}
