package dev.lungo.boot;

import static dev.lungo.boot.Images.MIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lungo.boot.bytes.ByteWriter;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KernelLoaderTest {
    private final TestMemory memory = new TestMemory(8 * MIB);

    @Test
    void whatIsNoKernelIsRefused() {
        for (String text : List.of("#!/bin/sh\n", "x".repeat(100_000))) {
            BootFile file = new BootFile("notes.txt", ByteWriter.utf8(text));

            assertThatThrownBy(() -> KernelLoader.load(Images.request(file, 8 * MIB), memory))
                    .isInstanceOf(BootException.class)
                    .hasMessageStartingWith("notes.txt is not a kernel that can be started");
        }
    }

    @Test
    void anEmptyFileIsRefused() {
        BootFile file = new BootFile("vmlinuz", new byte[0]);

        assertThatThrownBy(() -> KernelLoader.load(Images.request(file, 8 * MIB), memory))
                .isInstanceOf(BootException.class)
                .hasMessage("vmlinuz is empty; fetch it again");
    }

    /** Every truncation of every format, and 5,000 of each with some bytes changed. */
    @Test
    void malformedKernelsAreRefusedWithASentenceOrLoaded() {
        byte[] multiboot2 =
                Images.multiboot2(
                                Images.tag(2, false, MIB, MIB, 0, MIB + 0x100),
                                Images.tag(3, false, MIB + 4),
                                Images.tag(10, false, MIB, 4 * MIB, 4096, 1))
                        .toBytes();
        byte[] multiboot =
                Images.multiboot(0x1_0003)
                        .u32(MIB)
                        .u32(MIB)
                        .u32(0)
                        .u32(MIB + 100)
                        .u32(MIB)
                        .zeros(50)
                        .toBytes();
        byte[] smallLinux =
                Images.bzImage().setU64(0x258, 2 * MIB).setU32(0x260, 2 * MIB).toBytes();
        for (byte[] image :
                List.of(
                        smallLinux,
                        Images.elf64(MIB, MIB, MIB, new byte[99]).toBytes(),
                        Images.elf32(MIB, MIB, MIB, multiboot).toBytes(),
                        Images.elf32(MIB, MIB, MIB, multiboot2).toBytes(),
                        multiboot,
                        multiboot2)) {
            for (int length = 0; length < image.length; length += length < 1100 ? 1 : 997) {
                tryToLoad(java.util.Arrays.copyOf(image, length));
            }
            for (int seed = 0; seed < 5_000; seed++) {
                tryToLoad(changed(image, new Random(seed)));
            }
        }
    }

    /** Changes one to four of the first 640 bytes, which hold all the headers. */
    private static byte[] changed(byte[] image, Random random) {
        byte[] changed = image.clone();
        byte[] interesting = {0, 1, 0x7F, (byte) 0x80, (byte) 0xFF, (byte) random.nextInt()};
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(Math.min(image.length, 640));
            changed[at] = interesting[random.nextInt(interesting.length)];
        }
        return changed;
    }

    private void tryToLoad(byte[] image) {
        BootFile module = new BootFile("module", new byte[10]);
        BootRequest request = Images.request(new BootFile("kernel", image), module, 8 * MIB);
        try {
            assertThat(KernelLoader.load(request, memory)).isNotNull();
        } catch (BootException e) {
            assertThat(e.getMessage()).startsWith("kernel ").contains("; ");
        }
    }
}
