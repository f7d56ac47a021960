package dev.lungo.firmware.bios;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A mode with a linear frame buffer. VBE 3.0, "VBE Mode Numbers": up to 11Bh they are VESA's; the
 * others are those that Bochs's video BIOS gives.
 *
 * @param bits of a pixel
 */
record VbeMode(int number, int width, int height, int bits) {
    // spotless:off
    static final List<VbeMode> ALL = all(
        0x100,  640,  400,  8,   0x101,  640,  480,  8,   0x103,  800,  600,  8,   0x105, 1024,  768,  8,
        0x107, 1280, 1024,  8,   0x111,  640,  480, 16,   0x112,  640,  480, 24,   0x114,  800,  600, 16,
        0x115,  800,  600, 24,   0x117, 1024,  768, 16,   0x118, 1024,  768, 24,   0x11A, 1280, 1024, 16,
        0x11B, 1280, 1024, 24,   0x141,  640,  400, 32,   0x142,  640,  480, 32,   0x143,  800,  600, 32,
        0x144, 1024,  768, 32,   0x145, 1280, 1024, 32,   0x147, 1600, 1200, 32,   0x18D, 1280,  720, 16,
        0x18F, 1280,  720, 32,   0x190, 1920, 1080, 16,   0x192, 1920, 1080, 32);
    // spotless:on

    private static List<VbeMode> all(int... numbers) {
        List<VbeMode> modes = new ArrayList<>();
        for (int i = 0; i < numbers.length; i += 4) {
            modes.add(new VbeMode(numbers[i], numbers[i + 1], numbers[i + 2], numbers[i + 3]));
        }
        return List.copyOf(modes);
    }

    static @Nullable VbeMode of(int number) {
        for (VbeMode each : ALL) {
            if (each.number == number) {
                return each;
            }
        }
        return null;
    }

    int bytesPerPixel() {
        return (bits + 7) / 8;
    }

    long bytes() {
        return (long) width * bytesPerPixel() * height;
    }

    /**
     * Of a red, green, blue or reserved field: its size in the high byte, its position in the low
     * one.
     */
    int field(int color) {
        return switch (bits) {
            case 16 -> new int[] {5 << 8 | 11, 6 << 8 | 5, 5 << 8, 0}[color];
            case 24 -> new int[] {8 << 8 | 16, 8 << 8 | 8, 8 << 8, 0}[color];
            case 32 -> new int[] {8 << 8 | 16, 8 << 8 | 8, 8 << 8, 8 << 8 | 24}[color];
            default -> 0;
        };
    }
}
